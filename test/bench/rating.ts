import { parseArgs } from "node:util";
import { z } from "zod";
import { armLine, measureInTurns, medianArm } from "#test/bench/arms.ts";
import type { Arm } from "#test/bench/drain.ts";
import { drainByProgram } from "#test/bench/drain-program.ts";
import { type BenchGround, fillTopic, onBenchGround } from "#test/bench/ground.ts";

const say = (line: string) => process.stdout.write(`${line}\n`);
const ARMS = ["rated", "unrated"] as const;
const FLAGS = { rated: [], unrated: ["--import", "./test/bench/without-rating.mjs"] };

/**
 * `npm run bench rating -- --events 100000 --rounds 3`: what rating adds to the ingester's time of the processor. One
 * backlog is drained by the ingester as it is, and by the same program in which rating does nothing; the two take turns,
 * each time into tables of its own. It ends with an error where an arm did not do what it is named for.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { events: { type: "string", default: "100000" }, rounds: { type: "string", default: "3" } },
  });
  const events = Number(values.events);
  const rounds = Number(values.rounds);
  await onBenchGround(async (ground) => {
    const bytes = await fillTopic(ground, events);
    say(`${events} LiteLLM records, ${Math.round(bytes / events)} bytes each, 4 partitions.`);
    const measured = await measureInTurns(
      ARMS,
      { events, rounds },
      (arm, round) => {
        const database = `bench_${arm}_${round}`;
        const look = { database, arm: "exact", flags: FLAGS[arm], before: () => seen(ground, arm, database) };
        return drainByProgram(ground, look, events);
      },
      say,
    );
    const [rated, unrated] = ARMS.map((arm) =>
      medianArm(measured.get(arm) ?? [], ({ cpuNode }) => cpuNode),
    ) as [Arm, Arm];
    say(armLine("median", "rated", rated, events));
    say(armLine("median", "unrated", unrated, events));
    const ratio = rated.cpuNode / unrated.cpuNode;
    say(
      `rated / unrated: node cpu ${ratio.toFixed(3)} (rating adds ${((ratio - 1) * 100).toFixed(1)} %; the start of about a second is in both), ` +
        `clickhouse cpu ${(rated.cpuClickHouse / unrated.cpuClickHouse).toFixed(3)}`,
    );
  });
}

const Statuses = z.object({ status: z.string(), calls: z.coerce.number() });

/** An arm that did not do what it is named for measures nothing. */
async function seen({ admin }: BenchGround, arm: (typeof ARMS)[number], database: string): Promise<void> {
  const rows = await admin.query({
    name: "bench_rated",
    sql: `SELECT cost_status AS status, count() AS calls FROM ${database}.events_v1 WHERE cost_status != '' GROUP BY status ORDER BY status`,
    row: Statuses,
  });
  const rated = rows.filter(({ status }) => status !== "unpriced").reduce((sum, { calls }) => sum + calls, 0);
  if (arm === "rated" ? rated === 0 : rated > 0)
    throw new Error(`the arm ${arm} wrote ${JSON.stringify(rows)}`);
}
