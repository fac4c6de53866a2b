import { z } from "zod";
import { readTopic } from "#runtime/kafka/read-topic.ts";
import type { FaultCase } from "#test/faults/case.ts";
import { reportOf } from "#test/faults/case.ts";
import { type Field, log } from "#test/faults/field.ts";
import { placeSum } from "#test/faults/places.ts";
import { until } from "#test/faults/until.ts";
import { bareEnv, runCli } from "#test/support/run-cli.ts";

/** Bytes that no adapter can make a call of. */
const POISON: readonly (Buffer | null)[] = [
  null,
  Buffer.alloc(0),
  Buffer.from("not JSON"),
  Buffer.from('{"specversion":"1.0"'),
  Buffer.from('{"a":1,"a":2}'),
  Buffer.from([0xff, 0xfe, 0x7b, 0x7d]),
  Buffer.from(`${"[".repeat(300)}${"]".repeat(300)}`),
  Buffer.from('{"__proto__":{"isAdmin":true}}'),
  Buffer.from('{"specversion":"1.0","id":"x","source":"s","type":"spendtrail.response.v9","data":{}}'),
];

export const poison: FaultCase = {
  id: "F16",
  title: "1 % of poison, a thousand in a row, and records of a source that is declared too late and replayed",
  run: async (context) => {
    const { isShort, random } = context;
    const field = await context.open({ partitions: 2 });
    await field.keepDuplicates();
    const program = field.ingester({ SPENDTRAIL_BREAKER_HOLD_MS: "3000" }, context.root);
    const count = isShort ? 3_000 : 100_000;
    const allIn = () =>
      until(
        "what was sent is in",
        async () => (await placeSum(field)) >= field.sender.ledger.records,
        600_000,
      );
    for (let sent = 0; sent < count; sent += count / 10) {
      await field.sender.calls(count / 10);
      await field.sender.rejects(Array.from({ length: count / 1_000 }, () => random.pick(POISON)));
    }
    // A share can jump only where there is one: the store has the calls that were good.
    await allIn();
    await field.sender.rejects(Array.from({ length: 1_000 }, () => random.pick(POISON)));
    await field.sender.calls(isShort ? 500 : 5_000, { undeclaredSource: LATE });
    await allIn();
    await field.declare(LATE);
    const reason = "the source was missing";
    const replay = ["rejects", "replay", "--source", LATE, "--apply", "--reason", reason, "--json"];
    const [once, again] = [
      await runCli(replay, bareEnv(field.env), 600_000),
      await runCli(replay, bareEnv(field.env), 600_000),
    ];
    return reportOf(field, {
      faults: `${field.sender.ledger.rejects} rejects`,
      demands: async () => ({
        "the breaker held the source up first": program.logged("SOURCE_REJECTS_JUMPED") > 0,
        "each reject is on its topic once, with its reason and its bytes": await isEachToldOnce(field),
        "the replay ended with 0, and a second one too": once.code === 0 && again.code === 0,
      }),
    });
  },
};

const LATE = "late-source";

/** Whether the topic of rejects has each rejected position, and none else; a repeat has the key of the first. */
async function isEachToldOnce(field: Field): Promise<boolean> {
  const told = new Set<string>();
  let isWhole = true;
  const kafka = { brokers: field.servers.brokers, clientId: "faults" };
  const [topic] = (await field.admin((tool) => tool.fetchTopicMetadata({ topics: [field.topics.rejects] })))
    .topics;
  for (const { partitionId: partition } of topic?.partitions ?? []) {
    const reader = await readTopic(kafka, {
      ...{ topic: field.topics.rejects, partition, log },
      onRecord: ({ key, value, headers }) => {
        told.add(String(key));
        const places = ["topic", "partition", "offset", "reason", "detail"];
        isWhole &&= value !== null && places.every((place) => headers.has(`spendtrail-${place}`));
      },
    });
    await reader.stop();
  }
  return isWhole && told.size === field.sender.ledger.rejects;
}

export const repeats: FaultCase = {
  id: "F22",
  title: "every third call comes again, out of order and late; requests come after their responses, twice",
  run: async (context) => {
    const { isShort, random } = context;
    const field = await context.open();
    field.ingester({}, context.root);
    const dayMs = 86_400_000;
    await field.sender.calls(isShort ? 2_000 : 50_000, { startedAtMs: () => Date.now() - dayMs });
    const ids = [...field.sender.ledger.calls.keys()].filter(() => random.next() < 1 / 3);
    const shuffled = ids.toSorted(() => random.next() - 0.5);
    await field.sender.repeat(shuffled);
    await field.sender.others(shuffled.map(requestOf));
    await field.sender.repeat(ids);
    await field.sender.others(ids.map(requestOf));
    const report = await reportOf(field, { faults: `${ids.length * 4} repeats and late requests` });
    const [requests] = await field.store.query({
      name: "faults_requests",
      sql: "SELECT countIf(kind = 'request') AS n, uniqExactIf(call_id, kind = 'request') AS calls FROM events_v1 FINAL",
      row: z.object({ n: z.coerce.number(), calls: z.coerce.number() }),
    });
    const isOnce = requests?.n === ids.length && requests.calls === ids.length;
    return { ...report, demands: { ...report.demands, "each request is there once": isOnce } };
  },
};

/** What the gateway said when the call began, a day after its response arrived. */
function requestOf(callId: string): Buffer {
  const started_at = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000).toISOString();
  const data = {
    gateway: "canonical",
    platform: "anthropic-api",
    team: "search",
    call_id: callId,
    started_at,
  };
  const envelope = { specversion: "1.0", id: `${callId}-request`, source: "faults/gateway" };
  return Buffer.from(JSON.stringify({ ...envelope, type: "spendtrail.request.v1", time: started_at, data }));
}
