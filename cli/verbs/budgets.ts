import { type Command, Option } from "commander";
import { budgetHistory } from "#cli/budgets/budget-history.ts";
import { type ChangeOptions, changeBudget, existing } from "#cli/budgets/change-budget.ts";
import { listBudgets } from "#cli/budgets/list-budgets.ts";
import { type FileOptions, planFile } from "#cli/budgets/plan-file.ts";
import { budgetOf, type SetOptions } from "#cli/budgets/set-options.ts";
import { showBudget } from "#cli/budgets/show-budget.ts";
import { topUpBudget } from "#cli/budgets/top-up.ts";
import { common } from "#cli/common-options.ts";
import { countOption, listOption } from "#cli/port-option.ts";
import { pseudonymFor } from "#cli/pseudonym-for.ts";
import { VERDICTS } from "#core/budgets/budget-state.ts";
import { WEEK_DAYS } from "#core/calendar.ts";
import { BUDGET_SCOPES } from "#core/settings/budget.ts";

const URL_HELP = "where the query API is; else SPENDTRAIL_API_URL, else http://127.0.0.1:8787";
const PERIODS = ["day", "week", "month", "quarter", "fiscal_month", "rolling"] as const;

/** `spendtrail budgets plan|apply|list|show|set|top-up|remove|history`. */
export function registerBudgets(program: Command): void {
  const budgets = program
    .command("budgets")
    .description("how much teams, people and keys may cost in a period, and how that stands");
  registerFiles(budgets);
  registerReads(budgets);
  registerSet(budgets);
  const topUp = one(budgets, "top-up", "let a budget have more until a time; what is spent stays counted")
    .requiredOption("--amount <usd>", "how much more")
    .requiredOption("--until <time>", "when it expires: an instant, or a date, which begins in UTC")
    .option("--from <time>", "from when on; default now")
    .option("--name <id>", "of the top-up; default one made of the time")
    .option("--note <text>", "what for")
    .option("--reason <text>", "why, for the history", "topped up at the command line");
  common(topUp, [
    "spendtrail budgets top-up search-monthly --amount 500 --until 2026-12-01 --reason 'launch week'",
  ]).action(topUpBudget);
  const remove = one(budgets, "remove", "remove a budget; its history stays").option(
    "--reason <text>",
    "why, for the history",
    "removed at the command line",
  );
  common(remove, ["spendtrail budgets remove search-monthly --reason 'team dissolved'"]).action(
    (id: string, options: ChangeOptions) =>
      changeBudget(id, options, (before) => {
        existing(id, before);
        return null;
      }),
  );
}

function registerFiles(budgets: Command): void {
  const plan = file(budgets, "plan", "show what a file of budgets would change");
  common(plan, ["spendtrail budgets plan examples/budgets/budgets.yaml"]).action(
    (path: string, options: FileOptions) => planFile(path, options, null),
  );
  const apply = file(budgets, "apply", "make the budgets those of a file").option(
    "--reason <text>",
    "why, for the history",
    "file of budgets applied at the command line",
  );
  common(apply, [
    "spendtrail budgets apply examples/budgets/budgets.yaml",
    "spendtrail budgets apply budgets.yaml --remove-extra --reason 'budgets of 2027'",
  ]).action((path: string, options: FileOptions & { reason: string }) =>
    planFile(path, options, options.reason),
  );
}

function registerReads(budgets: Command): void {
  const list = budgets
    .command("list")
    .description("the budgets and how each stands; asks the query API")
    .addOption(new Option("--scope <kind>", "only of this kind of scope").choices(BUDGET_SCOPES))
    .option("--of <id>", "only of this team, person, key, …; repeatable", listOption, [])
    .addOption(new Option("--verdict <verdict>", "only those that stand so").choices(VERDICTS))
    .option("--url <url>", URL_HELP);
  common(list, [
    "spendtrail budgets list",
    "spendtrail budgets list --scope team --of search --verdict deny",
  ]).action(listBudgets);
  const show = one(
    budgets,
    "show",
    "a budget, how it stands, and each of its members; asks the query API",
  ).option("--url <url>", URL_HELP);
  common(show, ["spendtrail budgets show search-monthly"]).action(showBudget);
  const history = one(
    budgets,
    "history",
    "who changed a budget, when and why, before and after; asks the query API",
  )
    .option("--limit <number>", "changes, the newest first; at most 500", countOption, 100)
    .option("--url <url>", URL_HELP);
  common(history, ["spendtrail budgets history search-monthly"]).action(budgetHistory);
}

