import { type Answer, readAnswer } from "#gateways/anthropic/answer.ts";
import { type InvocationCounts, withInvocationCounts } from "#gateways/anthropic/invocation-counts.ts";
import { membersOf, parsedJson } from "#gateways/anthropic/members.ts";
import { readAnthropicUsage } from "#gateways/anthropic/usage.ts";
import { converseUsage } from "#gateways/bedrock-invocation-log/converse-usage.ts";
import type { InvocationLog } from "#gateways/bedrock-invocation-log/record.ts";
import { claimed, type FieldReader } from "#gateways/field-reader.ts";

/**
 * What a model answered, of the logged body and the counts beside it, which have to agree. A body that was too large
 * lies in S3 (`outputBodyS3Path`), and then only the counts are there: how long cache writes live is not known.
 */
export function readOutput(log: InvocationLog, fields: FieldReader): Answer {
  const body = parsedJson(log.output?.outputBodyJson);
  const counted = loggedCounts(log, fields);
  const usage = converseUsage(body, fields);
  if (usage === null) return readAnswer(body, { estimates: false, counted }, fields);
  const merged = withInvocationCounts(usage, counted, false, fields);
  const answer = readAnswer(null, { estimates: false }, fields);
  return {
    ...answer,
    usage: readAnthropicUsage(merged, fields),
    stopReason: stopReasonOf(body),
    ending: "complete",
    isStream: Array.isArray(body),
  };
}

/** The log's own counts; null where it has none, as for calls that failed. */
function loggedCounts({ input, output }: InvocationLog, fields: FieldReader): InvocationCounts | null {
  const counts = {
    input: fields.count(input?.inputTokenCount, "input.inputTokenCount"),
    read: fields.count(input?.cacheReadInputTokenCount, "input.cacheReadInputTokenCount"),
    write: fields.count(input?.cacheWriteInputTokenCount, "input.cacheWriteInputTokenCount"),
    output: fields.count(output?.outputTokenCount, "output.outputTokenCount"),
  };
  return Object.values(counts).every((count) => count === null) ? null : counts;
}

function stopReasonOf(body: unknown): string | null {
  const answers = Array.isArray(body) ? body : [body];
  for (const answer of answers.map(membersOf)) {
    const stop = membersOf(answer?.["messageStop"]) ?? answer;
    const reason = claimed(stop?.["stopReason"]);
    if (reason !== null) return reason;
  }
  return null;
}
