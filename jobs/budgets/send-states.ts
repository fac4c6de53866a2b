import { EVALUATOR_KEY, type EvaluatorState, type ScopeState } from "#core/budgets/budget-state.ts";
import type { BudgetsDeps } from "#jobs/budgets/deps.ts";

/** Sent at once; a message is some hundred bytes. */
const CHUNK = 1_000;

/** Writes how scopes stand, and that somebody reckons; the latter last, because it says what all of it is as of. */
export async function sendStates(
  { producer, topic, measures }: Pick<BudgetsDeps, "producer" | "topic" | "measures">,
  messages: ReadonlyMap<string, ScopeState | null>,
  evaluator: EvaluatorState,
): Promise<void> {
  const records = [...messages, [EVALUATOR_KEY, evaluator] as const].map(([key, value]) => ({
    key,
    value: value === null ? null : Buffer.from(JSON.stringify(value)),
    partition: 0,
  }));
  for (let at = 0; at < records.length; at += CHUNK)
    await producer.send(topic, records.slice(at, at + CHUNK));
  measures.messages.inc(records.length);
}
