import { createSender, type RecordSender } from "#collector/spool/sender.ts";
import { openSpool } from "#collector/spool/spool.ts";
import type { Producer } from "#runtime/kafka/types.ts";
import type { Log } from "#runtime/log.ts";
import type { Metrics } from "#runtime/metrics.ts";

export interface SenderSettings {
  readonly dir: string;
  /** 0: no spool. */
  readonly bytesMax: number;
  readonly topic: string;
  readonly producer: Pick<Producer, "send">;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** The way of a collector's records, with a spool or without. @throws failure SPOOL_FOLDER_TAKEN, SPOOL_FOLDER_UNUSABLE */
export function makeSender({ dir, bytesMax, topic, producer, log, metrics }: SenderSettings): RecordSender {
  if (bytesMax === 0) return directSender(producer);
  const spool = openSpool({ dir, bytesMax }, log);
  const replayed = metrics.counter({
    name: "collector_replayed_records",
    help: "Record elements that went from the disk to Kafka.",
  });
  metrics.watch(
    { name: "collector_spool_bytes", help: "Bytes of files on the disk that wait for Kafka." },
    spool.bytes,
  );
  return createSender({ producer, topic, spool, log, onReplayed: (records) => replayed.inc(records) });
}

/** Kafka or nothing. */
export function directSender(producer: Pick<Producer, "send">): RecordSender {
  return {
    send: async (topic, records) => {
      await producer.send(topic, records);
      return "kafka";
    },
    takesWithoutKafka: () => false,
    close: async () => {},
  };
}
