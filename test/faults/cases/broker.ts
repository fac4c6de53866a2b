import { ourTopics } from "#runtime/kafka/topic-specs.ts";
import { inspectTopics } from "#runtime/kafka/topics.ts";
import type { BrokerNode } from "#test/faults/brokers.ts";
import type { FaultCase } from "#test/faults/case.ts";
import { reportOf } from "#test/faults/case.ts";
import { assigned, settle } from "#test/faults/cases/kills.ts";
import { type Field, GROUP, log } from "#test/faults/field.ts";
import { apiKeyOf, FETCH } from "#test/faults/kafka-frames.ts";
import { placeOf, placeSum } from "#test/faults/places.ts";
import { startServers } from "#test/faults/servers.ts";
import { until } from "#test/faults/until.ts";

export const brokersKilled: FaultCase = {
  id: "F9",
  title: "three brokers: each in turn is killed or restarted, with the leaders and the coordinator on it",
  servers: () => startServers({ brokers: 3 }),
  run: async (context) => {
    const { isShort, servers } = context;
    const field = await context.open();
    const program = field.ingester({}, context.root);
    const rounds = isShort ? 1 : 2;
    const ending = new AbortController();
    const perSecond = isShort ? 300 : 1_000;
    const load = field.sender.calls(isShort ? 60_000 : 300_000, { perSecond, signal: ending.signal });
    await until("it has partitions", () => assigned(program) > 0, 60_000);
    let faults = 0;
    let slowestS = 0;
    for (let round = 0; round < rounds; round += 1)
      // In the short form only the worst one: it coordinates the group, and leads partitions as the others do.
      for (const node of isShort ? [await coordinatorOf(field)] : servers.nodes) {
        await settle(isShort ? 500 : 3_000);
        const place = await placeSum(field);
        await node.kill();
        const startMs = performance.now();
        // Who asks may be sent to the broker that is gone, and asks again. A batch may have been committed meanwhile.
        const isBeyond = (records: number) => async () =>
          (await placeSum(field).catch(() => 0)) > place + records;
        await until("the consumer goes on without it", isBeyond(perSecond * 2), 240_000);
        slowestS = Math.max(slowestS, (performance.now() - startMs) / 1000);
        await node.start();
        faults += 1;
      }
    ending.abort();
    await load;
    return reportOf(field, {
      faults: `${faults} brokers killed; slowest to go on ${slowestS.toFixed(0)} s`,
      mayRepeatRows: true,
      demands: () => ({
        "the consumer went on within 60 s": slowestS <= 60,
        "it needed no more new starts than there were faults": program.restarts() <= faults,
      }),
    });
  },
};

export const poorNetwork: FaultCase = {
  id: "F10",
  title: "between ingester and broker: cut, then slow, then resets",
  run: async (context) => {
    const { isShort, random, servers } = context;
    const field = await context.open();
    const program = field.ingester({}, context.root);
    const phaseMs = isShort ? 5_000 : 60_000;
    const load = field.sender.calls(isShort ? 5_000 : 100_000, { perSecond: isShort ? 300 : 600 });
    await until("it has partitions", () => assigned(program) > 0, 60_000);
    await servers.kafkaProxy.down();
    await settle(phaseMs);
    await servers.kafkaProxy.up();
    servers.kafkaProxy.set({ delayMs: () => random.whole(200, 600) });
    await settle(phaseMs);
    servers.kafkaProxy.set({ resets: () => random.next() < 0.01 });
    await settle(phaseMs);
    servers.kafkaProxy.set({ bytesPerSecond: 50_000 });
    await settle(phaseMs);
    servers.kafkaProxy.set({});
    await load;
    return reportOf(field, {
      faults: `4 kinds, ${phaseMs / 1000} s each`,
      mayRepeatRows: true,
      boundMs: 120_000,
      demands: () => ({ "a new start at most": program.restarts() <= 1 }),
    });
  },
};

export const silentStall: FaultCase = {
  id: "F11",
  title: "fetches are never answered, heartbeats are",
  run: async (context) => {
    const { isShort, servers } = context;
    const field = await context.open();
    const program = field.ingester({ SPENDTRAIL_STALL_MS: isShort ? "5000" : "60000" }, context.root);
    await field.sender.calls(200);
    const health = await program.health();
    await until("it has partitions", () => assigned(program) > 0, 60_000);
    servers.kafkaProxy.set({ swallows: (request) => apiKeyOf(request) === FETCH });
    await field.sender.calls(2_000);
    const startMs = performance.now();
    let wasNotReady = false;
    await until(
      "the watchdog ended it",
      async () => {
        const ready = await fetch(`${health}/health/ready`).catch(() => null);
        if (ready?.status === 503) wasNotReady = true;
        return program.restarts() > 0;
      },
      120_000,
    );
    const tookS = (performance.now() - startMs) / 1000;
    servers.kafkaProxy.set({});
    return reportOf(field, {
      faults: `fetches swallowed for ${tookS.toFixed(0)} s`,
      mayRepeatRows: true,
      demands: () => ({
        "it ended within 90 s": tookS <= 90,
        "it was not ready before": wasNotReady,
        "it said so": program.logged("INGEST_STALLED") > 0,
      }),
    });
  },
};

