import { type Finding, fault, fine, warning } from "#cli/checks/finding.ts";
import type { SettingsState } from "#core/settings/state.ts";
import type { Config } from "#runtime/config/config.ts";
import { gatewayTopic, ourTopics } from "#runtime/kafka/topic-specs.ts";
import { inspectTopics } from "#runtime/kafka/topics.ts";
import type { Log } from "#runtime/log.ts";
import { followSettings } from "#runtime/settings/follow-settings.ts";

/** Kafka answers, and our topics are as they must be. */
export async function checkTopics(config: Config, log: Log): Promise<readonly Finding[]> {
  const specs = ourTopics(config.topics, config.topicPartitions, config.replicationFactor);
  const reports = await inspectTopics(config.kafka, specs, {
    create: false,
    replicationFactor: config.replicationFactor,
    log,
  });
  return [
    fine("kafka", `answers at ${config.kafka.brokers.join(",")}`),
    ...reports.map((report) => {
      const name = `topic ${report.topic}`;
      if (report.faults.length === 0)
        return fine(name, `${report.partitions} partition${report.partitions === 1 ? "" : "s"}`);
      const missing = report.state === "missing" ? " Or run `spendtrail migrate --topics`." : "";
      return fault(
        name,
        report.faults.map(({ fault: text, mend }) => `${text}\n    ${mend}`).join("\n  ") + missing,
      );
    }),
  ];
}

/** The settings can be read, and what they say of sources, keys and prices is enough to work with. */
export async function checkSettings(config: Config, log: Log, nowMs: number): Promise<readonly Finding[]> {
  const settings = await followSettings({ kafka: config.kafka, topic: config.topics.settings, log });
  try {
    const state = settings.state();
    return [sources(state), keys(state), prices(state, nowMs), ...(await sourceTopics(config, state, log))];
  } finally {
    await settings.stop();
  }
}

function sources(state: SettingsState): Finding {
  const enabled = [...state.sources.values()].filter(({ value }) => value.enabled);
  if (enabled.length > 0) return fine("sources", enabled.map(({ value }) => value.name).join(", "));
  return warning(
    "sources",
    "there are none, so every record is rejected: `spendtrail sources import FILE --apply` (docs/settings.md)",
  );
}

function keys(state: SettingsState): Finding {
  const valid = [...state.keys.values()].filter(({ value }) => !value.revoked);
  if (valid.length > 0) return fine("keys", `${valid.length} not revoked`);
  return warning(
    "keys",
    "there are none, so nobody can read: `spendtrail keys create --role admin --label me`",
  );
}

/** Vendors change prices several times a year; a book that is this old has missed one. */
const BOOK_AGE_DAYS_MAX = 90;

function prices(state: SettingsState, nowMs: number): Finding {
  const rows = [...state.prices.values()]
    .map(({ value }) => value)
    .filter((row) => row.status !== "cancelled");
  const youngest = Math.max(...rows.map((row) => Date.parse(row.effective_from)));
  if (rows.length === 0)
    return warning(
      "prices",
      "the book is empty, so every call is unpriced: `spendtrail prices import FILE --apply` (docs/prices.md)",
    );
  const ageDays = Math.floor((nowMs - youngest) / 86_400_000);
  const text = `${rows.length} rows, the youngest from ${new Date(youngest).toISOString().slice(0, 10)}`;
  return ageDays > BOOK_AGE_DAYS_MAX
    ? warning("prices", `${text}: ${ageDays} days old; look for newer price lists`)
    : fine("prices", text);
}

async function sourceTopics(config: Config, state: SettingsState, log: Log): Promise<readonly Finding[]> {
  const topics = [...state.sources.values()].flatMap(({ value }) =>
    value.enabled ? (value.topic ?? []) : [],
  );
  const specs = topics.map((topic) => gatewayTopic(topic, 1));
  const reports = await inspectTopics(config.kafka, specs, {
    create: false,
    replicationFactor: config.replicationFactor,
    log,
  });
  return reports.map(({ topic, faults }) =>
    faults.length === 0
      ? fine(`gateway topic ${topic}`, "is there")
      : warning(
          `gateway topic ${topic}`,
          faults.map((one) => `${one.fault} To mend: ${one.mend}`).join("\n  "),
        ),
  );
}
