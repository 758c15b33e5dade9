/** Lets all objects of a prototype have a property that few of them use: it is made when it is first read. */
export function lazily(prototype: object, name: string, make: () => unknown): void {
  const keep = (owner: object, value: unknown) =>
    Object.defineProperty(owner, name, { value, writable: true, enumerable: true, configurable: true });
  Object.defineProperty(prototype, name, {
    configurable: true,
    get(this: object) {
      const value = make();
      keep(this, value);
      return value;
    },
    set(this: object, value: unknown) {
      keep(this, value);
    },
  });
}
