import type { seeded } from "#test/core/seeded.ts";
import { call } from "#test/jobs/rollup-kit.ts";
import type { EventFields } from "#test/support/event-row.ts";

const TEAMS = ["red", "blue", "green", ""];
const STATUSES = ["rated", "gateway", "estimated", "unpriced"] as const;
export const timeOf = (ms: number) => new Date(ms).toISOString();

/** Calls as awkward as they come: parts, copies, corrections, clocks that are missing or ran ahead. */
export function awkwardCalls(
  name: string,
  count: number,
  { below, pick }: ReturnType<typeof seeded>,
  /** When a call begins; in milliseconds. */
  anyMs: () => number,
): readonly EventFields[] {
  return Array.from({ length: count }, (_, number): readonly EventFields[] => {
    const atMs = anyMs();
    const status = pick(STATUSES);
    const cost = status === "unpriced" ? null : `0.${String(below(1e9)).padStart(12, "0")}`;
    const one = call(`${name}${number}`, timeOf(atMs), {
      team: pick(TEAMS),
      model: pick(["opus", "haiku"]),
      model_canonical: pick(["", "claude-opus"]),
      platform: pick(["anthropic-api", "bedrock"]),
      outcome: pick(["success", "error"]),
      user_ref: pick(["u_1", "u_2", ""]),
      api_key: pick(["key-1", "key-2"]),
      cost_status: status,
      cost_usd: cost,
      input_tokens: pick([null, below(1e9)]),
      output_tokens: below(1e6),
      version: 2,
    });
    const kind = number % 10;
    if (kind === 1) return [one, { ...one, version: 1, cost_usd: "9" }];
    if (kind === 2) return [one, { ...one, epoch: 1, sign: -1 }, { ...one, epoch: 1, team: "moved" }];
    if (kind === 6) return [one, advisor(`advisor-${name}${number}`, atMs)];
    if (kind === 3) return [{ ...one, kind: "part", part_of: "x", call_id: "" }];
    if (kind === 4) return [{ ...one, bucket: "1970-01-01 00:00:00" }];
    if (kind === 5) return [{ ...one, event_time: timeOf(atMs - 7_200_000) }];
    return [one];
  }).flat();
}

/** A model that only answered within other calls, and has no price: a group without a call and without a cost. */
function advisor(name: string, atMs: number): EventFields {
  const unpriced = { cost_status: "unpriced", cost_usd: null, output_tokens: 7 };
  return call(name, timeOf(atMs), {
    ...unpriced,
    kind: "part",
    part_of: "x",
    model: "advisor",
    model_canonical: "",
  });
}
