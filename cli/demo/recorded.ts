import { readFileSync } from "node:fs";
import type { DemoRecord } from "#cli/demo/generate.ts";

/** What the recorded traffic of `examples/records/` is known to become; worked out by hand, record by record. */
export interface Recorded {
  readonly records: readonly DemoRecord[];
  readonly sessions: number;
  readonly teams: readonly string[];
  readonly unpricedCalls: number;
  /** In 1e-12 USD. */
  readonly costUsd: bigint;
}

const RECORDS_DIR = new URL("../../examples/records/", import.meta.url);
/** 0.19773 + 0.0588275 + 0.000167 + 0.010514 + 0.015906 + 0.00891 + 0.0015088 by LiteLLM, 0.037495 + 0.000111 + 0.001072 by Kong. */
const COST_USD = 332_241_300_000n;
const TEAMS = ["team-search", "team-support", "team-data", "search", "data", "support"];
/** Two of LiteLLM's and two of Kong's; three records name none. */
const SESSIONS = 4;
/** A client that went away before any token was counted. */
const UNPRICED_CALLS = 1;

/** The example records as their gateways would send them today: as they are, under ids of this run. */
export function recordedTraffic(runId: string): Recorded {
  const read = (file: string) => JSON.parse(readFileSync(new URL(file, RECORDS_DIR), "utf8")) as Json[];
  const litellm = read("litellm.json").map((record) => ({
    door: "litellm" as const,
    body: renamed(record, runId),
  }));
  const kong = read("kong.json").map((record) => ({ door: "kong" as const, body: renamed(record, runId) }));
  return {
    records: [...litellm, ...kong],
    sessions: SESSIONS,
    teams: TEAMS,
    unpricedCalls: UNPRICED_CALLS,
    costUsd: COST_USD,
  };
}

type Json = { readonly [name: string]: unknown };

/** Members that hold the id of a call, a message or a session, at any depth. */
const ID_NAMES = new Set(["id", "litellm_call_id", "trace_id", "session_id", "x-claude-code-session-id"]);
/** Of a Kong record, ids of things that are not the call. */
const KEPT = new Set(["consumer", "service", "route", "authenticated_entity"]);

function renamed(record: Json, runId: string): string {
  const rename = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(rename);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => {
        if (ID_NAMES.has(name) && typeof member === "string") return [name, `${member}-${runId}`];
        return [name, KEPT.has(name) ? member : rename(member)];
      }),
    );
  };
  return JSON.stringify(rename(record));
}
