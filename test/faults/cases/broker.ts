import { ourTopics } from "#runtime/kafka/topic-specs.ts";
import { inspectTopics } from "#runtime/kafka/topics.ts";
import type { FaultCase } from "#test/faults/case.ts";
import { reportOf } from "#test/faults/case.ts";
import { assigned, settle } from "#test/faults/cases/kills.ts";
import { type Field, GROUP, log } from "#test/faults/field.ts";
import { apiKeyOf, FETCH } from "#test/faults/kafka-frames.ts";
import { until } from "#test/faults/until.ts";

export const brokerRestarted: FaultCase = {
  id: "F9",
  title: "the broker, and with it the group's coordinator, restarts",
  run: async (context) => {
    const { isShort, servers } = context;
    const field = await context.open();
    const program = field.ingester({}, context.root);
    const rounds = isShort ? 1 : 5;
    const load = field.sender.calls(isShort ? 5_000 : 100_000, { perSecond: isShort ? 500 : 1_000 });
    for (let round = 0; round < rounds; round += 1) {
      await settle(3_000);
      await servers.restartKafka();
      await settle(4_000);
    }
    await load;
    return reportOf(field, {
      faults: `${rounds} restarts`,
      mayRepeatRows: true,
      demands: () => ({
        "it needed no more new starts than there were faults": program.restarts() <= rounds,
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

/** The committed offset of partition 0. */
async function placeOf(field: Field): Promise<string> {
  const [at] = await field.admin((tool) =>
    tool.fetchOffsets({ groupId: GROUP, topics: [field.topics.records] }),
  );
  return at?.partitions.find(({ partition }) => partition === 0)?.offset ?? "";
}

/** The sum of the committed offsets: how many records the group has dealt with. */
export async function placeSum(field: Field): Promise<number> {
  const [at] = await field.admin((tool) =>
    tool.fetchOffsets({ groupId: GROUP, topics: [field.topics.records] }),
  );
  return (at?.partitions ?? []).reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
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
