import { type ChildProcess, spawn } from "node:child_process";

/**
 * A shell that runs the last line it was given once its input ends, that is, when the process which wrote it has ended
 * for whatever reason. An exit listener would not do: Jest hides the real process from tests, and none hears SIGKILL.
 */
const script = `trap "" INT TERM HUP; while IFS= read -r line; do last=$line; done; eval "$last" 2>/dev/null`;

const commands = new Set<string>();
let guard: ChildProcess | undefined;

/** Has a shell command run if this process ends before the function returned is called. */
export function guardWith(command: string): () => void {
  commands.add(command);
  update();
  return () => {
    if (commands.delete(command)) update();
  };
}

/** Text as one word of a shell command. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function update(): void {
  guard ??= startGuard();
  guard.stdin?.write(`${[...commands].join("; ")}\n`);
  if (commands.size > 0) return;
  guard.stdin?.end();
  guard = undefined;
}

function startGuard(): ChildProcess {
  const shell = spawn("sh", ["-c", script], { stdio: ["pipe", "ignore", "ignore"], detached: true });
  shell.on("error", (error) => {
    throw new Error("cannot start the shell that guards against orphans", { cause: error });
  });
  shell.unref();
  // The pipe must not keep a test process alive that is done otherwise.
  (shell.stdin as unknown as { unref(): void }).unref();
  return shell;
}
