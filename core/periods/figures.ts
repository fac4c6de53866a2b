import { z } from "zod";
import { DecimalText } from "#core/event-data.ts";
import { TOKEN_METERS } from "#core/meters.ts";
import { formatMoney, type Money, parseMoney } from "#core/money.ts";

/** The meters of a period's figures, in the order of the canonical text. */
export const FIGURE_METERS = [...TOKEN_METERS, "thinking_tokens", "web_search_requests"] as const;
const COUNTS = ["calls", "estimated_calls", "gateway_calls", "unpriced_calls"] as const;
const COSTS = ["cost_rated_usd", "cost_estimated_usd", "cost_gateway_usd"] as const;

/** Whole numbers as digits: a setting is JSON, whose numbers end at 2^53. Corrections can make a sum negative. */
const Digits = z.string().regex(/^(0|-?[1-9]\d{0,38})$/);
const meters = Object.fromEntries(
  FIGURE_METERS.map((name) => [name, Digits.nullable().describe("null: no call stated it.")]),
) as Record<(typeof FIGURE_METERS)[number], z.ZodNullable<typeof Digits>>;

/** What is booked in a period, or in one line of it: the figures of `/v1/costs`. */
export const PeriodFigures = z.strictObject({
  calls: Digits,
  cost_rated_usd: DecimalText,
  cost_estimated_usd: DecimalText,
  cost_gateway_usd: DecimalText.describe(
    "Calls at the gateway's figure: in no cost of ours, totalled apart.",
  ),
  estimated_calls: Digits,
  gateway_calls: Digits,
  unpriced_calls: Digits.describe("Calls, or parts of calls, that are in no cost."),
  ...meters,
});
export type PeriodFigures = z.infer<typeof PeriodFigures>;

/** Every figure's name, in the order of the canonical text. */
export const FIGURES = ["calls", ...COSTS, ...COUNTS.slice(1), ...FIGURE_METERS] as const;

/** The sums of lines; a meter that no line states is null, not 0. */
export function addFigures(lines: readonly PeriodFigures[]): PeriodFigures {
  return combined(lines, (values) => values.reduce((sum, value) => sum + value, 0n));
}

/** What `now` has more than `then`; all zeros where they are the same. */
export function subtractFigures(now: PeriodFigures, then: PeriodFigures): PeriodFigures {
  return combined([now, then], ([first = 0n, second = 0n]) => first - second, 0n);
}

export function isZero(figures: PeriodFigures): boolean {
  return Object.values(figures).every((value) => value === null || value === "0");
}

function combined(
  lines: readonly PeriodFigures[],
  combine: (values: readonly bigint[]) => bigint,
  absent?: bigint,
): PeriodFigures {
  const of = (name: keyof PeriodFigures): string | null => {
    const stated = lines.map((line) => line[name]);
    const known = stated.filter((value) => value !== null);
    if (known.length === 0 && isMeter(name)) return null;
    const isMoney = (COSTS as readonly string[]).includes(name);
    const values = absent === undefined ? known : stated;
    const whole = combine(values.map((value) => (value === null ? 0n : unitsOf(value, isMoney))));
    return isMoney ? formatMoney(whole as Money) : String(whole);
  };
  return Object.fromEntries(FIGURES.map((name) => [name, of(name)])) as PeriodFigures;
}

function isMeter(name: keyof PeriodFigures): boolean {
  return (FIGURE_METERS as readonly string[]).includes(name);
}

function unitsOf(text: string, isMoney: boolean): bigint {
  if (!isMoney) return BigInt(text);
  const money = parseMoney(text);
  if (!money.ok) throw new Error(`a figure passed its schema with ${text}`);
  return money.value;
}