function registerSet(budgets: Command): void {
  const set = one(budgets, "set", "make a budget or change what is said of one; what is not said stays")
    .option("--all", "of everything")
    .option("--organization <id>", "of an organisation")
    .option("--cost-center <id>", "of a cost centre")
    .option("--team <id>", "of a team")
    .option("--tag <tag>", "of calls with a tag")
    .option("--user <name>", "of a person, by pseudonym or as the gateway names them")
    .option("--key <id>", "of a gateway's key")
    .option("--per-member", "the amount is for each person in the scope")
    .option("--pool", "the amount is for all of the scope together; default")
    .option("--member <name>", "per member: only this person; repeatable; none: all", listOption, [])
    .option("--model <name>", "only calls of this model; repeatable; none: all", listOption, [])
    .option("--platform <name>", "only calls on this platform; repeatable; none: all", listOption, [])
    .option("--gateway <name>", "only calls of this gateway; repeatable; none: all", listOption, [])
    .option("--amount <usd>", "USD a period, a plain decimal")
    .addOption(new Option("--period <period>", "when it begins anew").choices(PERIODS))
    .option("--zone <zone>", "IANA time zone whose days count; default UTC")
    .addOption(new Option("--week-start <day>", "of weeks; default monday").choices(WEEK_DAYS))
    .option("--start-day <day>", "of fiscal months, 1 to 28")
    .option("--days <number>", "of a rolling period, at most 92")
    .addOption(new Option("--basis <basis>", "what a call costs").choices(["contracted", "list"]))
    .option("--thresholds <percents>", "of the limit that is spent, such as 50,80,95; none")
    .option("--forecast <percents>", "of the limit that the period is expected to end at; none")
    .option("--receiver <name>", "who hears of it; repeatable; none: nobody", listOption, [])
    .option("--default-receivers", "the default receivers hear of it")
    .option("--hard", "who asks is denied once it is used up")
    .option("--soft", "nobody is denied; default")
    .option("--grace <percent>", "of the limit, before a hard one denies")
    .addOption(
      new Option("--on-stale <answer>", "of a hard limit, when figures are old").choices(["allow", "deny"]),
    )
    .option("--stale-after <seconds>", "from when on figures are old")
    .option("--from <time>", "in force from then on; none: at once")
    .option("--to <time>", "in force until then; none: until it is removed")
    .option("--parent <id>", "a budget that is asked as well; none")
    .option("--note <text>", "a remark; none")
    .option("--reason <text>", "why, for the history", "set at the command line");
  common(set, [
    "spendtrail budgets set search-monthly --team search --amount 2000 --period month --zone Europe/Berlin --thresholds 50,80,95 --hard",
    "spendtrail budgets set interns --team interns --per-member --amount 50 --period month",
    "spendtrail budgets set search-monthly --amount 2500 --reason 'agreed with finance'",
  ]).action((id: string, options: SetOptions & ChangeOptions) =>
    changeBudget(id, options, (before) => budgetOf(id, before, options, pseudonymFor(options))),
  );
}

function one(budgets: Command, verb: string, description: string): Command {
  return budgets.command(verb).argument("<id>", "the budget's id").description(description);
}

function file(budgets: Command, verb: string, description: string): Command {
  return budgets
    .command(verb)
    .argument("<file>", "budgets in YAML or JSON (docs/budgets.md)")
    .description(description)
    .option("--remove-extra", "remove the budgets that are not in the file");
}
