/** Why a process cannot start, where waiting does not help; the message says what to do. It ends the process with 2. */
export class StartError extends Error {
  override readonly name = "StartError";
}
