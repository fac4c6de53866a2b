import type { UsageQuality } from "#core/event-data.ts";
import {
  type InvocationCounts,
  metricsCounts,
  withInvocationCounts,
} from "#gateways/anthropic/invocation-counts.ts";
import { type Members, membersOf, parsedJson } from "#gateways/anthropic/members.ts";
import { floorEstimate, sentBytes } from "#gateways/anthropic/sent-bytes.ts";
import { mergeStream } from "#gateways/anthropic/stream.ts";
import { streamEvents } from "#gateways/anthropic/stream-events.ts";
import { type AnthropicUsage, readAnthropicUsage } from "#gateways/anthropic/usage.ts";
import { claimed, type FieldReader } from "#gateways/field-reader.ts";

/** How far an answer came. */
export type Ending = "complete" | "cut_off" | "failed" | "unknown";

export interface Answer {
  readonly messageId: string | null;
  readonly model: string | null;
  readonly usage: AnthropicUsage;
  readonly stopReason: string | null;
  /** Of a refusal: the policy area that it was for. */
  readonly stopCategory: string | null;
  readonly ending: Ending;
  readonly errorType: string | null;
  /** `req_…`, which error bodies repeat. */
  readonly requestId: string | null;
  readonly isStream: boolean;
  /** Milliseconds to the first byte, where Bedrock's metrics say so. */
  readonly firstByteMs: unknown;
}

export interface AnswerHints {
  /** Whether an output that nobody counted is estimated from what was sent (the source's `stream_floor`). */
  readonly estimates: boolean;
  /** What Bedrock counted beside the body. */
  readonly counted?: InvocationCounts | null;
}

/** What a model answered, of a message, an error body, or a stream in any form that `streamEvents` reads. */
export function readAnswer(body: unknown, hints: AnswerHints, fields: FieldReader): Answer {
  const value = parsedJson(body);
  const events = streamEvents(value);
  return events !== null && events.length > 0
    ? answerOfStream(events, hints, fields)
    : answerOfMessage(membersOf(value), hints, fields);
}

function answerOfStream(events: readonly Members[], hints: AnswerHints, fields: FieldReader): Answer {
  const stream = mergeStream(events);
  const counted = hints.counted ?? metricsCounts(stream.metrics, fields);
  const isProvisional = !stream.isCounted;
  const raw = withInvocationCounts(stream.usage, counted, isProvisional, fields);
  const read = readAnthropicUsage(raw, fields);
  const isOpen = isProvisional && (counted?.output ?? null) === null;
  const usage = isOpen ? openUsage(read, hints.estimates ? sentBytes(events) : 0) : read;
  return {
    messageId: claimed(stream.message?.["id"]),
    model: usage.servedBy ?? claimed(stream.message?.["model"]),
    usage,
    stopReason: claimed(stream.stopReason),
    stopCategory: claimed(stream.stopDetails?.["category"]),
    ending: endingOf(stream.error !== null, stream.isStopped, stream.message !== null),
    errorType: claimed(stream.error?.["type"]),
    requestId: null,
    isStream: true,
    firstByteMs: stream.metrics?.["firstByteLatency"] ?? null,
  };
}

/** Events that hold no part of a message (a log that cut them out) say nothing of how it ended. */
function endingOf(failed: boolean, isStopped: boolean, hasMessage: boolean): Ending {
  if (failed) return "failed";
  return isStopped ? "complete" : hasMessage ? "cut_off" : "unknown";
}

/** The usage of a stream that never came to its final count; with bytes, at least what they must have cost. */
function openUsage(usage: AnthropicUsage, bytes: number): AnthropicUsage {
  if (bytes === 0) return { ...usage, quality: atMost(usage.quality, "provisional") };
  const output = Math.max(usage.meters.output_tokens ?? 0, floorEstimate(bytes));
  return { ...usage, quality: "estimated", meters: { ...usage.meters, output_tokens: output } };
}

function atMost(quality: UsageQuality, limit: UsageQuality): UsageQuality {
  return quality === "missing" ? quality : limit;
}

function answerOfMessage(message: Members | null, hints: AnswerHints, fields: FieldReader): Answer {
  const error = membersOf(message?.["error"]);
  const raw = withInvocationCounts(membersOf(message?.["usage"]), hints.counted ?? null, false, fields);
  const usage = readAnthropicUsage(raw ?? message?.["usage"], fields);
  // Never null in an answer that was not streamed: this is a message as of its start (the API's reference of Message).
  const isOpen = message?.["type"] === "message" && message["stop_reason"] === null;
  const isFailed = error !== null || message?.["type"] === "error";
  return {
    messageId: claimed(message?.["id"]),
    model: usage.servedBy ?? claimed(message?.["model"]),
    usage: isOpen ? openUsage(usage, 0) : usage,
    stopReason: claimed(message?.["stop_reason"]),
    stopCategory: claimed(membersOf(message?.["stop_details"])?.["category"]),
    ending: isFailed ? "failed" : isOpen ? "cut_off" : usage.quality === "missing" ? "unknown" : "complete",
    errorType: claimed(error?.["type"]) ?? claimed(error?.["status"]),
    requestId: claimed(message?.["request_id"]),
    isStream: false,
    firstByteMs: null,
  };
}
