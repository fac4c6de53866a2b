import { z } from "zod";
import { Instant, Text } from "#core/event-data.ts";
import { PROPOSED_KINDS } from "#core/settings/run-proposal.ts";
import { RunScope } from "#core/settings/run-scope.ts";

/** So many may wait for the jobs at a time; each is a dry run over stored records. */
export const REQUESTS_WAITING_MAX = 20;

export const REQUEST_STATES = ["asked", "proposed", "nothing_to_change", "failed", "withdrawn"] as const;

/**
 * What somebody asked the API for: a dry run, which the jobs make and put on record as a proposal. The API reads no
 * records, and the user that it asks the store as may not.
 */
export const RunRequestSetting = z.strictObject({
  id: Text.describe("`request-` and a number."),
  kind: z.enum(PROPOSED_KINDS),
  from: Instant.describe("Calls that began from this time on."),
  to: Instant.describe("Calls that began before this time."),
  scope: RunScope,
  settings_offset: z
    .string()
    .regex(/^(-1|0|[1-9]\d{0,18})$/)
    .describe("Version B: the settings that the calls would stand by."),
  requested_by: Text,
  state: z
    .enum(REQUEST_STATES)
    .describe("`asked`: the jobs have not made the dry run yet. `nothing_to_change`: it came to nothing."),
  proposal: Text.nullable().default(null).describe("The proposal that it became."),
  detail: Text.nullable().default(null).describe("Why it failed."),
});
export type RunRequestSetting = z.infer<typeof RunRequestSetting>;

export function requestId(number: number): string {
  return `request-${number}`;
}

interface Around {
  readonly runRequests: ReadonlyMap<string, { readonly value: RunRequestSetting }>;
  readonly proposals: ReadonlyMap<string, { readonly value: { readonly request: string | null } }>;
  readonly offset: bigint;
}

/** Why a request must not become this; null when it may. `actor` is who makes the change. */
export function runRequestRule(
  around: Around,
  value: RunRequestSetting | null,
  before: RunRequestSetting | null,
  actor: string,
): string | null {
  if (value === null) return "a request stays on record; withdraw it";
  if (before === null) return newRequestRule(around, value, actor);
  const { state, proposal, detail: _detail, ...fixed } = value;
  const changed = Object.entries(fixed).find(
    ([member, now]) => JSON.stringify(now) !== JSON.stringify(before[member as keyof RunRequestSetting]),
  );
  if (changed !== undefined) return `a request's ${changed[0]} cannot change; ask again`;
  if (before.state !== "asked") return `${value.id} is ${before.state} already`;
  if ((proposal !== null) !== (state === "proposed")) return "a request that is proposed names its proposal";
  if (proposal !== null && around.proposals.get(proposal)?.value.request !== value.id)
    return `${proposal} is not what ${value.id} became`;
  return null;
}

function newRequestRule(
  { runRequests, offset }: Around,
  value: RunRequestSetting,
  actor: string,
): string | null {
  const next = requestId(runRequests.size + 1);
  if (value.id !== next) return `the next request is ${next}`;
  if (value.state !== "asked" || value.proposal !== null) return "a request is asked before it is answered";
  if (value.requested_by !== actor) return "who asks for it is who makes the change";
  if (value.from >= value.to) return `the request's range ends at ${value.to}, not after it begins`;
  if (BigInt(value.settings_offset) > offset) return `settings offset ${value.settings_offset} lies ahead`;
  const waiting = [...runRequests.values()].filter((one) => one.value.state === "asked").length;
  return waiting >= REQUESTS_WAITING_MAX
    ? `${waiting} requests wait for the jobs, which is the most; withdraw one`
    : null;
}
