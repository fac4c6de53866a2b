import { parseArgs } from "node:util";
import { armLine, measureInTurns, medianArm } from "#test/bench/arms.ts";
import type { Arm } from "#test/bench/drain.ts";
import { drainByProgram } from "#test/bench/drain-program.ts";
import { fillTopic, onBenchGround } from "#test/bench/ground.ts";

const say = (line: string) => process.stdout.write(`${line}\n`);
const ARMS = ["exact", "at-least-once"] as const;

/**
 * `npm run bench exactly-once -- --events 100000 --rounds 3`: what exactly-once costs. The ingester drains one backlog,
 * and so does the same code without intents, tokens and batch rows; the two take turns, each time into tables of its own.
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
        const database = `bench_${arm.replaceAll("-", "_")}_${round}`;
        return drainByProgram(ground, { database, arm }, events);
      },
      say,
    );
    const [exact, loose] = ARMS.map((arm) =>
      medianArm(measured.get(arm) ?? [], ({ seconds }) => seconds),
    ) as [Arm, Arm];
    say(armLine("median", "exact", exact, events));
    say(armLine("median", "at-least-once", loose, events));
    const ratio = loose.seconds / exact.seconds;
    say(
      `exactly-once / at-least-once: events/s ${ratio.toFixed(3)} (it costs ${((1 - ratio) * 100).toFixed(1)} %), ` +
        `node cpu ${(exact.cpuNode / loose.cpuNode).toFixed(3)}, clickhouse cpu ${(exact.cpuClickHouse / loose.cpuClickHouse).toFixed(3)}`,
    );
  });
}
