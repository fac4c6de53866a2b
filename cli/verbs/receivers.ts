import { type Command, Option } from "commander";
import { type CommonOptions, common, screenOf } from "#cli/common-options.ts";
import { listOption } from "#cli/port-option.ts";
import { type SetOptions, setReceivers } from "#cli/receivers/set-receivers.ts";
import { readSetting, readSettings, type StoredSetting, writeSetting } from "#cli/settings-over-http.ts";
import { failure } from "#core/failure.ts";

interface Options extends CommonOptions {
  readonly url?: string;
  readonly reason: string;
}

const URL_HELP = "where the query API is; else SPENDTRAIL_API_URL, else http://127.0.0.1:8787";
const TYPES = ["webhook", "alertmanager", "pagerduty", "slack", "teams", "email"];

/** `spendtrail receivers list|set|remove`. */
export function registerReceivers(program: Command): void {
  const receivers = program.command("receivers").description("who hears of alerts; asks the query API");
  const list = receivers.command("list").description("the receivers").option("--url <url>", URL_HELP);
  common(list, ["spendtrail receivers list"]).action(listReceivers);
  registerSet(receivers);
  const remove = receivers
    .command("remove")
    .argument("<name>", "the receiver")
    .description("remove a receiver; what was not told yet is given up")
    .option("--reason <text>", "why, for the history", "removed at the command line")
    .option("--url <url>", URL_HELP);
  common(remove, ["spendtrail receivers remove oncall --reason 'moved to PagerDuty'"]).action(removeReceiver);
}

function registerSet(receivers: Command): void {
  const set = receivers
    .command("set")
    .argument("[name]", "lower-case letters, digits and -")
    .description("make a receiver or change what is said of one; an admin's key")
    .option("--file <json>", "one or several receivers, as in docs/alerts.md")
    .addOption(new Option("--type <type>", "what it is").choices(TYPES))
    .option("--address <url>", "where it is: a webhook, an Alertmanager, PagerDuty's EU region")
    .option("--address-secret <name>", "name of the secret that holds its address")
    .option("--authorization-secret <name>", "name of the secret that is sent as `authorization`")
    .option("--routing-key-secret <name>", "name of the secret that holds PagerDuty's routing key")
    .addOption(new Option("--body <body>", "of a webhook").choices(["spendtrail", "alertmanager"]))
    .option("--secret <name>", "name of a secret to sign with, the newest first; repeatable", listOption, [])
    .option("--to <address>", "an e-mail address; repeatable", listOption, [])
    .option("--default", "it hears of what names no receivers of its own")
    .option("--no-default", "it does not")
    .option("--resolved", "it is told when an alert is over")
    .option("--no-resolved", "it is not")
    .option("--note <text>", "for people")
    .option("--reason <text>", "why, for the history", "set at the command line")
    .option("--url <url>", URL_HELP);
  common(set, [
    "spendtrail receivers set finance --type webhook --address https://hooks.example.com/spend --secret finance-2026 --default",
    "spendtrail receivers set finance --secret finance-2027 --secret finance-2026",
    "spendtrail receivers set oncall --type pagerduty --routing-key-secret pagerduty",
    "spendtrail receivers set --file examples/alerts/receivers.json",
  ]).action((name: string | undefined, options: SetOptions) => setReceivers(name, options));
}

async function listReceivers(options: CommonOptions & { url?: string }): Promise<void> {
  const receivers = await readSettings("receiver", options.url);
  screenOf(options).table(
    { receivers },
    [
      { title: "receiver", text: ({ id }: StoredSetting) => id },
      { title: "type", text: ({ value }) => String(value["type"]) },
      { title: "default", text: ({ value }) => (value["is_default"] === true ? "yes" : "no") },
      { title: "told of ends", text: ({ value }) => (value["send_resolved"] === false ? "no" : "yes") },
      { title: "where", text: ({ value }) => whereOf(value) },
      { title: "version", text: ({ version }) => String(version), align: "right" },
    ],
    receivers,
  );
}

function whereOf(value: StoredSetting["value"]): string {
  const { url, url_secret, routing_key_secret, to } = value;
  if (Array.isArray(to)) return to.join(", ");
  if (typeof routing_key_secret === "string") return `key of secret ${routing_key_secret}`;
  return typeof url_secret === "string" ? `address of secret ${url_secret}` : String(url);
}

async function removeReceiver(id: string, { url, reason, ...options }: Options): Promise<void> {
  const stored = await readSetting("receiver", id, url);
  if (stored === null)
    throw failure("OPTION_INVALID", {
      option: "<name>",
      value: id,
      accepts: "the name of a receiver; see `spendtrail receivers list`",
    });
  await writeSetting("receiver", { id, version: stored.version, value: null, reason }, url);
  screenOf(options).answer({ id, removed: true }, [`Receiver ${id} is removed.`]);
}
