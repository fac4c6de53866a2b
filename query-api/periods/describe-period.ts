import { z } from "zod";
import { isZero, PeriodFigures, subtractFigures } from "#core/periods/figures.ts";
import { PeriodSetting } from "#core/settings/period.ts";
import type { Versioned } from "#core/settings/state.ts";
import { Standing } from "#query-api/answer-types.ts";
import type { RouteDeps } from "#query-api/app-type.ts";
import { LateRows, lateRows } from "#query-api/periods/late-rows.ts";
import { Obstacles, readObstacles } from "#query-api/periods/obstacles.ts";
import { cutNow, takeSnapshot } from "#query-api/periods/take-snapshot.ts";
import { booksIn } from "#query-api/queries/booked-calls.ts";
import type { Reader } from "#query-api/reader.ts";
import { readStanding } from "#query-api/standing.ts";

const Now = z.object({
  closed_at: z
    .string()
    .describe("The cut as of which it was summed up; of an open period the one that closing it now has."),
  totals: PeriodFigures,
  lines: z.int(),
  sha256: z.string(),
});

/** One period: what it was closed with, what is booked in it now, and what came too late. */
export const PeriodAnswer = z
  .object({
    ...Standing,
    ...PeriodSetting.shape,
    version: z.int(),
    now: Now,
    difference: PeriodFigures.nullable().describe(
      "Of a closed period: what is booked in it now less its snapshot. All zeros at rest (docs/periods.md says what else there is).",
    ),
    unchanged: z
      .boolean()
      .nullable()
      .describe("Of a closed period: whether every line is what it was closed with, by the hash."),
    late: z.array(LateRows),
    closing: Obstacles.nullable().describe("Of a period that is not closed: what stands in the way."),
  })
  .meta({ id: "PeriodDetail", description: "A period with its figures." });
export type PeriodAnswer = z.infer<typeof PeriodAnswer>;

export async function describePeriod(
  reader: Reader,
  deps: RouteDeps,
  { value: period, version }: Versioned<PeriodSetting>,
): Promise<PeriodAnswer> {
  const state = deps.settings.state();
  const standing = await readStanding(reader, deps);
  const { state: is, closed_at, soft_closed_at, snapshot } = period;
  const isClosed = is === "closed";
  const {
    books: _,
    closedAt,
    ...taken
  } = await takeSnapshot(reader, state, period, closed_at ?? cutNow(deps.clock()));
  const softCut = is === "soft_closed" && soft_closed_at !== null ? Date.parse(soft_closed_at) : null;
  const difference = isClosed && snapshot !== null ? subtractFigures(taken.totals, snapshot.totals) : null;
  return {
    ...standing,
    ...period,
    version,
    now: { closed_at: closedAt, ...taken },
    difference,
    unchanged: difference === null ? null : isZero(difference) && taken.sha256 === snapshot?.sha256,
    late: [...(await lateRows(reader, period, booksIn(state), softCut))],
    closing: isClosed ? null : await readObstacles(reader, period, BigInt(taken.totals.unpriced_calls)),
  };
}
