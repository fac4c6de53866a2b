import { z } from "zod";
import type { DecisionAnswer } from "#query-api/decisions/decision-answer.ts";

/** A denial as Claude Code and Anthropic's clients understand it: an error of billing that is not tried again. */
export const Denial = z.object({
  type: z.literal("error"),
  error: z.object({ type: z.literal("billing_error"), message: z.string() }),
});

export function denialOf({ reason, retry_after_s }: DecisionAnswer) {
  return {
    headers: { "x-should-retry": "false", "retry-after": String(retry_after_s ?? 1) },
    body: { type: "error", error: { type: "billing_error", message: reason } } as const,
  };
}
