import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { CASES } from "#test/faults/cases.ts";
import { type Change, changedCopy } from "#test/faults/changed-copy.ts";
import { runCases } from "#test/faults/run-cases.ts";

/** A guard taken out of a copy of the tree, and who has to notice. */
interface Mutant extends Change {
  readonly name: string;
  /** Taken out with it: another guard that would cover for it. */
  readonly also?: Change;
  /** Cases of which at least one must fail. */
  readonly cases?: readonly string[];
  /** Or a test that must fail, where the broker or the store would cover for the guard in every case. */
  readonly test?: string;
}

const LOOK_FOR_ANEW: Change = {
  file: "ingest/watch-made-anew.ts",
  text: "else if (!isStopped) watched.beginAnew(WHY);",
  becomes: "else if (isStopped) watched.beginAnew(WHY);",
};

const MUTANTS: readonly Mutant[] = [
  {
    name: "commits of another generation count",
    file: "runtime/kafka/group-commit.ts",
    text: "if (taken === null || !isOf(term, taken) || !term.isCurrent())",
    becomes: "if (taken === null)",
    test: "test/runtime/kafka/fence.test.ts",
  },
  {
    name: "the insert token is by chance",
    file: "runtime/clickhouse/connect.ts",
    text: "insert_deduplication_token: token",
    becomes: "insert_deduplication_token: token + randomUUID()",
    cases: ["F31"],
  },
  {
    name: "the store is not asked before a repeat",
    file: "ingest/write-batch.ts",
    text: "if (mayBeThere && (await",
    becomes: "if (mayBeThere && batch.records < 0 && (await",
    cases: ["F13"],
  },
  {
    name: "the offset is committed before the rows are written",
    file: "ingest/store-cut.ts",
    text: "await ports.commit(batch.first.offset, encodeIntent(intentOf(batch, ingestedAtMs)));",
    becomes: 'await ports.commit(batch.last.offset + 1n, ""); intentOf(batch, ingestedAtMs); encodeIntent;',
    cases: ["F3"],
  },
  {
    name: "the intent is not saved",
    file: "ingest/store-cut.ts",
    text: "await ports.commit(batch.first.offset, encodeIntent(intentOf(batch, ingestedAtMs)));",
    becomes: "encodeIntent(intentOf(batch, ingestedAtMs));",
    cases: ["F3"],
  },
  {
    name: "the last of two repeats counts, not the first",
    file: "ingest/row-version.ts",
    text: "TIME_MAX - Math.min(appendTimeMs, TIME_MAX)",
    becomes: "Math.min(appendTimeMs, TIME_MAX)",
    cases: ["F22"],
  },
  {
    name: "what was written before is not known",
    file: "ingest/ingester.ts",
    text: "{ next: from, intent, covered, done }",
    becomes: "{ next: from, intent, covered: covered.slice(0, 0), done }",
    cases: ["F19"],
  },
  {
    name: "a topic made anew is taken for the old one",
    file: "ingest/partition-worker.ts",
    text: "if (fetched.fromOffset < this.#next) {",
    becomes: "if (fetched.fromOffset < 0n) {",
    also: LOOK_FOR_ANEW,
    test: "test/ingest/made-anew.test.ts",
  },
  {
    name: "a topic made anew is not looked for",
    ...LOOK_FOR_ANEW,
    test: "test/ingest/made-anew.test.ts",
  },
  {
    name: "nobody watches for a stall",
    file: "ingest/watchdog.ts",
    text: "if (over !== undefined) ports.stalled(over.reason);",
    becomes: "over?.reason;",
    cases: ["F11"],
  },
  {
    name: "a disk without room is for good",
    file: "runtime/clickhouse/faults.ts",
    text: '"243": "CLICKHOUSE_BUSY"',
    becomes: '"243": "CLICKHOUSE_REFUSED"',
    cases: ["F24"],
  },
  {
    name: "a commit is given up with its coordinator",
    file: "runtime/kafka/group-commit.ts",
    text: "if (!mayPass(error)) throw error;",
    becomes: "if (mayPass(error)) throw error;",
    test: "test/runtime/kafka/fence.test.ts",
  },
  {
    name: "another version finishes what this one began",
    file: "ingest/store-cut.ts",
    text: "if (intent !== null && intent.r !== batch.root)",
    becomes: "if (intent !== null && batch.records < 0)",
    cases: ["F27"],
  },
  {
    name: "rollups are fed by rows as they are inserted",
    file: "jobs/rollups/sums-sql.ts",
    text: "FROM events_v1 FINAL",
    becomes: "FROM events_v1",
    cases: ["F14"],
  },
  {
    name: "rejects that jump are let through",
    file: "ingest/store-cut.ts",
    text: "await ports.persist(() => ports.mayBegin(batch));",
    becomes: "",
    cases: ["F16"],
  },
];

/** Takes each guard out in turn; how many of these nobody noticed. */
export async function runMutants(options: {
  readonly seed: number;
  readonly only?: string | undefined;
  say(line: string): void;
}): Promise<number> {
  let survivors = 0;
  for (const mutant of MUTANTS.filter(({ name }) => name.includes(options.only ?? ""))) {
    const root = changedCopy(mutant.also === undefined ? [mutant] : [mutant, mutant.also]);
    try {
      const noticed = await noticedBy(mutant, root, options.seed);
      if (noticed === null) survivors += 1;
      options.say(`${mutant.name}: ${noticed === null ? "NOBODY NOTICED" : `noticed by ${noticed}`}`);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  }
  return survivors;
}

async function noticedBy({ cases = [], test }: Mutant, root: string, seed: number): Promise<string | null> {
  if (test !== undefined) {
    const vitest = spawn(process.execPath, ["node_modules/vitest/vitest.mjs", "run", test], {
      cwd: root,
      stdio: "ignore",
    });
    const [code] = (await once(vitest, "exit")) as [number | null];
    return code === 0 ? null : test;
  }
  const chosen = CASES.filter(({ id }) => cases.includes(id));
  const results = await runCases(chosen, { seed, isShort: true, lanes: 1, root, say: () => {} });
  const failed = results.find(({ faults }) => faults.length > 0);
  return failed === undefined ? null : `${failed.id} (${failed.faults.join("; ")})`;
}
