import { askApi } from "#cli/api-client.ts";
import { type CommonOptions, screenOf } from "#cli/common-options.ts";
import { type ReplayGround, withRecords } from "#cli/replay/ground.ts";
import { bookOption, kindName, reasonOption, type ScopeOptions, scopeOption } from "#cli/runs/asked.ts";
import { figuresLines } from "#cli/runs/figures-lines.ts";
import { withSettings } from "#cli/with-settings.ts";
import type { ProposedKind } from "#core/settings/run-proposal.ts";
import { ADAPTERS } from "#gateways/registry.ts";
import type { RereadDeps } from "#ingest/replay/reread-deps.ts";
import {
  applyProposal,
  type Proposer,
  proposeRun,
  setApprovalPolicy,
  tryRun,
  withdrawProposal,
} from "#ingest/runs/proposals.ts";

const ACTOR = "command line";

/** `runs re-rate` and `runs re-attribute`: a dry run; with a reason put on record, with `--apply` carried out. */
export async function askRun(kind: ProposedKind, options: ScopeOptions): Promise<void> {
  const screen = screenOf(options);
  const asked = scopeOption(options, Date.now());
  const reason = options.apply || options.reason !== undefined ? reasonOption(options.reason) : null;
  const onProgress = (records: number) => screen.progress(`${records} records looked at`);
  const answer = await withRecords(options, async (ground) => {
    const deps = depsOf(ground, onProgress);
    const proposer = proposerOf(ground, reason ?? "a dry run");
    await ground.settings.caughtUp();
    const proposed = { kind, ...asked, settingsOffset: bookOption(ground.settings, options.book) };
    const made =
      reason === null
        ? { proposal: null, figures: await tryRun(proposer, proposed, deps) }
        : await proposeRun(proposer, proposed, deps);
    const run =
      options.apply && made.proposal !== null
        ? (await applyProposal(proposer, made.proposal.id, deps)).run.id
        : null;
    const { settingsOffset, ...rest } = proposed;
    const ids = { proposal: made.proposal?.id ?? null, run };
    return { ...ids, ...rest, settings_offset: String(settingsOffset), figures: made.figures };
  });
  const { proposal, run, figures, settings_offset } = answer;
  const close =
    run !== null
      ? `Written as ${run}, which carries out ${proposal}.`
      : proposal !== null
        ? `On record as ${proposal}; \`spendtrail runs apply ${proposal}\` carries it out.`
        : figures.changed === 0
          ? "There is nothing to change."
          : "Nothing was written; --reason puts it on record as a proposal.";
  const title = `${kindName(kind)} by the settings of offset ${settings_offset}`;
  screen.answer(answer, [title, ...figuresLines(figures), close]);
}

/** `runs apply`: carries out a proposal, or finishes the run that was killed while it did. */
export async function applyRun(id: string, options: CommonOptions & { reason?: string }): Promise<void> {
  const screen = screenOf(options);
  const reason = reasonOption(options.reason);
  const onProgress = (records: number) => screen.progress(`${records} records looked at`);
  const { run, figures } = await withRecords(options, (ground) =>
    applyProposal(proposerOf(ground, reason), id, depsOf(ground, onProgress)),
  );
  const answer = { proposal: id, run: run.id, epoch: run.epoch, figures };
  screen.answer(answer, [...figuresLines(figures), `Written as ${run.id}, epoch ${run.epoch}.`]);
}

/** `runs withdraw`: nobody shall carry it out. */
export async function withdrawRun(id: string, options: CommonOptions & { reason?: string }): Promise<void> {
  const reason = reasonOption(options.reason);
  await withRecords(options, (ground) => withdrawProposal(proposerOf(ground, reason), id));
  screenOf(options).answer({ proposal: id, state: "withdrawn" }, [`${id} is withdrawn.`]);
}

/** `runs approve`: asks the query API, which knows by the key who approves. */
export async function approveRun(
  id: string,
  options: CommonOptions & { reason?: string; url?: string },
): Promise<void> {
  const reason = reasonOption(options.reason);
  const path = `/v1/runs/${encodeURIComponent(id)}/approve`;
  const answer = await askApi(
    path,
    {},
    {
      url: options.url,
      send: { method: "POST", body: { reason } },
    },
  );
  screenOf(options).answer(answer, [
    `${id} is approved; an operator carries it out: spendtrail runs apply ${id}`,
  ]);
}

/** `runs policy`: shows whether somebody else must approve, or sets it. */
export async function policyOfRuns(
  wish: "none" | "other" | undefined,
  options: CommonOptions & { reason?: string },
): Promise<void> {
  const reason = wish === undefined ? "" : reasonOption(options.reason);
  const approval = await withSettings(options, async ({ producer, settings }) => {
    await settings.caughtUp();
    if (wish !== undefined)
      await setApprovalPolicy({ producer, settings, by: { actor: ACTOR, reason } }, wish);
    return settings.state().approvalPolicies.get("runs")?.value.approval ?? "none";
  });
  screenOf(options).answer({ approval }, [
    approval === "other"
      ? "other: a proposal must be approved by another key than the requester's, and a replay is refused but of rejects"
      : "none: whoever proposes may apply",
  ]);
}

function proposerOf({ producer, settings, config }: ReplayGround, reason: string): Proposer {
  const by = { actor: ACTOR, reason };
  return { producer, settings, topics: config.topics, by, clock: () => new Date() };
}

function depsOf({ config, clickhouse }: ReplayGround, onProgress: (records: number) => void): RereadDeps {
  const { personSalt, topics } = config;
  return { clickhouse, adapters: ADAPTERS, personSalt, recordsTopic: topics.records, onProgress };
}
