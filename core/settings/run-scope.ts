import { z } from "zod";
import { COST_STATUSES } from "#core/cost-status.ts";
import { Name } from "#core/settings/source.ts";

/** A name as a call carries it; empty: the call has none. */
const Given = z
  .string()
  .max(512)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, "must not hold control characters or lone surrogates");

/** Which calls of its range a run is about. An empty list means any. */
export const RunScope = z.strictObject({
  teams: z.array(Given).max(200).default([]).describe("Paying teams, as they stand before the run."),
  models: z
    .array(Given)
    .max(200)
    .default([])
    .describe("The canonical name where there is one, else the name in the record."),
  platforms: z.array(Given).max(100).default([]),
  sources: z.array(Name).max(200).default([]),
  cost_statuses: z
    .array(z.enum(COST_STATUSES))
    .max(COST_STATUSES.length)
    .default([])
    .describe("As they stand before the run: `unpriced` alone rates what has no price."),
});
export type RunScope = z.infer<typeof RunScope>;

/** What a call must say for a scope to hold it, in the names of `events_v1`. */
export interface ScopedCall {
  readonly event_time: string;
  readonly team: string;
  readonly model: string;
  readonly model_canonical: string;
  readonly platform: string;
  readonly source: string;
  readonly cost_status: string;
}

/** Whether a call is meant; its time in ISO 8601 with milliseconds, the range half-open. */
export function isInScope(
  call: ScopedCall,
  { from, to, scope }: { readonly from: string; readonly to: string; readonly scope: RunScope },
): boolean {
  const isOf = (list: readonly string[], value: string) => list.length === 0 || list.includes(value);
  return (
    from <= call.event_time &&
    call.event_time < to &&
    isOf(scope.teams, call.team) &&
    isOf(scope.models, call.model_canonical || call.model) &&
    isOf(scope.platforms, call.platform) &&
    isOf(scope.sources, call.source) &&
    isOf(scope.cost_statuses, call.cost_status)
  );
}
