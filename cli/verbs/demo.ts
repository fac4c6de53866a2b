import type { Command } from "commander";
import { askApi } from "#cli/api-client.ts";
import { type CommonOptions, common, configOf, screenOf } from "#cli/common-options.ts";
import { Costs, costColumns, totalsRow } from "#cli/costs-table.ts";
import { type DemoRun, runDemo } from "#cli/demo/run-demo.ts";
import { DEMO_SOURCES } from "#cli/demo/sources.ts";
import { countOption, portOption } from "#cli/port-option.ts";
import { DEFAULT_SOURCES } from "#cli/stack/default-sources.ts";
import { makeKey } from "#cli/stack/make-key.ts";
import { untilEnded } from "#cli/stack/until-ended.ts";
import { type Stack, startUp } from "#cli/stack/up.ts";
import { tableLines } from "#cli/table.ts";

interface Options extends CommonOptions {
  readonly once?: boolean;
  readonly events: number;
  readonly seed: number;
  readonly kafkaPort: number;
  readonly clickhousePort: number;
}

/** `spendtrail demo`: `up`, with a fortnight of gateway traffic sent through the real doors. */
export function registerDemo(program: Command): void {
  const command = program
    .command("demo")
    .description(
      "run everything on this machine, send a fortnight of gateway traffic through the real doors and show what it cost",
    )
    .option("--once", "end after the tables instead of staying up")
    .option("--events <count>", "how many records to send", countOption, 2_000)
    .option("--seed <number>", "which traffic: the same seed gives the same calls", countOption, 1)
    .option("--kafka-port <port>", "port of the embedded Kafka; 0 is any free one", portOption, 0)
    .option(
      "--clickhouse-port <port>",
      "HTTP port of the embedded ClickHouse; 0 is any free one",
      portOption,
      0,
    );
  common(command, ["spendtrail demo", "spendtrail demo --once --events 20000 --json"]).action(demo);
}

async function demo(options: Options): Promise<void> {
  const startedMs = performance.now();
  const screen = screenOf(options);
  const stack = await startUp(configOf(options, "up"), {
    kafkaPort: options.kafkaPort,
    clickHousePort: options.clickhousePort,
    sources: [...DEFAULT_SOURCES, ...DEMO_SOURCES],
    onProgress: screen.progress,
  });
  let run: DemoRun;
  // An interrupt before the tables must not look like success.
  process.exitCode = 1;
  try {
    run = await runDemo(stack, options, screen.progress);
    const seconds = Number(((performance.now() - startedMs) / 1000).toFixed(1));
    const lines = options.json ? [] : await pageLines(stack, run, seconds, options.once === true);
    screen.answer({ ...run.figures, seconds, differences: run.differences }, lines);
  } catch (error) {
    await stack.base.shutdown.close("the demo failed");
    throw error;
  }
  process.exitCode = run.differences.length > 0 ? 1 : 0;
  if (options.once) await stack.base.shutdown.close("--once");
  else await untilEnded(stack.base, stack.lost);
}

async function pageLines(stack: Stack, run: DemoRun, seconds: number, isOnce: boolean): Promise<string[]> {
  const { figures, differences } = run;
  const teams = await costsBy(stack, "team");
  const dearest = String(teams.rows[0]?.["team"] ?? "search");
  const agreement =
    differences.length === 0
      ? "and agree with the generator to the last digit."
      : `but: ${differences.join("; ")}`;
  return [
    `${figures.sent} records sent in ${seconds} s, start included: ${figures.accepted} accepted, ${figures.rejected} rejected.`,
    `${figures.distinct_event_ids} calls in ${figures.sessions} sessions of ${figures.teams} teams, $${figures.cost_usd}; they were counted in ClickHouse ${agreement}`,
    "",
    "Cost by team, last 15 days",
    ...tableOf(teams, "team"),
    "",
    "Cost by model, last 15 days",
    ...tableOf(await costsBy(stack, "model"), "model"),
    "",
    "Unpriced: in no cost, never $0",
    ...run.unpriced.map(({ model, note, calls }) => `  ${calls} calls of ${model || "(no model)"}: ${note}`),
    "",
    "Rejected: kept with their reason (docs/rejects.md)",
    ...run.rejects.map(
      ({ reason, records, sample }) => `  ${records} ${reason}, such as: ${sample.slice(0, 100)}`,
    ),
    "",
    ...(isOnce ? ["The data stays; `spendtrail up` shows it again."] : await hints(stack, dearest)),
  ];
}

async function costsBy({ apiUrl, token }: Stack, dimension: string): Promise<Costs> {
  const to = Date.now();
  const from = new Date(to - 15 * 86_400_000).toISOString();
  const params = { from, to: new Date(to).toISOString(), group_by: dimension };
  return Costs.parse(await askApi("/v1/costs", params, { url: apiUrl, key: token }));
}

function tableOf(costs: Costs, dimension: string): string[] {
  const rows = [...costs.rows, totalsRow(costs, [dimension], false)];
  return tableLines(costColumns([dimension], false, {}), rows).map((line) => `  ${line}`);
}

async function hints({ base, apiUrl, collectorUrl }: Stack, team: string): Promise<string[]> {
  const expires_at = new Date(Date.now() + 86_400_000).toISOString();
  const viewer = await makeKey(base, {
    label: `demo: viewer of ${team}`,
    role: "viewer",
    teams: [team],
    expires_at,
    reason: "demo",
  });
  return [
    `A key that sees team ${team} and nothing else, for a day:`,
    `  ${viewer.token}`,
    `  curl -s -H "Authorization: Bearer ${viewer.token}" "${apiUrl}/v1/costs?from=2026-01-01&to=2027-01-01&group_by=team,model"`,
    "",
    `query API   ${apiUrl}   its pages: ${apiUrl}/docs`,
    `collector   ${collectorUrl}`,
    "In another terminal: npx spendtrail costs --group-by team,model     Ctrl-C here ends everything in order.",
  ];
}
