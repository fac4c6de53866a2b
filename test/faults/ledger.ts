import { randomUUID } from "node:crypto";
import { createProducer } from "#runtime/kafka/producer.ts";
import type { OutgoingRecord } from "#runtime/kafka/types.ts";
import { createLog } from "#runtime/log.ts";
import type { Random } from "#test/faults/random.ts";

/** What a call costs, in 1e-12 USD a token, by the price lists: 5 and 25, 1 and 5 USD per million; no price before. */
const PRICES = {
  "claude-opus-5": { input: 5_000_000n, output: 25_000_000n, fromMs: Date.UTC(2026, 6, 24) },
  "claude-haiku-4-5": { input: 1_000_000n, output: 5_000_000n, fromMs: Date.UTC(2025, 9, 15) },
} as const;
const MODELS = Object.keys(PRICES) as (keyof typeof PRICES)[];
const TEAMS = ["search", "ranking", "support", "data"] as const;
const CHUNK_RECORDS = 500;
/** So many bodies are kept for repeats. */
const REPEATABLE_MAX = 20_000;
export const SOURCE = "app";

/** What the store has to say of a call; no cost where there was no price when it began. */
export interface Due {
  readonly team: string;
  readonly model: string;
  readonly cost: bigint | null;
}

/** What the store has to hold: every call that Kafka acknowledged, and nothing else. */
export interface Ledger {
  readonly calls: ReadonlyMap<string, Due>;
  /** Records that are to be rejected. */
  readonly rejects: number;
  /** Everything that was acknowledged, repeats too. */
  readonly records: number;
}

export interface Sender {
  readonly ledger: Ledger;
  /** Sends calls with ids of their own, at most so many a second; resolves when Kafka has them all. */
  calls(count: number, options?: SendOptions): Promise<void>;
  /** Sends records as they are, which are to be rejected. */
  rejects(values: readonly (Buffer | null)[]): Promise<void>;
  /** Sends records that are taken and are no calls. */
  others(values: readonly Buffer[]): Promise<void>;
  /** Sends calls once more that are in the ledger, as having used more: the first is the one that counts. */
  repeat(ids: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

export interface SendOptions {
  readonly perSecond?: number;
  readonly signal?: AbortSignal;
  /** When calls began, by the record; by default over the last hour. */
  readonly startedAtMs?: (random: Random) => number;
  /** Bytes that a record is filled up to. */
  readonly bytes?: number;
  /** Another source than ours, which nobody has declared yet: they are rejects until it is there and they are replayed. */
  readonly undeclaredSource?: string;
  /** Changes the record before it is sent: what another version of a producer would write. */
  readonly shaped?: (event: { data: Record<string, unknown> } & Record<string, unknown>) => void;
}

/** Writes unique calls to a topic and keeps what was acknowledged. */
export async function createSender(
  kafka: { readonly brokers: readonly string[]; readonly topic: string; readonly partitions: number },
  random: Random,
): Promise<Sender> {
  const producer = await createProducer(
    { brokers: kafka.brokers, clientId: "ledger" },
    createLog("faults", "silent"),
  );
  const calls = new Map<string, Due>();
  const bodies = new Map<string, string>();
  const run = randomUUID().slice(0, 8);
  let made = 0;
  let sent = 0;
  let ledgerRecords = 0;
  let rejected = 0;
  const record = (value: Buffer | null, source = SOURCE): OutgoingRecord => ({
    key: null,
    value,
    headers: {
      "spendtrail-source": source,
      "spendtrail-gateway": "canonical",
      "spendtrail-record-id": randomUUID(),
    },
    partition: sent++ % kafka.partitions,
  });
  const send = async (records: readonly OutgoingRecord[]) => {
    for (;;) {
      try {
        await producer.send(kafka.topic, records);
        ledgerRecords += records.length;
        return;
      } catch {
        // Not acknowledged: it may be there or not, and goes once more, as a gateway's callback would do it.
      }
    }
  };
  const sendAll = async (values: readonly (Buffer | null)[]) => {
    for (let at = 0; at < values.length; at += CHUNK_RECORDS)
      await send(values.slice(at, at + CHUNK_RECORDS).map((value) => record(value)));
  };
  return {
    ledger: {
      calls,
      get rejects() {
        return rejected;
      },
      get records() {
        return ledgerRecords;
      },
    },
    calls: async (count, options = {}) => {
      const startMs = performance.now();
      for (let done = 0; done < count && options.signal?.aborted !== true; ) {
        const chunk = Math.min(CHUNK_RECORDS, count - done, Math.ceil((options.perSecond ?? 1e6) / 10));
        const fresh = Array.from({ length: chunk }, () => {
          const id = `${run}-${made++}`;
          const call = {
            ...{ team: random.pick(TEAMS), model: random.pick(MODELS) },
            ...{ input: random.whole(1, 50_000), output: random.whole(1, 4_000) },
            startedAtMs: options.startedAtMs?.(random) ?? Date.now() - random.whole(0, 3_600_000),
          };
          const { input, output, fromMs } = PRICES[call.model];
          const isPriced = call.startedAtMs >= fromMs;
          const cost = isPriced ? BigInt(call.input) * input + BigInt(call.output) * output : null;
          const body = bodyOf(id, call, options);
          if (bodies.size < REPEATABLE_MAX) bodies.set(id, body);
          return { id, body, team: call.team, model: call.model, cost };
        });
        await send(fresh.map(({ body }) => record(Buffer.from(body), options.undeclaredSource)));
        for (const { id, team, model, cost } of fresh) calls.set(id, { team, model, cost });
        if (options.undeclaredSource !== undefined) rejected += fresh.length;
        done += chunk;
        const aheadMs = (done / (options.perSecond ?? 1e9)) * 1000 - (performance.now() - startMs);
        if (aheadMs > 5) await new Promise((later) => setTimeout(later, aheadMs));
      }
    },
    rejects: async (values) => {
      await sendAll(values);
      rejected += values.length;
    },
    others: sendAll,
    repeat: async (ids) => {
      const again = ids.flatMap(
        (id) => bodies.get(id)?.replace(/"output_tokens":(\d)/, '"output_tokens":9$1') ?? [],
      );
      for (let at = 0; at < again.length; at += CHUNK_RECORDS)
        await send(again.slice(at, at + CHUNK_RECORDS).map((body) => record(Buffer.from(body))));
    },
    close: () => producer.close(),
  };
}

interface Call {
  readonly team: string;
  readonly model: string;
  readonly input: number;
  readonly output: number;
  readonly startedAtMs: number;
}

function bodyOf(id: string, call: Call, { bytes = 0, shaped }: SendOptions): string {
  const started_at = new Date(call.startedAtMs).toISOString();
  const event = {
    specversion: "1.0",
    id,
    source: "faults/gateway",
    type: "spendtrail.response.v1",
    time: started_at,
    data: {
      ...{ gateway: "canonical", platform: "anthropic-api", model: call.model, team: call.team },
      ...{
        session_id: `session-${id.length}-${call.input % 100}`,
        call_id: id,
        started_at,
        outcome: "success",
      },
      meters: { input_tokens: call.input, output_tokens: call.output },
    },
  };
  shaped?.(event);
  const text = JSON.stringify(event);
  return text.length < bytes ? text + " ".repeat(bytes - text.length) : text;
}
