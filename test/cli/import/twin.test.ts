import { expect, test } from "vitest";
import { isTwin, type SeenCall } from "#cli/import/twin.ts";
import type { AdaptedEvent } from "#core/event.ts";
import { ResponseData } from "#core/event-data.ts";

const AT = "2026-10-01T00:00:00.250Z";
const event = (data: Partial<ResponseData>): AdaptedEvent => ({
  ...{ kind: "response", eventId: "a".repeat(32), identityQuality: "vendor" },
  data: ResponseData.parse({
    ...{ gateway: "litellm", platform: "anthropic-api", started_at: AT, outcome: "success", meters: {} },
    ...data,
  }),
});
const seen = (changes: Partial<SeenCall>): SeenCall => ({
  ...{ eventId: "b".repeat(32), callId: "", messageId: "", timeMs: Date.parse(AT), outcome: "success" },
  ...changes,
});
const message = { provider_message_id: "msg_1", call_id: "call-1" };

test.each([
  [
    "the same message, seen half a second later",
    message,
    { messageId: "msg_1", timeMs: Date.parse(AT) + 500 },
    true,
  ],
  [
    "the message's id where SpendLogs keeps it as the call's",
    { call_id: "msg_1" },
    { messageId: "msg_1" },
    true,
  ],
  [
    "the same attempt by the call's id",
    { call_id: "call-1" },
    { callId: "call-1", timeMs: Date.parse(AT) + 1 },
    true,
  ],
  [
    "another attempt of the same call",
    message,
    { callId: "call-1", messageId: "msg_0", timeMs: Date.parse(AT) + 900 },
    false,
  ],
  [
    "a failed attempt of the same call that states the same start",
    message,
    { callId: "call-1", outcome: "error" },
    false,
  ],
  [
    "two failed attempts of the same call that state the same start",
    { ...message, outcome: "error" as const },
    { callId: "call-1", outcome: "error" },
    false,
  ],
  ["the same record", message, { eventId: "a".repeat(32), messageId: "msg_1" }, false],
  ["an answer from a cache", { ...message, outcome: "cached" as const }, { messageId: "msg_1" }, false],
  ["a call without ids", {}, { messageId: "", callId: "" }, false],
  ["another call at the same time", message, { callId: "call-2", messageId: "msg_2" }, false],
])("%s", (_what, own, other, wanted) => {
  expect(isTwin(event(own), seen(other))).toBe(wanted);
});
