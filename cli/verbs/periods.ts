import type { Command } from "commander";
import { askApi, type Sent } from "#cli/api-client.ts";
import { type CommonOptions, common, screenOf } from "#cli/common-options.ts";
import { type Period, PeriodDetail, Periods } from "#cli/periods/answers.ts";
import { periodLines } from "#cli/periods/lines.ts";
import { failure } from "#core/failure.ts";

interface Options extends CommonOptions {
  readonly url?: string;
}
interface OpenOptions extends Options {
  readonly zone?: string;
  readonly from?: string;
  readonly to?: string;
  readonly reason: string;
}
interface CloseOptions extends Options {
  readonly soft?: boolean;
  readonly apply?: boolean;
  readonly acceptUnpriced?: boolean;
  readonly acceptGaps?: boolean;
  readonly reason?: string;
}
interface ReopenOptions extends Options {
  readonly approve?: boolean;
  readonly withdraw?: boolean;
  readonly reason: string;
}

const URL_HELP = "where the query API is; else SPENDTRAIL_API_URL, else http://127.0.0.1:8787";

/** `spendtrail periods list|show|open|close|reopen|remove`. All of it asks the query API, which knows whose key it is. */
export function registerPeriods(program: Command): void {
  const periods = program.command("periods").description("open, close and reopen accounting periods");
  common(periods.command("list").description("list the periods").option("--url <url>", URL_HELP), [
    "spendtrail periods list",
  ]).action(listPeriods);
  common(
    byId(periods, "show", "what is booked in a period, and what came late").option("--url <url>", URL_HELP),
    ["spendtrail periods show 2026-11"],
  ).action(async (id: string, options: Options) => show(await detailOf(id, options), options));
  const open = byId(periods, "open", "make a period; `2026-11` is that month of the books' time zone")
    .option("--zone <zone>", "IANA time zone of the books; needed for the first period")
    .option("--from <date>", "its first day, where it is no calendar month")
    .option("--to <date>", "the first day of the next one")
    .option("--reason <text>", "why, for the history", "opened at the command line")
    .option("--url <url>", URL_HELP);
  common(open, [
    "spendtrail periods open 2026-11 --zone Europe/Berlin",
    "spendtrail periods open 2026-P11 --from 2026-10-26 --to 2026-11-30",
  ]).action(openPeriod);
  const close = byId(periods, "close", "show what closing a period would keep; --apply closes it")
    .option("--apply", "close it; needs --reason")
    .option("--soft", "softly: what comes later is flagged, and still booked in it")
    .option("--accept-unpriced", "although calls have no price")
    .option("--accept-gaps", "although offsets or numbers are missing")
    .option("--reason <text>", "why, or why it may be closed so; for the history")
    .option("--url <url>", URL_HELP);
  common(close, [
    "spendtrail periods close 2026-11",
    "spendtrail periods close 2026-11 --apply --reason 'month end'",
  ]).action(closePeriod);
  const reopen = byId(periods, "reopen", "ask for a closed period to be opened; another key approves")
    .option("--approve", "approve what another key asked for")
    .option("--withdraw", "withdraw it, or turn it down")
    .requiredOption("--reason <text>", "why, for the history")
    .option("--url <url>", URL_HELP);
  common(reopen, [
    "spendtrail periods reopen 2026-11 --reason 'the invoice of November came in'",
    "SPENDTRAIL_API_KEY=<another key> spendtrail periods reopen 2026-11 --approve --reason 'seen'",
  ]).action(reopenPeriod);
  const remove = byId(periods, "remove", "remove a period that was opened by mistake and never closed")
    .requiredOption("--reason <text>", "why, for the history")
    .option("--url <url>", URL_HELP);
  common(remove, ["spendtrail periods remove 2026-12 --reason 'wrong zone'"]).action(
    async (id: string, options: Options & { reason: string }) => {
      const answer = await askApi(path(id), { reason: options.reason }, at(options, { method: "DELETE" }));
      screenOf(options).answer(answer, [`Period ${id} is removed.`]);
    },
  );
}

function byId(periods: Command, name: string, description: string): Command {
  return periods.command(name).argument("<id>", "the period, such as 2026-11").description(description);
}

const path = (id: string, ...rest: string[]) => ["/v1/periods", encodeURIComponent(id), ...rest].join("/");
const at = ({ url }: Options, send?: Sent) => ({ url, ...(send === undefined ? {} : { send }) });

async function detailOf(id: string, options: Options): Promise<PeriodDetail> {
  return PeriodDetail.parse(await askApi(path(id), {}, at(options)));
}

function show(period: PeriodDetail, options: Options, ...more: string[]): void {
  screenOf(options).answer(period, [...periodLines(period), ...more]);
}

async function listPeriods(options: Options): Promise<void> {
  const { periods } = Periods.parse(await askApi("/v1/periods", {}, at(options)));
  screenOf(options).table(
    periods,
    [
      { title: "period", text: ({ id }: Period) => id },
      {
        title: "state",
        text: ({ state, reopening }) =>
          reopening === null ? state.replace("_", "-") : "closed, to be reopened",
      },
      { title: "from", text: ({ from }) => from },
      { title: "to", text: ({ to }) => to },
      { title: "zone", text: ({ zone }) => zone },
      { title: "closed as of", text: ({ closed_at }) => closed_at ?? "-" },
      { title: "rated USD", text: ({ snapshot }) => snapshot?.totals.cost_rated_usd ?? "-", align: "right" },
    ],
    periods,
  );
}

async function openPeriod(id: string, options: OpenOptions): Promise<void> {
  const { zone, from, to, reason } = options;
  const body = { id, zone, from, to, reason };
  await askApi("/v1/periods", {}, at(options, { method: "POST", body }));
  show(await detailOf(id, options), options);
}

async function closePeriod(id: string, options: CloseOptions): Promise<void> {
  if (!options.apply) {
    const plan = await detailOf(id, options);
    const close = plan.closing === null ? [] : ["Nothing was changed; --apply closes it."];
    return show(plan, options, ...close);
  }
  const { reason, soft = false, acceptUnpriced, acceptGaps } = options;
  if (reason === undefined || reason.trim() === "")
    throw failure("OPTION_INVALID", { option: "--reason", value: "absent", accepts: "why, for the history" });
  const accept = [...(acceptUnpriced ? ["unpriced"] : []), ...(acceptGaps ? ["gaps"] : [])];
  await askApi(path(id, "close"), {}, at(options, { method: "POST", body: { soft, accept, reason } }));
  show(await detailOf(id, options), options);
}

async function reopenPeriod(id: string, options: ReopenOptions): Promise<void> {
  const { approve, withdraw, reason } = options;
  if (approve && withdraw)
    throw failure("OPTION_INVALID", {
      option: "--withdraw",
      value: "given with --approve",
      accepts: "one of the two",
    });
  if (withdraw) await askApi(path(id, "reopening"), { reason }, at(options, { method: "DELETE" }));
  else {
    const steps = approve ? ["reopening", "approval"] : ["reopening"];
    await askApi(path(id, ...steps), {}, at(options, { method: "POST", body: { reason } }));
  }
  show(await detailOf(id, options), options);
}
