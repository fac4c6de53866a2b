import { formatMoney } from "#core/money.ts";
import type { RatingLine } from "#core/rating-lines.ts";

/**
 * A line as it would be written on paper: `1930 x 6.25 / 1000000 = 0.0120625`, and a percentage after it. Whoever works
 * it out gets the same digits, but for those beyond 1e-12 USD, which are rounded half to even and marked by `~`.
 */
export function lineArithmetic(line: RatingLine, percent: string | null): string {
  const rate = line.negotiatedRate ?? line.listRate ?? "0";
  const over = line.per === 1 ? "" : ` / ${line.per}`;
  const gross = line.negotiatedRate === null ? line.list : line.cost;
  const sum = `${line.quantity} x ${rate}${over} ${isUnrounded(line, rate) ? "=" : "~"} ${formatMoney(gross ?? line.cost)}`;
  if (percent === null) return sum;
  const isExact = ((gross ?? line.cost) * percentParts(percent)) % PERCENT_UNITS === 0n;
  return `${sum}, less ${percent} % ${isExact ? "=" : "~"} ${formatMoney(line.cost)}`;
}

const PERCENT_UNITS = 1_000_000n;

function percentParts(percent: string): bigint {
  const [whole = "0", places = ""] = percent.split(".");
  return BigInt(whole + places.padEnd(4, "0"));
}

/** Tokens and requests are whole and a rate has 6 places at most; only a fraction of another unit can go beyond. */
function isUnrounded({ quantity, per }: RatingLine, rate: string): boolean {
  if (per !== 1) return true;
  const places = (text: string) => text.split(".")[1]?.replace(/0+$/, "").length ?? 0;
  return places(quantity) + places(rate) <= 12;
}