export const rejectsTopicGone: FaultCase = {
  id: "F17",
  title: "the topic of rejects is gone for a while",
  run: async (context) => {
    const field = await context.open({ partitions: 1 });
    const program = field.ingester({}, context.root);
    await field.sender.calls(200);
    await until("what came before is in", async () => (await placeSum(field)) === 200, 60_000);
    await field.admin((tool) => tool.deleteTopics({ topics: [field.topics.rejects] }));
    await field.sender.rejects([Buffer.from("not JSON")]);
    await field.sender.calls(500);
    const before = await placeOf(field);
    await until(
      "the partition waits, and says why",
      () => program.logged("KAFKA_NOT_ACKNOWLEDGED") > 0,
      120_000,
    );
    const meanwhile = await placeOf(field);
    await makeTopic(field, field.topics.rejects);
    return reportOf(field, {
      faults: "1 topic deleted",
      mayRepeatRows: true,
      boundMs: 120_000,
      demands: () => ({ "nothing was passed over": before === meanwhile }),
    });
  },
};

export const recreated: FaultCase = {
  id: "F18",
  title: "the records topic is deleted and made anew",
  run: async (context) => {
    const field = await context.open();
    await field.keepDuplicates();
    field.ingester({}, context.root);
    const count = context.isShort ? 2_000 : 10_000;
    await field.sender.calls(count);
    await until("the first life is in", async () => (await placeSum(field)) >= count, 120_000);
    await field.admin((tool) => tool.deleteTopics({ topics: [field.topics.records] }));
    await makeTopic(field, field.topics.records);
    await field.sender.calls(count);
    return reportOf(field, { faults: "1 topic made anew", load: `2 x ${count} calls`, boundMs: 120_000 });
  },
};

export const replayedAll: FaultCase = {
  id: "F19",
  title: "an operator resets the group to the earliest offset",
  run: async (context) => {
    const field = await context.open();
    await field.keepDuplicates();
    const first = field.ingester({}, context.root);
    const count = context.isShort ? 5_000 : 200_000;
    await field.sender.calls(count);
    await until("all is in", async () => (await placeSum(field)) >= count, 600_000);
    await first.end();
    const { topics } = field;
    await field.admin((tool) => tool.resetOffsets({ groupId: GROUP, topic: topics.records, earliest: true }));
    // Cut elsewhere, so that no token is the same.
    field.ingester({ SPENDTRAIL_BATCH_ROWS_MAX: "777" }, context.root);
    await until("all was read again", async () => (await placeSum(field)) >= count, 600_000);
    return reportOf(field, { faults: "1 reset" });
  },
};

/** The broker that coordinates the group: it leads that partition of the offsets' topic which the group's name hashes to. */
async function coordinatorOf(field: Field): Promise<BrokerNode> {
  const [offsets] = (await field.admin((tool) => tool.fetchTopicMetadata({ topics: ["__consumer_offsets"] })))
    .topics;
  const partitions = offsets?.partitions ?? [];
  // Java's String.hashCode, as GroupMetadataManager takes it.
  let hash = 0;
  for (const letter of GROUP) hash = (Math.imul(hash, 31) + letter.charCodeAt(0)) | 0;
  const wanted = (hash & 0x7fffffff) % partitions.length;
  const leader = partitions.find(({ partitionId }) => partitionId === wanted)?.leader;
  const node = field.servers.nodes[(leader ?? 0) - 1];
  if (node === undefined) throw new Error("the group has a coordinator");
  return node;
}

async function makeTopic(field: Field, topic: string): Promise<void> {
  const specs = ourTopics(field.topics, field.partitions, 1).filter((spec) => spec.topic === topic);
  const kafka = { brokers: field.servers.brokers, clientId: "faults" };
  await until(
    `${topic} is there again`,
    async () => {
      const reports = await inspectTopics(kafka, specs, { create: true, replicationFactor: 1, log }).catch(
        () => [],
      );
      return (reports[0]?.partitions ?? 0) > 0;
    },
    60_000,
  );
}
