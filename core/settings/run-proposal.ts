import { z } from "zod";
import { DecimalText, Instant, Text } from "#core/event-data.ts";
import { RunScope } from "#core/settings/run-scope.ts";

/** What a run may do to calls: rate them again with another book, or say again who pays. */
export const PROPOSED_KINDS = ["re_rate", "re_attribute"] as const;
export type ProposedKind = (typeof PROPOSED_KINDS)[number];

/** More lines than this are not kept with a proposal; the sums and the hashes are of all. */
export const PROPOSAL_LINES_MAX = 200;
export const PROPOSAL_LARGEST_MAX = 20;

const SettingsOffset = z.string().regex(/^(-1|0|[1-9]\d{0,18})$/);
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const Count = z.int().min(0);
const name = z.string().max(512);

const Line = z.strictObject({
  team: name,
  model: name,
  calls_before: z.int(),
  calls_after: z.int(),
  changed: Count.describe("Calls and parts of calls that would stand differently on this line."),
  newly_priced: Count,
  newly_unpriced: Count,
  cost_before_usd: DecimalText,
  cost_after_usd: DecimalText,
  change_usd: DecimalText,
});
export type ProposalLine = z.infer<typeof Line>;

const Single = z.strictObject({
  event_id: z.string().max(64),
  event_time: Instant,
  team_before: name,
  team_after: name,
  model: name,
  cost_before_usd: DecimalText.nullable(),
  cost_after_usd: DecimalText.nullable(),
  note_after: name,
});
export type ProposalSingle = z.infer<typeof Single>;

/** What a dry run came to, in USD, exact. */
export const ProposalFigures = z.strictObject({
  calls: Count.describe("Calls and parts of calls that were looked at."),
  changed: Count,
  newly_priced: Count,
  newly_unpriced: Count,
  cost_before_usd: DecimalText.describe("Of what the scope holds; unpriced calls are in no cost."),
  cost_after_usd: DecimalText,
  change_usd: DecimalText,
  rated_with: z
    .strictObject({ from_offset: SettingsOffset, to_offset: SettingsOffset })
    .nullable()
    .describe(
      "Version A: the oldest and the newest settings that what stands was made with. null: no calls.",
    ),
  lines: z.array(Line).max(PROPOSAL_LINES_MAX).describe("By team and model, largest change first."),
  lines_left_out: Count,
  largest: z.array(Single).max(PROPOSAL_LARGEST_MAX).describe("The calls whose cost changes most."),
  standing_sha256: Sha256.describe("Of the sums that stand in the scope; another one: the figures moved."),
  changes_sha256: Sha256.describe("Of every single change, in the order of positions."),
});
export type ProposalFigures = z.infer<typeof ProposalFigures>;

/** A dry run on record: what somebody asks to be done, and what it would come to. */
export const RunProposalSetting = z.strictObject({
  id: Text.describe("`proposal-` and a number."),
  kind: z.enum(PROPOSED_KINDS),
  from: Instant.describe("Calls that began from this time on."),
  to: Instant.describe("Calls that began before this time."),
  scope: RunScope,
  settings_offset: SettingsOffset.describe("Version B: the settings that the calls would stand by."),
  requested_by: Text,
  figures: ProposalFigures,
  state: z.enum(["proposed", "approved", "withdrawn"]),
  approved_by: Text.nullable().default(null),
  request: Text.nullable()
    .default(null)
    .describe(
      "The request that the jobs made it of, and so apply it once it is approved. null: made by an operator.",
    ),
  detail: Text.nullable().default(null).describe("Why the jobs withdrew it."),
});
export type RunProposalSetting = z.infer<typeof RunProposalSetting>;

export function proposalId(number: number): string {
  return `proposal-${number}`;
}

/** What a request and its proposal have in common. */
const ASKED = ["kind", "from", "to", "scope", "settings_offset", "requested_by"] as const;
type Asked = Pick<RunProposalSetting, (typeof ASKED)[number]>;

interface Around {
  readonly proposals: ReadonlyMap<string, { readonly value: RunProposalSetting }>;
  readonly runRequests: ReadonlyMap<string, { readonly value: Asked & { readonly state: string } }>;
  readonly runs: ReadonlyMap<string, { readonly value: { readonly proposal: string | null } }>;
  /** Whether somebody other than the requester must approve. */
  readonly needsOther: boolean;
  readonly offset: bigint;
}

/** Why a proposal must not become this; null when it may. `actor` is who makes the change. */
export function runProposalRule(
  around: Around,
  value: RunProposalSetting | null,
  before: RunProposalSetting | null,
  actor: string,
): string | null {
  if (value === null) return "a proposal stays on record; withdraw it";
  if (before === null) return newProposalRule(around, value, actor);
  const { state, approved_by, detail, ...fixed } = value;
  const changed = Object.entries(fixed).find(
    ([member, now]) => JSON.stringify(now) !== JSON.stringify(before[member as keyof RunProposalSetting]),
  );
  if (changed !== undefined) return `a proposal's ${changed[0]} cannot change; make another proposal`;
  if ([...around.runs.values()].some((run) => run.value.proposal === value.id))
    return `${value.id} was applied already`;
  if (before.state === "withdrawn") return `${value.id} was withdrawn`;
  if (state === "withdrawn")
    return approved_by === before.approved_by ? null : "a withdrawal approves nothing";
  if (detail !== before.detail) return "a proposal says why it was withdrawn when it is";
  if (before.state !== "proposed" || state !== "approved") return `${value.id} is ${before.state} already`;
  if (approved_by !== actor) return "who approves is who makes the change";
  if (around.needsOther && actor === value.requested_by)
    return `${value.id} must be approved by somebody other than ${value.requested_by}, who asked for it`;
  return null;
}

function newProposalRule(around: Around, value: RunProposalSetting, actor: string): string | null {
  const { proposals, offset } = around;
  const next = proposalId(proposals.size + 1);
  if (value.id !== next) return `the next proposal is ${next}`;
  if (value.state !== "proposed" || value.approved_by !== null)
    return "a proposal is made before it is approved";
  if (value.from >= value.to) return `the proposal's range ends at ${value.to}, not after it begins`;
  if (BigInt(value.settings_offset) > offset) return `settings offset ${value.settings_offset} lies ahead`;
  if (value.request !== null) return requestedRule(around, value);
  return value.requested_by === actor ? null : "who asks for it is who makes the change";
}

/** Made by the jobs for somebody: it is what that somebody asked for, once, so it is theirs and not the jobs'. */
function requestedRule({ proposals, runRequests }: Around, value: RunProposalSetting): string | null {
  const asked = runRequests.get(value.request ?? "")?.value;
  if (asked === undefined) return `there is no request ${value.request ?? ""}`;
  if (asked.state !== "asked") return `${value.request} is ${asked.state} already`;
  if ([...proposals.values()].some((other) => other.value.request === value.request))
    return `${value.request} became a proposal already`;
  const other = ASKED.find((name) => JSON.stringify(asked[name]) !== JSON.stringify(value[name]));
  return other === undefined ? null : `the proposal's ${other} is not that of ${value.request}`;
}
