import type { Arm } from "#test/bench/drain.ts";

/** Round by round the machine is another: the median by a figure of the arms. */
export function medianArm(arms: readonly Arm[], figure: (arm: Arm) => number): Arm {
  const sorted = arms.toSorted((one, other) => figure(one) - figure(other));
  const arm = sorted[Math.floor(sorted.length / 2)];
  if (arm === undefined) throw new Error("at least one round");
  return arm;
}

export const ARM_HEAD = "round  arm             events/s  node cpu-s/M  clickhouse cpu-s/M  peak MiB";

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
