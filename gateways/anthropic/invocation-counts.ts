import type { AnthropicCounts } from "#gateways/anthropic/counts.ts";
import type { Members } from "#gateways/anthropic/members.ts";
import type { FieldReader } from "#gateways/field-reader.ts";
import { type Headers, headerValue } from "#gateways/header-value.ts";

/** What Bedrock counted of a call by itself, beside the model's own usage; `input` is without cached tokens. */
export type InvocationCounts = Pick<AnthropicCounts, "input" | "read" | "write" | "output">;

/** Of `amazon-bedrock-invocationMetrics`, which an InvokeModel stream has on its last event. */
export function metricsCounts(metrics: Members | null, fields: FieldReader): InvocationCounts | null {
  if (metrics === null) return null;
  const count = (name: string) => fields.count(metrics[name], `invocationMetrics.${name}`);
  return {
    input: count("inputTokenCount"),
    read: count("cacheReadInputTokenCount"),
    write: count("cacheWriteInputTokenCount"),
    output: count("outputTokenCount"),
  };
}

/** Of the headers of an InvokeModel answer. */
export function headerCounts(headers: Headers, fields: FieldReader): InvocationCounts | null {
  const count = (name: string) => fields.count(headerValue(headers, `${PREFIX}${name}`), `${PREFIX}${name}`);
  const counts = {
    input: count("input-token-count"),
    read: count("cache-read-input-token-count"),
    write: count("cache-write-input-token-count"),
    output: count("output-token-count"),
  };
  return Object.values(counts).every((value) => value === null) ? null : counts;
}

const PREFIX = "x-amzn-bedrock-";

/**
 * A message's usage with what Bedrock counted: what one of them leaves out the other fills in, and what both state has
 * to agree. A provisional output (`isProvisional`) is overruled, since Bedrock counts at the end. A usage of several
 * iterations is left as it is: which of them Bedrock's own counts cover is not documented.
 */
export function withInvocationCounts(
  usage: Members | null,
  counted: InvocationCounts | null,
  isProvisional: boolean,
  fields: FieldReader,
): Members | null {
  if (counted === null) return usage;
  const iterations = usage?.["iterations"];
  if (Array.isArray(iterations) && iterations.length > 1) return usage;
  const both = (name: string, count: number | null) =>
    fields.agreed(name, fields.count(usage?.[name], `usage.${name}`), count);
  return {
    ...usage,
    input_tokens: both("input_tokens", counted.input),
    cache_read_input_tokens: both("cache_read_input_tokens", counted.read),
    cache_creation_input_tokens: both("cache_creation_input_tokens", counted.write),
    output_tokens:
      isProvisional && counted.output !== null ? counted.output : both("output_tokens", counted.output),
  };
}
