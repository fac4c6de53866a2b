import { fitsPattern } from "#core/fits-pattern.ts";
import { type Meters, TOKEN_METERS } from "#core/meters.ts";
import { type Money, parseMoney } from "#core/money.ts";
import type { FallbackRateSetting } from "#core/settings/fallback-rate.ts";

/** A fallback rate made ready for arithmetic. */
export interface FallbackRate {
  readonly setting: FallbackRateSetting;
  readonly fromMs: number;
  readonly toMs: number;
  /** For one token. */
  readonly input: Money;
  readonly output: Money;
}

/** Input in the sense of a fallback rate: what the model read, from wherever. */
export const FALLBACK_INPUT_METERS = TOKEN_METERS.filter((name) => name !== "output_tokens");

/**
 * The rates, the one that names a call most closely first, so that the first that fits is the one: a model's full name
 * before a pattern, of patterns that with more letters of its own, then one with a platform, then the one that begins
 * last, then by id.
 */
export function fallbackRatesOf(
  settings: Iterable<{ readonly value: FallbackRateSetting }>,
): readonly FallbackRate[] {
  return [...settings]
    .map(({ value }) => ready(value))
    .toSorted(
      (one, other) =>
        closeness(other) - closeness(one) ||
        other.fromMs - one.fromMs ||
        (one.setting.id < other.setting.id ? -1 : 1),
    );
}

/** The rate for a call without a price; null where none fits. The SQL of `core/fallback-sql.ts` finds the same. */
export function findFallbackRate(
  rates: readonly FallbackRate[],
  call: { readonly model: string; readonly platform: string; readonly atMs: number },
): FallbackRate | null {
  return (
    rates.find(
      ({ setting, fromMs, toMs }) =>
        fromMs <= call.atMs &&
        call.atMs < toMs &&
        (setting.platform === null || setting.platform === call.platform) &&
        fitsPattern(call.model, setting.model),
    ) ?? null
  );
}

/** What a budget takes a call for, in 1e-12 USD: exact, because a rate for one token is whole. */
export function fallbackEstimate(
  rate: Pick<FallbackRate, "input" | "output">,
  meters: Readonly<Partial<Record<keyof Meters, bigint | null>>>,
): Money {
  const read = FALLBACK_INPUT_METERS.reduce((sum, name) => sum + (meters[name] ?? 0n), 0n);
  return (rate.input * read + rate.output * (meters.output_tokens ?? 0n)) as Money;
}

function ready(setting: FallbackRateSetting): FallbackRate {
  const { effective_from, effective_to, usd_per_mtok } = setting;
  return {
    setting,
    fromMs: Date.parse(effective_from),
    toMs: effective_to === null ? Number.POSITIVE_INFINITY : Date.parse(effective_to),
    input: perToken(usd_per_mtok.input),
    output: perToken(usd_per_mtok.output),
  };
}

/** At most 6 places for a million tokens: a whole number of 1e-12 USD for one. */
function perToken(rate: string): Money {
  const read = parseMoney(rate);
  if (!read.ok) throw new Error(`a fallback rate passed its schema with ${rate}`);
  return (read.value / 1_000_000n) as Money;
}

const NAMED = 100_000;

function closeness({ setting: { model, platform } }: FallbackRate): number {
  const letters = model.replaceAll("*", "").length;
  return (model.includes("*") ? 0 : NAMED) + letters * 2 + (platform === null ? 0 : 1);
}
