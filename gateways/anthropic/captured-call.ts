import { membersOf, parsedJson } from "#gateways/anthropic/members.ts";
import type { AnthropicRecord } from "#gateways/anthropic/record.ts";

export interface CapturedCall {
  readonly record: AnthropicRecord;
  /** What was answered: a message, an error body, or a stream. */
  readonly body: unknown;
  readonly isBatch: boolean;
  /** The client left before the answer ended, or no answer came at all. */
  readonly isLeft: boolean;
  /** A line of a batch that was not answered; none of these is billed (Anthropic, "Batch processing"). */
  readonly isUnbilled: boolean;
}

/** A record of any of the accepted forms as one call; null for anything else. */
export function asCall(record: AnthropicRecord, element: unknown): CapturedCall | null {
  const { request, response, result } = record;
  if (result) return batchCall(record, result);
  if (response) {
    const body = response.sse ?? response.events ?? response.body;
    return { record, body, isBatch: false, isLeft: response.aborted === true, isUnbilled: false };
  }
  if (request) return { record, body: null, isBatch: false, isLeft: true, isUnbilled: false };
  if (record.type !== "message" && record.type !== "error") return null;
  // Of a bare body `id` is the message's own and no id of a capturer.
  return {
    record: { ...record, id: undefined },
    body: element,
    isBatch: false,
    isLeft: false,
    isUnbilled: false,
  };
}

/** `{type: "succeeded", message}`, or `{type: "errored", error: {type: "error", error: {…}}}`, or the type alone. */
function batchCall(
  record: AnthropicRecord,
  { type, message, error }: NonNullable<AnthropicRecord["result"]>,
): CapturedCall | null {
  const failed = (reason: unknown) => ({ type: "error", error: reason });
  const call = { record, isBatch: true, isLeft: false, isUnbilled: type !== "succeeded" };
  switch (type) {
    case "succeeded":
      return { ...call, body: message };
    case "errored": {
      const stated = membersOf(parsedJson(error));
      return { ...call, body: failed(membersOf(stated?.["error"]) ?? stated ?? {}) };
    }
    case "canceled":
    case "expired":
      return { ...call, body: failed({ type }) };
    default:
      return null;
  }
}
