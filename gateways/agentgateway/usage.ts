import type { UsageQuality } from "#core/event-data.ts";
import { meterContradiction } from "#core/meter-contradiction.ts";
import { type Meters, NO_METERS } from "#core/meters.ts";
import type { AgentgatewayRecord } from "#gateways/agentgateway/record.ts";
import type { FieldReader } from "#gateways/field-reader.ts";
import { promptMeters } from "#gateways/prompt-meters.ts";

/**
 * What a call consumed. `includesCache`: whether the provider counts cached tokens inside its input's; null where
 * nothing tells. Without output tokens the answer did not end: what is there is provisional.
 */
export function readUsage(
  record: AgentgatewayRecord,
  includesCache: boolean | null,
  fields: FieldReader,
): { readonly meters: Meters; readonly quality: UsageQuality } {
  const figure = (name: keyof AgentgatewayRecord) => fields.count(record[name], name);
  const prompt = figure("gen_ai.usage.input_tokens");
  const output = figure("gen_ai.usage.output_tokens");
  const read = figure("gen_ai.usage.cache_read.input_tokens");
  const write = figure("gen_ai.usage.cache_creation.input_tokens");
  const thinking = figure("gen_ai.usage.reasoning_tokens");
  if ([prompt, output, read, write].every((count) => count === null))
    return { meters: NO_METERS, quality: "missing" };
  const cached = (read ?? 0) + (write ?? 0);
  if (includesCache === null && cached > 0)
    fields.fail(
      "usage_unreadable",
      `has ${cached} cached tokens, and nothing says whether the input tokens include them; declare the source's input_includes_cache`,
    );
  const counts = { prompt, read, write, write5m: null, write1h: null };
  const meters: Meters = {
    ...NO_METERS,
    ...promptMeters({ ...counts, includesCache: includesCache ?? true }, fields),
    output_tokens: output,
    thinking_tokens: thinking,
  };
  const contradiction = meterContradiction(meters);
  if (contradiction !== null) fields.fail("meters_contradict", contradiction);
  return { meters, quality: output === null ? "provisional" : "final" };
}
