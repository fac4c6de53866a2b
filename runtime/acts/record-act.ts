import { randomUUID } from "node:crypto";
import { Act } from "#core/act.ts";
import type { Producer } from "#runtime/kafka/types.ts";

/** An act to be recorded; with an id of its own where the same act may come again. */
export type ActToRecord = Omit<Act, "act_id"> & Partial<Pick<Act, "act_id">>;

/** Puts an act on its log and resolves when all in-sync replicas have it. @throws failure KAFKA_NOT_ACKNOWLEDGED */
export function createRecordAct(
  producer: Pick<Producer, "send">,
  topic: string,
): (act: ActToRecord) => Promise<void> {
  return async (act) => {
    const message = Act.parse({ act_id: randomUUID(), ...act });
    await producer.send(topic, [
      { key: message.actor, value: Buffer.from(JSON.stringify(message)), partition: 0 },
    ]);
  };
}
