import type { UsageQuality } from "#core/event-data.ts";
import { meterContradiction } from "#core/meter-contradiction.ts";
import { type Meters, NO_METERS } from "#core/meters.ts";
import type { LlmSummary } from "#gateways/apisix/record.ts";
import type { FieldReader } from "#gateways/field-reader.ts";
import { promptMeters } from "#gateways/prompt-meters.ts";

export interface ApisixUsage {
  readonly meters: Meters;
  readonly quality: UsageQuality;
}

/**
 * What a request consumed. APISIX begins each figure as the text "0" and writes a number once the provider has said
 * one, so a text of zeros is "not known"; and it keeps the last figure that is not 0, so a 0 beside other figures is
 * one. `includesCache`: whether the provider counts cached tokens inside the prompt's; null where nothing tells.
 */
export function readUsage(
  summary: LlmSummary | null,
  includesCache: boolean | null,
  fields: FieldReader,
): ApisixUsage {
  const prompt = figure(summary?.prompt_tokens, "prompt_tokens", fields);
  const completion = figure(summary?.completion_tokens, "completion_tokens", fields);
  const read = figure(summary?.cache_read_input_tokens, "cache_read_input_tokens", fields);
  const write = figure(summary?.cache_creation_input_tokens, "cache_creation_input_tokens", fields);
  const total = figure(summary?.total_tokens, "total_tokens", fields);
  if (![prompt, completion, read, write, total].some((count) => count !== null && count > 0))
    return { meters: NO_METERS, quality: "missing" };
  const cached = (read ?? 0) + (write ?? 0);
  if (includesCache === null && cached > 0)
    fields.fail(
      "usage_unreadable",
      `has ${cached} cached tokens, and nothing says whether prompt_tokens include them; declare the source's input_includes_cache`,
    );
  checkTotal({ total, prompt, completion, apart: includesCache === true ? 0 : cached }, fields);
  const counts = { prompt, read, write, write5m: null, write1h: null };
  const meters: Meters = {
    ...NO_METERS,
    ...promptMeters({ ...counts, includesCache: includesCache ?? true }, fields),
    output_tokens: completion,
    thinking_tokens: figure(summary?.reasoning_tokens, "reasoning_tokens", fields),
  };
  const contradiction = meterContradiction(meters);
  if (contradiction !== null) fields.fail("meters_contradict", contradiction);
  return { meters, quality: "final" };
}

function figure(value: unknown, name: string, fields: FieldReader): number | null {
  return value === "0" || value === "" ? null : fields.count(value, name);
}

/** Providers that count cached tokens apart add them to their total or do not. */
function checkTotal(
  of: { total: number | null; prompt: number | null; completion: number | null; apart: number },
  fields: FieldReader,
): void {
  const { total, prompt, completion, apart } = of;
  if (total === null || total === 0 || prompt === null || completion === null) return;
  if (total === prompt + completion || total === prompt + completion + apart) return;
  fields.fail(
    "meters_contradict",
    `total_tokens ${total} is not prompt_tokens ${prompt} plus completion_tokens ${completion}`,
  );
}
