/** When a partition was looked at, and where it ended then. */
export interface EndSeen {
  readonly atMs: number;
  readonly end: bigint;
}

const LOOKS_MAX = 1000;

/**
 * Takes in one more look at a partition, and says up to when its records are counted: everything that was appended
 * before a look is below the end that the look saw, so it is counted once that end is reached. Pure.
 *
 * @param counted the offset after the last that is counted
 */
export function passedLooks(
  before: readonly EndSeen[],
  look: EndSeen,
  counted: bigint,
): { readonly untilMs: number | null; readonly looks: readonly EndSeen[] } {
  // Of looks that saw the same end the last one says the most.
  const looks = [...before.filter(({ end }) => end !== look.end), look];
  const passed = looks.findLast(({ end }) => end <= counted);
  const waiting = looks.filter(({ end }) => end > counted);
  return {
    untilMs: passed?.atMs ?? null,
    // Behind for long, every other look is enough to tell how far it got.
    looks: [
      ...(passed === undefined ? [] : [passed]),
      ...(waiting.length < LOOKS_MAX ? waiting : waiting.filter((_, index) => index % 2 === 0)),
    ],
  };
}
