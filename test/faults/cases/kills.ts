import type { FaultCase } from "#test/faults/case.ts";
import { reportOf } from "#test/faults/case.ts";
import type { Field } from "#test/faults/field.ts";
import { watchPlaces } from "#test/faults/places.ts";
import type { Program } from "#test/faults/program.ts";
import { until } from "#test/faults/until.ts";

/** A request of ClickHouse's client that inserts into a table: the statement is in the address. */
const inserts = (request: Buffer, table: string): boolean =>
  new RegExp(`INSERT(%20|\\+)INTO(%20|\\+)${table}\\b`).test(request.toString("latin1", 0, 2_000));

export const baseline: FaultCase = {
  id: "F1",
  title: "no fault",
  run: async (context) => {
    const field = await context.open();
    field.ingester({}, context.root);
    await field.sender.calls(context.isShort ? 5_000 : 1_000_000, { bytes: 1_000 });
    return reportOf(field, { faults: "none" });
  },
};

export const killedAnytime: FaultCase = {
  id: "F2",
  title: "kill -9 of an ingester at random times",
  run: async (context) => {
    const { random, isShort } = context;
    const field = await context.open();
    await field.keepDuplicates();
    const programs = [field.ingester({}, context.root), field.ingester({}, context.root)];
    const kills = isShort ? 4 : 50;
    const load = field.sender.calls(isShort ? 8_000 : 200_000, { perSecond: isShort ? 500 : 1_000 });
    for (let kill = 0; kill < kills; kill += 1) {
      await settle(random.whole(500, isShort ? 4_000 : 6_000));
      await random.pick(programs).kill();
    }
    await load;
    return reportOf(field, { faults: `${kills} kills` });
  },
};

/** Moments in the life of a batch, by what the store's proxy hears. */
const STEPS: Readonly<
  Record<string, { readonly on: "request" | "body" | "answer"; readonly table: string }>
> = {
  "after the intent and the rejects": { on: "request", table: "events_v1" },
  "in the body of an insert": { on: "body", table: "records_v1" },
  "after an insert, before its answer": { on: "answer", table: "events_v1" },
  "between the tables": { on: "request", table: "records_v1" },
  "before the batch's own row": { on: "request", table: "batches_v1" },
  "before the last commit": { on: "answer", table: "batches_v1" },
};

export const killedAtSteps: FaultCase = {
  id: "F3",
  title: "kill -9 at each step of a batch",
  run: async (context) => {
    const field = await context.open({ partitions: 2 });
    await field.keepDuplicates();
    const program = field.ingester({}, context.root);
    const count = context.isShort ? 600 : 10_000;
    for (const [name, step] of Object.entries(STEPS)) {
      const dying = killAt(field, program, step);
      await field.sender.calls(count);
      await field.sender.rejects([Buffer.from("no JSON at all"), null]);
      await until(`the ingester was killed ${name}`, dying, 60_000);
    }
    return reportOf(field, {
      faults: `${Object.keys(STEPS).length} kills`,
      load: `${count} calls a step`,
    });
  },
};

/** Kills a program at its next step of that kind; answers whether it has. */
function killAt(
  field: Field,
  program: Program,
  { on, table }: { readonly on: "request" | "body" | "answer"; readonly table: string },
): () => boolean {
  const { clickHouseProxy } = field.servers;
  let isDone = false;
  let isInBody = false;
  const kill = (): true => {
    isDone = true;
    clickHouseProxy.set({});
    void program.kill();
    return true;
  };
  clickHouseProxy.set({
    hears: (request) => {
      if (on === "body" && isInBody) return kill();
      if (!inserts(request, table)) return false;
      isInBody = true;
      return on === "request" ? kill() : false;
    },
    swallows: (request) => (on === "answer" && inserts(request, table) ? kill() : false),
  });
  return () => isDone;
}

