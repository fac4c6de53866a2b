import { canonicalModel } from "#core/model-name.ts";
import type { InvoiceMeter } from "#core/reconcile/invoice.ts";

/**
 * The meter that a usage type of Bedrock counts. AWS writes three generations of names (`USE1-Claude4.6Sonnet-input-tokens`,
 * `USE1-MP:USE1_InputTokenCount-Units`, `USW2_output_tokens_global_standard-Units`), told apart by nothing but signs
 * between the words ("Understanding your Amazon Bedrock Cost and Usage Report data", and its price list). A cache write
 * whose lifetime the name does not state is one of an unknown lifetime. null: it counts no tokens of text.
 */
export function curMeter(usageType: string): InvoiceMeter | null {
  const words = usageType.toLowerCase().replaceAll(/[-_:. ]/g, "");
  if (!/token(s|count)/.test(words) || /provisioned|training|customization|modelunit|guardrail/.test(words))
    return null;
  if (words.includes("cacheread")) return "cache_read_tokens";
  if (words.includes("cachewrite")) {
    if (/1h|onehour/.test(words)) return "cache_write_1h_tokens";
    return /5m|fivemin/.test(words) ? "cache_write_5m_tokens" : "cache_write_tokens";
  }
  if (/outputtoken|responsetoken/.test(words)) return "output_tokens";
  return /inputtoken/.test(words) ? "input_tokens" : null;
}

const VENDOR_ID = /(anthropic\.claude-[a-z0-9.-]+?)(?=-mantle|-input|-output|-cache|$)/i;
const BILLING_NAME =
  /Claude[ -]?(\d+(?:\.\d+)?)?[ -]?(Fable|Mythos|Opus|Sonnet|Haiku)(?:[ -]?(\d+(?:\.\d+)?))?/i;

/**
 * The model that a line bills, by the names that AWS bills under (`Claude4.6Sonnet`, `Claude Haiku 4.5 (Amazon Bedrock
 * Edition)`, `anthropic.claude-opus-4-8`), looked up in our table. A name that is not there stays as it is written.
 */
export function curModel(texts: readonly string[]): {
  readonly written: string | null;
  readonly model: string | null;
} {
  for (const text of texts) {
    const id = VENDOR_ID.exec(text)?.[1];
    if (id !== undefined) return { written: id, model: canonicalModel(id.toLowerCase()).model };
    const [name, before, family, after] = BILLING_NAME.exec(text) ?? [];
    const version = (after ?? before)?.replace(".", "-");
    if (name === undefined || family === undefined || version === undefined) continue;
    const names = [`claude-${family}-${version}`, `claude-${version}-${family}`].map((one) =>
      one.toLowerCase(),
    );
    return {
      written: name,
      model: names.map((one) => canonicalModel(one).model).find((one) => one !== null) ?? null,
    };
  }
  return { written: null, model: null };
}

/** How many tokens one unit is; null: the unit is none that is known. Marketplace bills in `Units` of a million. */
export function curUnit(unit: string, description: string): bigint | null {
  const words = unit.toLowerCase().replaceAll(/[ ,]/g, "");
  if (/^(1k|1000|thousand)tokens?$/.test(words)) return 1_000n;
  if (/^(1m|1000000|million)tokens?$/.test(words)) return 1_000_000n;
  if (/^tokens?$/.test(words)) return 1n;
  if (words === "units" || words === "unit") return /million/i.test(description) ? 1_000_000n : null;
  return null;
}
