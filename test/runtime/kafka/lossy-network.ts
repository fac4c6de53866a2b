import { relayBroker } from "#test/runtime/kafka/relayed-broker.ts";

const PRODUCE = 0;

export interface LossyNetwork {
  /** Answers to produce requests that are still to be lost: the broker gets and does what was asked. */
  loseAnswers(count: number): void;
  lost(): number;
}

/** A network between this process and the broker that can lose the broker's answers to produce requests. */
export async function makeLossyNetwork(broker: string): Promise<LossyNetwork> {
  let toLose = 0;
  let lost = 0;
  await relayBroker(broker, (apiKey, answer) => {
    if (apiKey !== PRODUCE || toLose === 0) return answer;
    toLose--;
    lost++;
    return null;
  });
  return {
    loseAnswers: (count) => {
      toLose = count;
    },
    lost: () => lost,
  };
}
