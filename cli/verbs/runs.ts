import { Argument, type Command } from "commander";
import { common } from "#cli/common-options.ts";
import { listOption } from "#cli/port-option.ts";
import { applyRun, approveRun, askRun, policyOfRuns, withdrawRun } from "#cli/runs/actions.ts";
import { listRuns, showRun } from "#cli/runs/listing.ts";
import { COST_STATUSES } from "#core/cost-status.ts";
import type { ProposedKind } from "#core/settings/run-proposal.ts";

/** `spendtrail runs`: calls that stand, rated or attributed anew: proposed, approved, applied. */
export function registerRuns(program: Command): void {
  const runs = program
    .command("runs")
    .description(
      "rate or attribute anew what stands: a dry run, a proposal on record, an approval, corrections",
    );
  askVerb(runs, "re_rate", "re-rate", "rate calls again with another version of the price book", [
    "spendtrail runs re-rate --from 2026-11-01 --to 2026-12-01 --cost-status unpriced",
    "spendtrail runs re-rate --from 2026-11-01 --to 2026-12-01 --team search --reason 'contract of November'",
  ]);
  askVerb(runs, "re_attribute", "re-attribute", "say again who pays for calls, by the sources of today", [
    "spendtrail runs re-attribute --from 2026-11-01 --source kong --reason 'team tags were wrong'",
  ]);
  common(runs.command("list").description("list proposals, runs and replays"), [
    "spendtrail runs list",
  ]).action(listRuns);
  common(one(runs, "show", "a proposal or a run: its scope, its figures and how it stands"), [
    "spendtrail runs show proposal-7",
  ]).action(showRun);
  const approve = one(runs, "approve", "approve a proposal with a key of your own; asks the query API")
    .option("--reason <text>", "why, for the history")
    .option("--url <url>", "where the query API is; else SPENDTRAIL_API_URL, else http://127.0.0.1:8787");
  common(approve, ["spendtrail runs approve proposal-7 --reason 'agreed with finance'"]).action(approveRun);
  const apply = one(
    runs,
    "apply",
    "carry out a proposal, or finish a run that was killed while it did",
  ).option("--reason <text>", "why, for the history");
  common(apply, ["spendtrail runs apply proposal-7 --reason 'close of November'"]).action(applyRun);
  const withdraw = one(runs, "withdraw", "withdraw a proposal for good").option(
    "--reason <text>",
    "why, for the history",
  );
  common(withdraw, ["spendtrail runs withdraw proposal-7 --reason 'wrong month'"]).action(withdrawRun);
  const policy = runs
    .command("policy")
    .description(
      "whether a proposal must be approved by another key than the requester's; with a word, set it",
    )
    .addArgument(new Argument("[approval]").choices(["none", "other"]))
    .option("--reason <text>", "why, for the history");
  common(policy, ["spendtrail runs policy other --reason 'four eyes on money'"]).action(policyOfRuns);
}

function one(runs: Command, verb: string, description: string): Command {
  return runs
    .command(verb)
    .argument("<id>", "its id, as `spendtrail runs list` shows it")
    .description(description);
}

function askVerb(
  runs: Command,
  kind: ProposedKind,
  verb: string,
  description: string,
  examples: readonly string[],
): void {
  const command = runs
    .command(verb)
    .description(`${description}, and show what would change; --reason puts it on record as a proposal`)
    .option("--from <time>", "calls that began from this time on; default all")
    .option("--to <time>", "calls that began before this time; default now")
    .option("--team <team>", "only of this paying team, as it stands; repeatable", listOption, [])
    .option("--model <model>", "only this model; repeatable", listOption, [])
    .option("--platform <platform>", "only on this platform; repeatable", listOption, [])
    .option("--source <name>", "only from this source; repeatable", listOption, [])
    .option(
      "--cost-status <status>",
      `only with this cost status (${COST_STATUSES.join(", ")}); repeatable`,
      listOption,
      [],
    )
    .option("--book <when>", "the settings to stand by: an instant, or an offset; default those of now")
    .option("--reason <text>", "why, for the history; puts the dry run on record")
    .option("--apply", "carry it out at once, where nobody else must approve; needs --reason");
  common(command, examples).action((options) => askRun(kind, options));
}
