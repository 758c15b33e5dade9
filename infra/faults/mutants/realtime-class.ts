/** Imports a class of the realtime app's build by its path without extension. Throws if there is none. */
export async function realtimeClass<Methods>(path: string): Promise<{ prototype: Methods }> {
  const url = new URL(`../../../../apps/realtime/dist/${path}.js`, import.meta.url);
  const exported = (await import(url.href)) as Record<string, unknown>;
  const name = (path.split("/").at(-1) ?? "").replaceAll(/(?:^|-)(\w)/g, (_, letter: string) =>
    letter.toUpperCase(),
  );
  const found = exported[name];
  if (typeof found !== "function") throw new Error(`${path} exports no class ${name}`);
  return found as unknown as { prototype: Methods };
}

/** Replaces a method. Throws if it does not exist, because a mutant that changes nothing proves nothing. */
export function replaceMethod<Methods, Name extends keyof Methods>(
  { prototype }: { prototype: Methods },
  name: Name,
  method: Methods[Name],
): void {
  if (typeof prototype[name] !== "function") throw new Error(`there is no method ${String(name)}`);
  prototype[name] = method;
}
