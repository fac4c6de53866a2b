import type { TopicNames } from "#runtime/config/config.ts";

export interface TopicSpec {
  readonly topic: string;
  /** 1 where the topic's order is the order of everything in it. */
  readonly partitions: number;
  readonly settings: Readonly<Record<string, string>>;
  /** Ours is refused when a setting is wrong; a gateway's own topic only draws a warning. */
  readonly ours: boolean;
}

/** The largest message that our topics take; a gateway that logs message content needs more than Kafka's 1 MiB. */
export const RECORD_MESSAGE_BYTES_MAX = 5 * 1024 * 1024;

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
/** The broker's clock counts for retention, else a gateway with a wrong one would age its records away. */
const APPEND_TIME = { "message.timestamp.type": "LogAppendTime", "cleanup.policy": "delete" };

/** The topics of ours and what each must be set to; `replicationFactor` 3 or more asks for two in-sync replicas. */
export function ourTopics(
  names: TopicNames,
  partitions: number,
  replicationFactor: number,
): readonly TopicSpec[] {
  const isr = { "min.insync.replicas": replicationFactor >= 3 ? "2" : "1" };
  const spec = (topic: string, count: number, retentionMs: number): TopicSpec => ({
    topic,
    partitions: count,
    settings: {
      ...APPEND_TIME,
      ...isr,
      "retention.ms": String(retentionMs),
      "max.message.bytes": String(RECORD_MESSAGE_BYTES_MAX),
    },
    ours: true,
  });
  return [
    // Replay reads ClickHouse, so a week is enough: the longest time that the ingester may stand still.
    spec(names.records, partitions, 7 * DAY_MS),
    spec(names.rejects, partitions, 365 * DAY_MS),
    spec(names.settings, 1, -1),
    spec(names.acts, 1, 365 * DAY_MS),
    spec(names.batches, 1, -1),
    compacted(spec(names.budgetState, 1, -1)),
  ];
}

/** Only the newest message of a key is wanted: it is kept for ever, older ones go within the hour. */
function compacted(spec: TopicSpec): TopicSpec {
  const { "retention.ms": _, ...settings } = spec.settings;
  return {
    ...spec,
    settings: {
      ...settings,
      "cleanup.policy": "compact",
      "segment.ms": String(HOUR_MS),
      "min.cleanable.dirty.ratio": "0.1",
    },
  };
}

/** A topic that a gateway writes itself: we ask of it only what we cannot do without. */
export function gatewayTopic(topic: string, partitions: number): TopicSpec {
  return { topic, partitions, settings: { ...APPEND_TIME, "retention.ms": String(7 * DAY_MS) }, ours: false };
}
