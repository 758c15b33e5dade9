import { projectUpdated, publish, type RoomcastProcess, startRoomcast } from "@roomcast/testkit";

/** A running Roomcast that a test can publish with. */
export class Standalone {
  readonly process: RoomcastProcess;

  private constructor(process: RoomcastProcess) {
    this.process = process;
  }

  static async start(env: Record<string, string> = {}): Promise<Standalone> {
    return new Standalone(
      await startRoomcast("standalone", { env: { WS_MAX_CONNECTIONS_PER_USER: "50", ...env } }),
    );
  }

  get url(): string {
    return this.process.url;
  }

  stop(): Promise<void> {
    return this.process.stop();
  }

  /** Publishes any event, or throws. */
  async publish(body: unknown): Promise<void> {
    const { status, body: answer } = await publish(this.url, body);
    if (status !== 201) throw new Error(`not published: ${JSON.stringify(answer)}`);
  }

  /** Publishes `project.updated` events told apart by their numbers. */
  async update(project: string, ...numbers: number[]): Promise<void> {
    for (const n of numbers) await this.publish(projectUpdated(project, { n }));
  }

  /** Publishes an `agent.status_changed`, which goes to the agent's room and, if given, to the project's. */
  agentStatus(agentId: string, status: "idle" | "busy", projectId?: string): Promise<void> {
    const data = { agentId, agentName: "A", status, ...(projectId === undefined ? {} : { projectId }) };
    return this.publish({ type: "agent.status_changed", data });
  }
}
