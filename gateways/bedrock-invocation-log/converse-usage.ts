import { type Members, membersOf } from "#gateways/anthropic/members.ts";
import type { FieldReader } from "#gateways/field-reader.ts";

/**
 * The usage of a Converse answer (Bedrock's `TokenUsage`) as Anthropic's object: of the answer itself, or of the
 * `metadata` event where a stream's events are logged. null without one. `inputTokens` is without cached tokens, and
 * `totalTokens` has to be the sum of all four, or, as older answers have it, of input and output.
 */
export function converseUsage(body: unknown, fields: FieldReader): Members | null {
  const usage = usageOf(body);
  if (usage === null) return null;
  const count = (...names: string[]) => {
    const name = names.find((each) => usage[each] !== undefined && usage[each] !== null) ?? "";
    return fields.count(usage[name], `usage.${name}`);
  };
  const input = count("inputTokens", "inputTokenCount");
  const output = count("outputTokens", "outputTokenCount");
  const read = count("cacheReadInputTokens", "cacheReadInputTokenCount", "cacheReadInputTokensCount");
  const write = count("cacheWriteInputTokens", "cacheWriteInputTokenCount", "cacheWriteInputTokensCount");
  checkTotal(count("totalTokens", "totalTokenCount"), { input, output, read, write }, fields);
  return {
    input_tokens: input,
    output_tokens: output,
    cache_read_input_tokens: read,
    cache_creation_input_tokens: write,
    cache_creation: lifetimes(usage["cacheDetails"], fields),
  };
}

type Counts = Readonly<Record<"input" | "output" | "read" | "write", number | null>>;

function checkTotal(total: number | null, { input, output, read, write }: Counts, fields: FieldReader): void {
  if (total === null || input === null || output === null) return;
  const cached = (read ?? 0) + (write ?? 0);
  if (total === input + output + cached || total === input + output) return;
  fields.fail(
    "meters_contradict",
    `totalTokens ${total} is not ${input} input, ${output} output and ${cached} cached tokens in all`,
  );
}

/** Written tokens by lifetime: `[{"ttl": "5m", "inputTokens": 10}]`; null where nothing says so. */
function lifetimes(details: unknown, fields: FieldReader): Members | null {
  if (!Array.isArray(details) || details.length === 0) return null;
  const of = (ttl: string) => {
    const detail = details.map(membersOf).find((item) => item?.["ttl"] === ttl);
    return fields.count(detail?.["inputTokens"], `cacheDetails.${ttl}`);
  };
  return { ephemeral_5m_input_tokens: of("5m"), ephemeral_1h_input_tokens: of("1h") };
}

function usageOf(body: unknown): Members | null {
  const answers = Array.isArray(body) ? body : [body];
  for (const answer of answers.map(membersOf)) {
    const usage = membersOf(answer?.["usage"]) ?? membersOf(membersOf(answer?.["metadata"])?.["usage"]);
    if (usage !== null && (usage["inputTokens"] ?? usage["inputTokenCount"]) !== undefined) return usage;
  }
  return null;
}
