import type { Answer } from "#gateways/anthropic/answer.ts";

/** The policy areas whose refusals are billed even before any output. */
const BILLED_BEFORE_OUTPUT: ReadonlySet<string> = new Set(["bio", "frontier_llm", "reasoning_extraction"]);

/**
 * Whether Anthropic bills nothing for an answer: a refusal before any output, unless its category is one of three
 * (Anthropic, "Refusals and fallback", how refusals are billed, September 2026). A refusal without a category is
 * counted as billed.
 */
export function isUnbilledRefusal({ stopReason, stopCategory, usage }: Answer): boolean {
  if (stopReason !== "refusal" || stopCategory === null) return false;
  return usage.meters.output_tokens === 0 && !BILLED_BEFORE_OUTPUT.has(stopCategory);
}
