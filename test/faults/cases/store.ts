import { z } from "zod";
import type { FaultCase } from "#test/faults/case.ts";
import { reportOf } from "#test/faults/case.ts";
import { assigned, settle } from "#test/faults/cases/kills.ts";
import type { Field } from "#test/faults/field.ts";
import { startServers } from "#test/faults/servers.ts";
import { until } from "#test/faults/until.ts";

/** Of a batch's own tables: the settings' history is copied by others and has no count of what was found. */
const INSERT = /INSERT(%20|\+)INTO(%20|\+)(events|records|batches)_v1/;
const isInsert = (request: Buffer): boolean => INSERT.test(request.toString("latin1", 0, 2_000));
const TABLES = ["events_v1", "records_v1", "batches_v1"] as const;

export const storeKilled: FaultCase = {
  id: "F4",
  title: "kill -9 of ClickHouse, and its new start",
  run: async (context) => {
    const { isShort, random, servers } = context;
    const field = await context.open();
    const program = field.ingester({}, context.root);
    const kills = isShort ? 2 : 10;
    await until("it has partitions", () => assigned(program) > 0, 60_000);
    const load = field.sender.calls(isShort ? 6_000 : 150_000, { perSecond: isShort ? 500 : 1_000 });
    for (let kill = 0; kill < kills; kill += 1) {
      await settle(random.whole(1_000, 4_000));
      await servers.killClickHouse();
    }
    await load;
    return reportOf(field, {
      faults: `${kills} kills`,
      mayRepeatRows: true,
      demands: () => ({ "the ingester never ended": program.restarts() === 0 }),
    });
  },
};

export const storeAway: FaultCase = {
  id: "F5",
  title: "ClickHouse cannot be reached for long",
  run: async (context) => {
    const { isShort, servers } = context;
    const field = await context.open();
    await field.keepDuplicates();
    const program = field.ingester({}, context.root);
    const awayMs = isShort ? 10_000 : 180_000;
    await field.sender.calls(500);
    await until("it has partitions", () => assigned(program) > 0, 60_000);
    await servers.clickHouseProxy.down();
    const load = field.sender.calls((awayMs / 1_000) * 500, { perSecond: 500, bytes: 2_000 });
    await settle(awayMs);
    await load;
    await servers.clickHouseProxy.up();
    return reportOf(field, {
      faults: `${awayMs / 1000} s away`,
      demands: () => ({
        "the ingester never ended": program.restarts() === 0,
        "at most two rebalances": assigned(program) <= 3,
      }),
    });
  },
};

export const answersLost: FaultCase = {
  id: "F6",
  title: "the connection breaks after an insert was done, before its answer",
  run: async (context) => {
    const { isShort, random } = context;
    const field = await context.open();
    await field.keepDuplicates();
    field.ingester({}, context.root);
    const cuts = await cutAnswers(field, isShort ? 8 : 200, isShort ? 6_000 : 100_000, random.next);
    return reportOf(field, { faults: `${cuts} answers lost` });
  },
};

export const windowOverrun: FaultCase = {
  id: "F13",
  title: "answers lost where the store forgets a token at once",
  run: async (context) => {
    const { isShort, random } = context;
    const field = await context.open();
    await field.keepDuplicates();
    for (const table of TABLES)
      await field.store.command(
        `ALTER TABLE ${table} MODIFY SETTING non_replicated_deduplication_window = 0`,
      );
    const program = field.ingester({}, context.root);
    const cuts = await cutAnswers(field, isShort ? 6 : 50, isShort ? 4_000 : 20_000, random.next);
    const report = await reportOf(field, {
      faults: `${cuts} answers lost, window 0`,
      demands: async () => ({
        "rows that were there were found": /inserts_found_total\{[^}]*\} [1-9]/.test(
          await metricsOf(await program.health()),
        ),
      }),
    });
    return report;
  },
};

export const lateInsert: FaultCase = {
  id: "F31",
  title: "an insert arrives after it was given up and done again",
  run: async (context) => {
    const { isShort, servers } = context;
    const field = await context.open();
    await field.keepDuplicates();
    field.ingester({ CLICKHOUSE_TIMEOUT_MS: "2000" }, context.root);
    const heldMax = isShort ? 2 : 20;
    const held = new Set<string>();
    servers.clickHouseProxy.set({
      holdsMs: (request) => {
        const name = /query_id=([0-9a-f-]+)/.exec(request.toString("latin1", 0, 2_000))?.[1];
        if (
          name === undefined ||
          !/INTO(%20|\+)(events|records)_v1/.test(request.toString("latin1", 0, 2_000))
        )
          return 0;
        if (held.size < heldMax) held.add(name);
        return held.has(name) ? 5_000 : 0;
      },
    });
    const load = field.sender.calls(isShort ? 3_000 : 30_000, { perSecond: 500 });
    await until("inserts were held", () => held.size >= heldMax, 120_000);
    await load;
    await settle(6_000);
    return reportOf(field, { faults: `${held.size} inserts 5 s late` });
  },
};

