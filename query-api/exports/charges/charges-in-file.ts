import { z } from "zod";
import type { RouteDeps } from "#query-api/app-type.ts";
import {
  type BookedPart,
  bookedCharges,
  CHARGES,
  chargesFor,
  type WithCharges,
} from "#query-api/exports/charges/booked-charges.ts";
import type { ExportQuestion } from "#query-api/exports/export-question.ts";
import type { Pin } from "#query-api/exports/pin.ts";
import type { Reader } from "#query-api/reader.ts";

/** The charges of one file. */
export interface ChargesInFile {
  readonly asked: WithCharges;
  /** What the file has, which may be less than was asked for. */
  readonly has: WithCharges;
  /** Worked out once, when they are first needed. */
  readonly parts: () => Promise<readonly BookedPart[]>;
}

export const withCharges = z
  .enum(CHARGES)
  .default("with")
  .describe(
    "Whether seats, commitments, credits, taxes and what else is no call are in the file. A key of some teams, and a filter other than `team` and `cost_center`, have none in any case; the manifest says so.",
  );

/** The charges that the settings have at a file's `as_of`. */
export function chargesInFile(
  { settings }: Pick<RouteDeps, "settings">,
  reader: Reader,
  asked: { readonly question: ExportQuestion; readonly pin: Pin; readonly wish: WithCharges },
): ChargesInFile {
  const { question, pin, wish } = asked;
  const has = chargesFor(wish, question, reader);
  if (has === "without") return { asked: wish, has, parts: async () => [] };
  const asOf = {
    settings: settings.at(settings.offsetAt(Date.parse(question.asOf))),
    writtenAtMs: (offset: bigint) => settings.outcomesAfter(offset - 1n, 1)[0]?.appendTimeMs ?? 0,
  };
  let worked: Promise<readonly BookedPart[]> | null = null;
  const parts = () => {
    worked ??= bookedCharges(reader, question, asOf, pin.books);
    return worked;
  };
  return { asked: wish, has, parts };
}

/** Those of a piece of the range. */
export function withinMonth(
  parts: readonly BookedPart[],
  month: { readonly from: string; readonly to: string },
): readonly BookedPart[] {
  const [fromMs, toMs] = [Date.parse(month.from), Date.parse(month.to)];
  return parts.filter(({ bookedAtMs }) => fromMs <= bookedAtMs && bookedAtMs < toMs);
}