export const zombie: FaultCase = {
  id: "F7",
  title: "an ingester is stopped (SIGSTOP) until others took over, then goes on",
  run: async (context) => {
    const { random, isShort } = context;
    const field = await context.open();
    const [first, second] = [field.ingester({}, context.root), field.ingester({}, context.root)];
    const places = watchPlaces(field);
    const rounds = isShort ? 2 : 8;
    const load = field.sender.calls(isShort ? 6_000 : 100_000, { perSecond: isShort ? 500 : 1_000 });
    await until("both have partitions", () => assigned(first) > 0 && assigned(second) > 0, 60_000);
    for (let round = 0; round < rounds; round += 1) {
      const [frozen, other] = random.pick([
        [first, second],
        [second, first],
      ] as const);
      const before = assigned(other);
      frozen.signal("SIGSTOP");
      await until("the other took over", () => assigned(other) > before, 60_000);
      await settle(random.whole(500, 2_000));
      frozen.signal("SIGCONT");
      await settle(2_000);
    }
    await load;
    return reportOf(field, {
      faults: `${rounds} freezes`,
      mayRepeatRows: true,
      demands: async () => ({ "no committed offset went back": (await places.stop()) === 0 }),
    });
  },
};

export const blocked: FaultCase = {
  id: "F25",
  title: "the only ingester stands still for longer than its session",
  run: async (context) => {
    const field = await context.open();
    const program = field.ingester({}, context.root);
    await until("it has partitions", () => assigned(program) > 0, 60_000);
    const blockMs = context.isShort ? 6_000 : 40_000;
    const load = field.sender.calls(context.isShort ? 3_000 : 50_000, { perSecond: 1_000 });
    await settle(1_000);
    program.signal("SIGSTOP");
    await settle(blockMs);
    program.signal("SIGCONT");
    await load;
    return reportOf(field, {
      faults: `${blockMs / 1000} s`,
      mayRepeatRows: true,
      demands: () => ({ "it went on by itself": program.restarts() === 0 }),
    });
  },
};

export const rolling: FaultCase = {
  id: "F8",
  title: "rolling restarts of three ingesters, and one to six to two",
  run: async (context) => {
    const { isShort } = context;
    const field = await context.open({ partitions: 6 });
    await field.keepDuplicates();
    const start = () => field.ingester({}, context.root);
    let programs = [start(), start(), start()];
    const rounds = isShort ? 1 : 4;
    const load = field.sender.calls(isShort ? 6_000 : 150_000, { perSecond: isShort ? 400 : 1_000 });
    const codes: (number | null)[] = [];
    for (let round = 0; round < rounds; round += 1)
      for (const old of [...programs]) {
        await old.health();
        codes.push((await old.end()).code);
        programs = [...programs.filter((program) => program !== old), start()];
        await settle(isShort ? 2_000 : 8_000);
      }
    if (!isShort) programs.push(start(), start(), start());
    await settle(5_000);
    await Promise.all(programs.map((program) => program.health()));
    for (const old of programs.slice(0, -2)) codes.push((await old.end()).code);
    await load;
    return reportOf(field, {
      faults: `${codes.length} ends`,
      demands: () => ({ "each ended with 0": codes.every((code) => code === 0) }),
    });
  },
};

export const told: FaultCase = {
  id: "F26",
  title: "SIGTERM under load",
  run: async (context) => {
    const field = await context.open();
    await field.keepDuplicates();
    const rounds = context.isShort ? 2 : 8;
    const ends: { code: number | null; tookMs: number }[] = [];
    const load = field.sender.calls(context.isShort ? 6_000 : 100_000, { perSecond: 1_500 });
    for (let round = 0; round < rounds; round += 1) {
      const program = field.ingester({}, context.root);
      await until("it has partitions", () => assigned(program) > 0, 60_000);
      await settle(context.random.whole(500, 3_000));
      ends.push(await program.end());
    }
    const left = await field.intentsLeft();
    await load;
    field.ingester({}, context.root);
    return reportOf(field, {
      faults: `${rounds} ends`,
      demands: () => ({
        "each ended with 0": ends.every(({ code }) => code === 0),
        "each within 30 s": ends.every(({ tookMs }) => tookMs <= 30_000),
        "no unfinished batch was left": left === 0,
      }),
    });
  },
};

/** How often a program was given partitions. */
export function assigned(program: Program): number {
  return program.logged("partitions assigned");
}

/** Time passes; between faults there is nothing to wait for. */
export function settle(ms: number): Promise<void> {
  return new Promise((later) => setTimeout(later, ms));
}
