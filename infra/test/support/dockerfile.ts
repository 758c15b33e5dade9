import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** The folder of the repository, from which images are built. */
export const context = fileURLToPath(new URL("../../../", import.meta.url));

/** One instruction of a Dockerfile. */
export interface Instruction {
  keyword: string;
  rest: string;
}

/** The instructions of `infra/docker/<app>.Dockerfile`, continued lines joined. */
export async function readDockerfile(app: string): Promise<Instruction[]> {
  const text = await readFile(`${context}infra/docker/${app}.Dockerfile`, "utf8");
  return text
    .replaceAll(/\\\n\s*/g, "")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [keyword = "", ...rest] = line.split(" ");
      return { keyword, rest: rest.join(" ") };
    });
}

/** The instructions of the last stage, which make the image. */
export function lastStage(instructions: readonly Instruction[]): Instruction[] {
  return instructions.slice(instructions.findLastIndex(({ keyword }) => keyword === "FROM"));
}

/** What follows the only instruction of this name, or throws. */
export function only(instructions: readonly Instruction[], keyword: string): string {
  const [found, ...others] = instructions.filter((instruction) => instruction.keyword === keyword);
  if (found === undefined || others.length > 0) throw new Error(`expected one ${keyword}`);
  return found.rest;
}
