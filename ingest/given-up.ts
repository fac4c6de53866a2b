import type { SettingsState } from "#core/settings/state.ts";

/** Whether gaps that operators declared hold all offsets of a range; several may share it between them. */
export function isGivenUp(
  { gaps }: Pick<SettingsState, "gaps">,
  at: { readonly topic: string; readonly partition: number; readonly from: bigint; readonly to: bigint },
): boolean {
  const mine = [...gaps.values()]
    .map(({ value }) => value)
    .filter((gap) => gap.topic === at.topic && gap.partition === at.partition)
    .map((gap) => ({ from: BigInt(gap.from_offset), to: BigInt(gap.to_offset) }))
    .sort((a, b) => (a.from < b.from ? -1 : 1));
  let next = at.from;
  for (const { from, to } of mine) if (from <= next && to >= next) next = to + 1n;
  return next > at.to;
}
