import type { DemoModel, Usage } from "#cli/demo/models.ts";
import type { DemoTeam } from "#cli/demo/people.ts";

/** How a demo call ended. */
export type CallEnd = "success" | "error" | "aborted" | "cached";

/** One call before it takes a gateway's shape. */
export interface DemoCall {
  readonly team: DemoTeam;
  readonly user: string;
  readonly sessionId: string;
  readonly agentId: string | null;
  readonly callId: string;
  readonly messageId: string;
  readonly model: DemoModel;
  readonly usage: Usage;
  readonly end: CallEnd;
  readonly startMs: number;
  readonly durationMs: number;
  /** Whether the record carries messages, with a credential that somebody pasted into one. */
  readonly hasContent: boolean;
}

export const NO_USAGE: Usage = { input: 0, read: 0, write5m: 0, write1h: 0, output: 0 };
