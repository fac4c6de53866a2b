import { z } from "zod";
import { DecimalText, Instant, Text } from "#core/event-data.ts";
import { PROPOSED_KINDS, type RunProposalSetting } from "#core/settings/run-proposal.ts";
import { RunScope } from "#core/settings/run-scope.ts";
import { Name } from "#core/settings/source.ts";
import { BELIEF_EPOCH_MAX } from "#core/settlement-epoch.ts";

/** Cost of what stood in the range of a run, in USD. */
const Figures = z.strictObject({
  records: z.int().min(0),
  changed: z.int().min(0),
  cost_before_usd: DecimalText,
  cost_after_usd: DecimalText,
});

/**
 * A run that writes corrections: its epoch, and everything that its rows follow from. The fold gives the epochs out,
 * one after the other, so no two runs ever share one; a run that was killed is finished from what stands here.
 */
export const RunSetting = z.strictObject({
  id: Text.describe("`run-` and the epoch."),
  epoch: z
    .int()
    .min(1)
    .max(BELIEF_EPOCH_MAX)
    .describe("The epoch of its rows: one more than that of the run before."),
  kind: z
    .enum(["replay", ...PROPOSED_KINDS])
    .describe("`replay` reads records again; the others change what stands of a proposal's calls."),
  source: Name.nullable().describe("Whose records; null: those of every source, or those of the scope."),
  from: Instant.describe(
    "Records that Kafka took from this time on; with a proposal, calls that began then.",
  ),
  to: Instant.describe("Records that Kafka took before this time; with a proposal, calls that began before."),
  rejected_only: z.boolean().describe("Only records that were rejected; nothing that stands is touched."),
  settings_offset: z
    .string()
    .regex(/^(-1|0|[1-9]\d{0,18})$/)
    .describe("The settings that its rows are made with."),
  adapter_versions: z
    .record(Name, z.int().min(0))
    .describe("The adapters that its rows are made with; a program that has others must not finish it."),
  state: z
    .enum(["begun", "ended", "given_up"])
    .describe("`given_up`: what it wrote stands, and a later run goes on from there."),
  figures: Figures.nullable().default(null).describe("What it came to, once it has ended."),
  proposal: Text.nullable().default(null).describe("What it carries out; null: a replay."),
  scope: RunScope.nullable().default(null).describe("The proposal's; null: a replay."),
  ingested_until: Instant.nullable()
    .default(null)
    .describe("Calls that were ingested later are left alone. null: until the run began."),
});
export type RunSetting = z.infer<typeof RunSetting>;

export function runId(epoch: number): string {
  return `run-${epoch}`;
}

type Runs = ReadonlyMap<string, { readonly value: RunSetting }>;

/** What else in the settings says whether a run may begin. */
export interface RunGround {
  readonly runs: Runs;
  readonly proposals: ReadonlyMap<string, { readonly value: RunProposalSetting }>;
  /** Whether somebody other than the requester must have approved. */
  readonly needsOther: boolean;
}

/** The epoch that the next run gets. */
export function nextEpoch(runs: Runs): number {
  return runs.size + 1;
}

/** The run that was begun and not finished; null when there is none. */
export function unfinishedRun(runs: Runs): RunSetting | null {
  for (const { value } of runs.values()) if (value.state === "begun") return value;
  return null;
}

/** Why a run must not become this; null when it may. One at a time: the next begins from what the last one left. */
export function runRule(
  ground: RunGround,
  value: RunSetting | null,
  before: RunSetting | null,
): string | null {
  if (value === null) return "a run stays on record; its rows are there";
  if (value.id !== runId(value.epoch)) return `the run's id must be ${runId(value.epoch)}`;
  if (before === null) return newRunRule(ground, value);
  if (before.state !== "begun") return `run ${value.id} is over (${before.state})`;
  const { state: _state, figures: _figures, ...fixed } = value;
  const changed = Object.entries(fixed).find(
    ([name, now]) => JSON.stringify(now) !== JSON.stringify(before[name as keyof RunSetting]),
  );
  return changed === undefined ? null : `a run's ${changed[0]} cannot change`;
}

function newRunRule(ground: RunGround, value: RunSetting): string | null {
  const { runs } = ground;
  if (value.epoch !== nextEpoch(runs)) return `the next run has epoch ${nextEpoch(runs)}`;
  if (value.state !== "begun") return "a run begins before it ends";
  if (value.from >= value.to) return `the run's range ends at ${value.to}, not after it begins`;
  const unfinished = unfinishedRun(runs);
  if (unfinished !== null) return `run ${unfinished.id} is not finished`;
  return value.kind === "replay" ? replayRule(ground, value) : proposedRule(ground, value);
}

/** A replay moves money as well; what only brings in rejects takes back nothing that somebody has seen. */
function replayRule({ needsOther }: RunGround, value: RunSetting): string | null {
  if (value.proposal !== null || value.scope !== null) return "a replay carries out no proposal";
  return needsOther && !value.rejected_only
    ? "runs must be approved by somebody other than the requester, and a replay cannot be"
    : null;
}

/** A run that carries out a proposal is that proposal. */
function proposedRule(ground: RunGround, value: RunSetting): string | null {
  const proposal = ground.proposals.get(value.proposal ?? "")?.value;
  if (proposal === undefined) return `there is no proposal ${value.proposal ?? ""}`;
  for (const name of ["kind", "from", "to", "scope", "settings_offset"] as const)
    if (JSON.stringify(value[name]) !== JSON.stringify(proposal[name]))
      return `the run's ${name} is not that of ${proposal.id}`;
  return proposalRefusal(ground, proposal);
}

/** Why a proposal must not be carried out; null when it may: approved where that is asked for, and once. */
export function proposalRefusal(
  { runs, needsOther }: Pick<RunGround, "runs" | "needsOther">,
  proposal: RunProposalSetting,
): string | null {
  if ([...runs.values()].some((run) => run.value.proposal === proposal.id))
    return `${proposal.id} was applied already`;
  if (proposal.state === "withdrawn") return `${proposal.id} was withdrawn`;
  if (!needsOther) return null;
  const isApproved = proposal.state === "approved" && proposal.approved_by !== proposal.requested_by;
  return isApproved ? null : `${proposal.id} must first be approved by somebody other than who asked for it`;
}
