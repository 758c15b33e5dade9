import { type ChildProcess, spawn } from "node:child_process";

/**
 * A shell that runs the last line of its input once the input ends. That happens when the writing process has
 * ended, for any reason. An exit listener does not suffice: Jest hides the real process from tests, and
 * SIGKILL calls no listener.
 */
const script = `trap "" INT TERM HUP; while IFS= read -r line; do last=$line; done; eval "$last" 2>/dev/null`;

const commands = new Set<string>();
let guard: ChildProcess | undefined;

/** Runs a shell command if this process ends. The returned function cancels that. */
export function guardWith(command: string): () => void {
  commands.add(command);
  update();
  return () => {
    if (commands.delete(command)) update();
  };
}

/** Quotes text as one word of a shell command. */
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
  // The pipe must not keep a test process alive that is otherwise done.
  (shell.stdin as unknown as { unref(): void }).unref();
  return shell;
}
