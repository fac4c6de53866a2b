import type { Arm } from "#test/bench/drain.ts";

/** Round by round the machine is another: the median by a figure of the arms. */
export function medianArm(arms: readonly Arm[], figure: (arm: Arm) => number): Arm {
  const sorted = arms.toSorted((one, other) => figure(one) - figure(other));
  const arm = sorted[Math.floor(sorted.length / 2)];
  if (arm === undefined) throw new Error("at least one round");
  return arm;
}

/**
 * Drains by each arm in turn, a line a drain: who goes first changes with the round, because the second finds the topic
 * in the page cache.
 */
export async function measureInTurns<Name extends string>(
  names: readonly Name[],
  { events, rounds }: { readonly events: number; readonly rounds: number },
  drainBy: (name: Name, round: number) => Promise<Arm>,
  say: (line: string) => void,
): Promise<ReadonlyMap<Name, readonly Arm[]>> {
  const measured = new Map<Name, Arm[]>(names.map((name) => [name, []]));
  say(ARM_HEAD);
  for (let round = 0; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const drained = await drainBy(name, round);
      measured.get(name)?.push(drained);
      say(armLine(String(round), name, drained, events));
    }
  }
  return measured;
}

const ARM_HEAD = "round  arm             events/s  node cpu-s/M  clickhouse cpu-s/M  peak MiB";

/** One drained backlog as a line below `ARM_HEAD`. */
export function armLine(round: string, name: string, arm: Arm, events: number): string {
  const perMillion = (cpu: number) => ((cpu / events) * 1e6).toFixed(1);
  return [
    round.padEnd(6),
    name.padEnd(14),
    String(Math.round(events / arm.seconds)).padStart(9),
    perMillion(arm.cpuNode).padStart(13),
    perMillion(arm.cpuClickHouse).padStart(19),
    arm.peakMib.toFixed(0).padStart(9),
  ].join(" ");
}
