import { createHash } from "node:crypto";
import { ProtocolError, type Room, roomKinds } from "@roomcast/events";
import { type Answer, AnswerCache } from "./answer-cache.ts";
import { ClaimsRoomAccess } from "./claims-room-access.ts";
import { FairTurns } from "./fair-turns.ts";
import { parseHttpUrl, requestJson } from "./http-json.ts";
import type { Principal } from "./principal.ts";
import type { RoomAccess } from "./room-access.ts";
import { formatRoomPattern } from "./room-pattern.ts";

/** How to ask the application's own backend. */
export interface AuthorizerConfig {
  /** Answers `POST { userId, room, claims: { rooms, scope } }` with 200 and `{ "allow": true | false }`. */
  url: string;
  /**
   * Called for each question without a usable answer. The question is asked again when the client repeats it.
   */
  onError: (error: Error) => void;
  /** How long one question may take. Default 2,000. */
  timeoutMs?: number;
  /** How long a yes is cached. Default 30,000. */
  allowTtlMs?: number;
  /** How long a no is cached. Default 5,000. */
  denyTtlMs?: number;
  /** How many answers are cached over all users. Default 10,000. */
  maxEntries?: number;
  /** How many answers are cached for one user. Default 500. */
  maxEntriesPerUser?: number;
  /** How many questions about one user may be in flight. The others wait. Default 8. */
  asksPerUser?: number;
  /** How many questions may be in flight over all users. Default 64. */
  asksInAll?: number;
  /** A monotonic clock in milliseconds. Default `performance.now`. */
  now?: () => number;
}

/**
 * Decides by the claims. Asks the authoriser about rooms that need a grant which the claims do not contain.
 */
export class AuthorizerRoomAccess implements RoomAccess {
  readonly #claims = new ClaimsRoomAccess();
  readonly #answers: AnswerCache;
  readonly #turns: FairTurns;
  readonly #url: URL;
  readonly #timeoutMs: number;
  readonly #onError: (error: Error) => void;

  constructor(config: AuthorizerConfig) {
    const { allowTtlMs = 30_000, denyTtlMs = 5_000, maxEntries = 10_000, maxEntriesPerUser = 500 } = config;
    const now = config.now ?? (() => performance.now());
    this.#answers = new AnswerCache({ allowTtlMs, denyTtlMs, maxEntries, maxEntriesPerUser, now });
    this.#turns = new FairTurns({ perUser: config.asksPerUser ?? 8, inAll: config.asksInAll ?? 64 });
    this.#url = parseHttpUrl(config.url);
    this.#timeoutMs = config.timeoutMs ?? 2_000;
    this.#onError = config.onError;
  }

  mayEnter(principal: Principal, room: Room): boolean | Promise<boolean> {
    if (this.#claims.mayEnter(principal, room)) return true;
    if (roomKinds[room.kind].access !== "granted") return false;
    const question = questionOf(principal, room);
    const { userId } = principal;
    const ask = () => this.#turns.run(userId, () => this.#ask(question));
    const answer = this.#answers.resolve(userId, digestOf(question), ask);
    return answer instanceof Promise ? answer.then(known) : known(answer);
  }

  invalidate(userId: string): void {
    this.#answers.invalidate(userId);
  }

  async #ask(question: string): Promise<Answer> {
    try {
      return allowOf(await requestJson(this.#url, { body: question, timeoutMs: this.#timeoutMs }));
    } catch (error) {
      this.#onError(
        new Error("the authoriser gave no usable answer; clients are told to retry", { cause: error }),
      );
      return undefined;
    }
  }
}

/**
 * The claims are part of the question and of the cache key: another token of the user may get another answer.
 */
function questionOf({ userId, rooms, scopes }: Principal, room: Room): string {
  const claims = { rooms: rooms.map(formatRoomPattern), scope: [...scopes].join(" ") };
  return JSON.stringify({ userId, room: room.name, claims });
}

function digestOf(question: string): string {
  return createHash("sha256").update(question).digest("base64url");
}

function allowOf(answer: unknown): boolean {
  const allow = typeof answer === "object" && answer !== null && "allow" in answer ? answer.allow : undefined;
  if (typeof allow !== "boolean") throw new Error("expected { allow: true | false }");
  return allow;
}

function known(answer: Answer): boolean {
  if (answer !== undefined) return answer;
  throw new ProtocolError("unavailable", "access to this room cannot be checked now: try again");
}
