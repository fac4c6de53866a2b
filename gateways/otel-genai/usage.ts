import type { Operation, UsageQuality } from "#core/event-data.ts";
import { meterContradiction } from "#core/meter-contradiction.ts";
import { type Meters, NO_METERS } from "#core/meters.ts";
import type { SourceSetting } from "#core/settings/source.ts";
import type { FieldReader } from "#gateways/field-reader.ts";
import { countsCacheInside } from "#gateways/kong/convention.ts";
import { MODEL_REQUESTED, MODEL_RESPONSE, PROVIDER, USAGE } from "#gateways/otel-genai/attribute-names.ts";
import type { Reading } from "#gateways/otel-genai/reading.ts";
import { promptMeters } from "#gateways/prompt-meters.ts";

/**
 * What a call consumed, in disjoint meters. Whether the input holds cached tokens is as the source declares it, else as
 * the service's row says. Where neither does, a record with cached tokens is a reject and no guess.
 */
export function readUsage(
  reading: Reading,
  operation: Operation,
  source: SourceSetting,
  fields: FieldReader,
): { readonly meters: Meters; readonly quality: UsageQuality } {
  const { service } = reading;
  const prompt = reading.count(USAGE.prompt, fields);
  const answer = reading.count(USAGE.output, fields);
  const read = reading.count(USAGE.read, fields);
  const write = reading.count(USAGE.write, fields);
  const thinking = reading.count(USAGE.thinking, fields);
  const total = reading.count(USAGE.total, fields);
  if ([prompt, answer, read, write, total].every((count) => count === null))
    return { meters: NO_METERS, quality: "missing" };
  const cached = (read ?? 0) + (write ?? 0);
  const includesCache = source.input_includes_cache ?? conventionOf(reading, source);
  if (includesCache === null && cached > 0)
    fields.fail(
      "usage_unreadable",
      `has ${cached} cached tokens, and nothing says whether the input tokens of ${service.name} include them; declare the source's input_includes_cache`,
    );
  const apart = includesCache === true ? 0 : cached;
  const output = wholeOutput({ total, prompt, answer, thinking, apart }, fields);
  const counts = { prompt, read, write, write5m: null, write1h: null };
  const meters: Meters = {
    ...NO_METERS,
    ...promptMeters({ ...counts, includesCache: includesCache ?? true }, fields),
    output_tokens: output,
    thinking_tokens: thinking,
  };
  const contradiction = meterContradiction(meters);
  if (contradiction !== null) fields.fail("meters_contradict", contradiction);
  const isUncounted = !service.countsCache && (prompt ?? 0) > 0 && (read === null || write === null);
  const isHalf = operation === "generate" && output === null;
  return { meters, quality: isUncounted ? "estimated" : isHalf ? "provisional" : "final" };
}

function conventionOf(reading: Reading, source: SourceSetting): boolean | null {
  const { inputIncludesCache: rule } = reading.service;
  if (rule !== "kong") return rule;
  const isClaude = /claude/i.test(reading.text(...MODEL_RESPONSE, ...MODEL_REQUESTED) ?? "");
  const version = source.gateway_version ?? reading.text("service.version");
  return countsCacheInside(reading.text(...PROVIDER), isClaude, version, null);
}

/**
 * The output with its thinking, which the conventions say it holds. Google's instrumentations have counted thoughts
 * apart (opentelemetry-python-contrib #3890); a total tells, and without one the figure stands. Emitters that count
 * cached tokens apart add them to their total or do not.
 */
function wholeOutput(
  of: Readonly<Record<"total" | "prompt" | "answer" | "thinking", number | null>> & { apart: number },
  fields: FieldReader,
): number | null {
  const { total, prompt, answer, thinking, apart } = of;
  if (total === null || prompt === null || answer === null) return answer;
  const rest = total - prompt - answer;
  if (rest === 0 || rest === apart) return answer;
  if (thinking !== null && (rest === thinking || rest === thinking + apart)) return answer + thinking;
  fields.fail(
    "meters_contradict",
    `the total of ${total} tokens is not ${prompt} of input plus ${answer} of output`,
  );
  return answer;
}
