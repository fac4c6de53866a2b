import type { Command } from "commander";
import { listDeliveries, replayDeliveries } from "#cli/alerts/deliveries.ts";
import { listAlerts } from "#cli/alerts/list-alerts.ts";
import { testReceiver } from "#cli/alerts/test-receiver.ts";
import { common } from "#cli/common-options.ts";
import { countOption, listOption } from "#cli/port-option.ts";

const URL_HELP = "where the query API is; else SPENDTRAIL_API_URL, else http://127.0.0.1:8787";

/** `spendtrail alerts list|deliveries|replay|test`. */
export function registerAlerts(program: Command): void {
  const alerts = program
    .command("alerts")
    .description("what needs somebody, and whether those who should hear of it did");
  const list = paged(alerts.command("list").description("alerts on record, newest first; asks the query API"))
    .option("--kind <kind>", "only of this kind; repeatable", listOption, [])
    .option("--state <state>", "firing, resolved, superseded or noted; repeatable", listOption, []);
  common(list, ["spendtrail alerts list --state firing"]).action(listAlerts);
  const deliveries = paged(
    alerts
      .command("deliveries")
      .description("what became of telling receivers, newest first; asks the query API"),
  )
    .option("--state <state>", "pending, sent, dead or skipped; repeatable", listOption, [])
    .option("--receiver <name>", "only of this receiver; repeatable", listOption, []);
  common(deliveries, ["spendtrail alerts deliveries --state dead"]).action(listDeliveries);
  const replay = alerts
    .command("replay")
    .argument("[id...]", "notifications, as `spendtrail alerts deliveries` shows them")
    .description("send notifications again that were given up; an admin's key")
    .option("--dead", "all that were given up")
    .option("--receiver <name>", "with --dead: only those of this receiver; repeatable", listOption, [])
    .option("--reason <text>", "why, for the history", "replayed at the command line")
    .option("--url <url>", URL_HELP);
  common(replay, [
    "spendtrail alerts replay 4f1c2d3b5a6978808f9eadbccbdaf100",
    "spendtrail alerts replay --dead --receiver finance",
  ]).action(replayDeliveries);
  const test = alerts
    .command("test")
    .argument("<receiver>", "as `spendtrail receivers list` shows it")
    .description("tell a receiver something from here, with the secrets and the rules of this configuration")
    .option("--url <url>", URL_HELP);
  common(test, ["spendtrail alerts test finance"]).action(testReceiver);
}

function paged(command: Command): Command {
  return command
    .option("--limit <number>", "so many at most", countOption, 100)
    .option("--cursor <cursor>", "go on where a list ended")
    .option("--url <url>", URL_HELP);
}
