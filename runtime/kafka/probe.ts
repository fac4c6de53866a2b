import { createKafka } from "#runtime/kafka/client.ts";
import type { KafkaConfig } from "#runtime/kafka/types.ts";
import type { Log } from "#runtime/log.ts";

export interface KafkaProbe {
  /** Whether a broker answers now, within the bound; many who ask at once share one question. */
  answers(): Promise<boolean>;
  close(): Promise<void>;
}

const ANSWER_MS_MAX = 2_000;

/** Asks Kafka whether it is there, for readiness checks. Holds one connection and makes it anew when it broke. */
export function createKafkaProbe(config: KafkaConfig, log: Log): KafkaProbe {
  const admin = createKafka(config, log).admin({ retry: { retries: 0 } });
  let asking: Promise<boolean> | null = null;
  const ask = async (): Promise<boolean> => {
    try {
      await admin.connect();
      await admin.describeCluster();
      return true;
    } catch {
      return false;
    }
  };
  const bounded = async (): Promise<boolean> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), ANSWER_MS_MAX);
    });
    return Promise.race([ask(), late]).finally(() => clearTimeout(timer));
  };
  return {
    answers: () => {
      asking ??= bounded().finally(() => {
        asking = null;
      });
      return asking;
    },
    close: () => admin.disconnect(),
  };
}