/** Sends calls while the answers of some inserts are lost; how many were. */
async function cutAnswers(
  field: Field,
  cutsMax: number,
  calls: number,
  chance: () => number,
): Promise<number> {
  return answersLostWhile(field, cutsMax, chance, () => field.sender.calls(calls, { perSecond: 1_500 }));
}

/** Loses the answers of some inserts, after they were done, while something happens; how many were lost. */
export async function answersLostWhile(
  field: Field,
  cutsMax: number,
  chance: () => number,
  act: () => Promise<void>,
): Promise<number> {
  let cuts = 0;
  field.servers.clickHouseProxy.set({
    cutsAnswer: (request) => {
      if (cuts >= cutsMax || !isInsert(request) || chance() > 0.5) return false;
      cuts += 1;
      return true;
    },
  });
  await act();
  await until("answers were lost", () => cuts >= Math.min(3, cutsMax), 120_000);
  field.servers.clickHouseProxy.set({});
  return cuts;
}

async function metricsOf(health: string): Promise<string> {
  return (await fetch(`${health}/metrics`)).text();
}

const Parts = z.object({ n: z.coerce.number() });

export const tooManyParts: FaultCase = {
  id: "F12",
  title: "too many parts: the store refuses inserts until it has merged",
  run: async (context) => {
    const { isShort } = context;
    const field = await context.open();
    await field.keepDuplicates();
    await field.store.command(
      "ALTER TABLE events_v1 MODIFY SETTING parts_to_delay_insert = 3, parts_to_throw_insert = 4",
    );
    const program = field.ingester({ SPENDTRAIL_BATCH_ROWS_MAX: "200" }, context.root);
    const load = field.sender.calls(isShort ? 4_000 : 50_000, { perSecond: isShort ? 1_000 : 2_000 });
    await until("the store refused", () => program.logged("TOO_MANY_PARTS") > 0, 60_000);
    await load;
    await field.store.command(
      "ALTER TABLE events_v1 MODIFY SETTING parts_to_delay_insert = 1000, parts_to_throw_insert = 3000",
    );
    const report = await reportOf(field, { faults: "4 parts at most, for a while" });
    const [split] = await field.store.query({
      name: "faults_split",
      sql: `SELECT count() AS n FROM (SELECT topic, partition, offset FROM batches_v1
ARRAY JOIN range(first_offset, last_offset + 1) AS offset GROUP BY ALL HAVING uniqExact(first_offset) > 1)`,
      row: Parts,
    });
    return { ...report, demands: { ...report.demands, "no batch was split": split?.n === 0 } };
  },
};

export const diskFull: FaultCase = {
  id: "F24",
  title: "the store has no space left, then has again",
  run: async (context) => {
    const { isShort } = context;
    const field = await context.open();
    await field.keepDuplicates();
    const program = field.ingester({}, context.root);
    await field.sender.calls(500);
    await until("it has partitions", () => assigned(program) > 0, 60_000);
    const keepFree = (bytes: bigint) =>
      Promise.all(
        TABLES.map((table) =>
          field.store.command(
            `ALTER TABLE ${table} MODIFY SETTING min_free_disk_bytes_to_perform_insert = ${bytes}`,
          ),
        ),
      );
    // The server's own look at its disk, told that it needs more than there is: the same refusal, and no disk is harmed.
    await keepFree(1n << 60n);
    await field.sender.calls(isShort ? 2_000 : 20_000, { perSecond: 1_000 });
    await until("the store refused", () => program.logged("NOT_ENOUGH_SPACE") > 0, 60_000);
    await keepFree(0n);
    return reportOf(field, {
      faults: "no space for a while",
      demands: () => ({ "the ingester never ended": program.restarts() === 0 }),
    });
  },
};

export const asynchronousStore: FaultCase = {
  id: "F15",
  title: "a store whose profile inserts asynchronously and does not wait, killed",
  servers: () =>
    startServers({
      profile: "<async_insert>1</async_insert><wait_for_async_insert>0</wait_for_async_insert>",
    }),
  run: async (context) => {
    const field = await context.open();
    field.ingester({}, context.root);
    const load = field.sender.calls(context.isShort ? 3_000 : 10_000, { perSecond: 1_000 });
    for (let kill = 0; kill < (context.isShort ? 1 : 4); kill += 1) {
      await settle(context.random.whole(1_000, 2_500));
      await context.servers.killClickHouse();
    }
    await load;
    return reportOf(field, { faults: "a bad profile, kills", mayRepeatRows: true });
  },
};
