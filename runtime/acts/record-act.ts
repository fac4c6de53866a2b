import { randomUUID } from "node:crypto";
import { Act } from "#core/act.ts";
import type { Producer } from "#runtime/kafka/types.ts";

/** Puts an act on its log and resolves when all in-sync replicas have it. @throws failure KAFKA_NOT_ACKNOWLEDGED */
export function createRecordAct(
  producer: Pick<Producer, "send">,
  topic: string,
): (act: Omit<Act, "act_id">) => Promise<void> {
  return async (act) => {
    const message = Act.parse({ ...act, act_id: randomUUID() });
    await producer.send(topic, [
      { key: message.actor, value: Buffer.from(JSON.stringify(message)), partition: 0 },
    ]);
  };
}
