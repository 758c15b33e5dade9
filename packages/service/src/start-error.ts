/** A process cannot start, and waiting does not help. The message says what to do. The exit code is 2. */
export class StartError extends Error {
  override readonly name = "StartError";
}
