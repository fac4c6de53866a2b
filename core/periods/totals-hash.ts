import { hash } from "node:crypto";
import { FIGURES, type PeriodFigures } from "#core/periods/figures.ts";

/** What one team used of one model in a period; null is calls that name none. */
export interface PeriodLine {
  readonly team: string | null;
  readonly model: string | null;
  readonly figures: PeriodFigures;
}

/** What a hash of totals is about. */
export interface HashedPeriod {
  readonly id: string;
  readonly zone: string;
  readonly from: string;
  readonly to: string;
  readonly closed_at: string;
}

/**
 * The canonical text of a closed period, in UTF-8: a line that says the version, a line of the period, and a line of
 * each team and model, each ended by a newline. A line is a JSON list of texts and nulls without blanks; lines are
 * sorted by their bytes. So whoever has the answer of `/v1/costs` can write it again (docs/periods.md).
 */
export function canonicalTotals(period: HashedPeriod, lines: readonly PeriodLine[]): string {
  const { id, zone, from, to, closed_at } = period;
  const texts = lines.map(({ team, model, figures }) =>
    JSON.stringify([team, model, ...FIGURES.map((name) => figures[name])]),
  );
  const sorted = texts.map((text) => Buffer.from(text)).sort(Buffer.compare);
  const head = ["spendtrail.period.v1", JSON.stringify([id, zone, from, to, closed_at])];
  return [...head, ...sorted.map(String)].map((line) => `${line}\n`).join("");
}

/** SHA-256 of the canonical text, in hex. */
export function totalsHash(period: HashedPeriod, lines: readonly PeriodLine[]): string {
  return hash("sha256", canonicalTotals(period, lines), "hex");
}
