import { describe, expect, test } from "vitest";
import { formatMoney } from "#core/money.ts";
import { createPriceBook } from "#core/price-book.ts";
import { rate } from "#core/rating.ts";
import type { SourceSetting } from "#core/settings/source.ts";
import { changed, contextOf, eventOf, fixture, type Json } from "#test/gateways/support.ts";
import { shippedPrices } from "#test/support/shipped-prices.ts";

const book = createPriceBook(shippedPrices());
const stream = fixture("anthropic-claude-code-stream");
const broken = fixture("anthropic-midstream-error");
const overloaded = fixture("anthropic-overloaded");
const batch = fixture("anthropic-batch-result");
const context = (source: Partial<SourceSetting> = {}) => contextOf({ gateway: "anthropic", ...source });

function ended(record: Json, source: Partial<SourceSetting> = {}) {
  const { data } = eventOf(record, context(source));
  const call = { data, eventTimeMs: Date.parse(data.started_at), source: context().source };
  const { cost, status, note } = rate(book, call);
  const { outcome, error_type, error_code, usage_quality } = data;
  const rated = `${cost === null ? "null" : formatMoney(cost)} ${status} ${note}`.trim();
  return { outcome, error_type, error_code, usage_quality, rated };
}

const events = (stream["response"] as { events: Json[] }).events;
const line = (result: Json) => ({ ...batch, result });
const none = { error_type: null, error_code: null };

describe("how a call ended, and what it cost", () => {
  test.each<[string, Json, object]>([
    [
      "an error after the status of 200 costs what was counted",
      broken,
      // 25 x 5 + 800 x 0.5 + 1 x 25 per million.
      {
        outcome: "error",
        error_type: "overloaded_error",
        error_code: null,
        usage_quality: "provisional",
        rated: "0.00055 estimated usage_provisional",
      },
    ],
    [
      "a stream that was left costs what was counted",
      changed(stream, { "response.events": events.slice(0, 4) }),
      // 1.1 x (3 x 5 + 11,367 x 0.5 + 673 x 6.25 + 4,000 x 10 + 2 x 25) per million.
      {
        ...none,
        outcome: "aborted",
        usage_quality: "provisional",
        rated: "0.054950225 estimated usage_provisional",
      },
    ],
    [
      "the capture says that the client left, after the last count",
      changed(stream, { "response.aborted": true }),
      { ...none, outcome: "aborted", usage_quality: "final", rated: "0.057095225 rated" },
    ],
    [
      "no answer at all",
      changed(stream, { response: undefined }),
      { ...none, outcome: "aborted", usage_quality: "missing", rated: "null unpriced usage_missing" },
    ],
    [
      "overloaded",
      overloaded,
      { outcome: "error", error_type: "overloaded_error", error_code: "529", rated: "0 rated not_billed" },
    ],
    [
      "too large, said by the network in front",
      changed(overloaded, { "response.status": 413, "response.body": "<html>413</html>" }),
      { outcome: "error", error_type: "request_too_large", error_code: "413", rated: "0 rated not_billed" },
    ],
    [
      "an error of Google's",
      changed(overloaded, {
        "response.status": 429,
        "response.body": { error: { code: 429, status: "RESOURCE_EXHAUSTED" } },
      }),
      { outcome: "error", error_type: "RESOURCE_EXHAUSTED", error_code: "429" },
    ],
    ["left by the client", changed(overloaded, { "response.status": 499 }), { ...none, outcome: "aborted" }],
    [
      "a bare error body",
      { type: "error", error: { type: "api_error" }, request_id: "req_1" },
      { outcome: "error", error_type: "api_error" },
    ],
    [
      "a message as of its start",
      changed(fixture("anthropic-message"), { stop_reason: null }),
      { ...none, outcome: "aborted", usage_quality: "provisional" },
    ],
    ["a batch's line at half the price", batch, { ...none, outcome: "success", rated: "0.00114 rated" }],
    [
      "a batch's line that failed",
      line({ type: "errored", error: { type: "error", error: { type: "invalid_request_error" } } }),
      { outcome: "error", error_type: "invalid_request_error", rated: "0 rated not_billed" },
    ],
    [
      "a batch's line that expired",
      line({ type: "expired" }),
      { outcome: "error", error_type: "expired", rated: "0 rated not_billed" },
    ],
    [
      "a batch's line that was canceled",
      line({ type: "canceled" }),
      { outcome: "error", error_type: "canceled", usage_quality: "final", rated: "0 rated not_billed" },
    ],
  ])("%s", (_what, record, expected) => {
    expect(ended(record)).toMatchObject(expected);
  });

  test("a floor for a broken stream, only where the source asks for it", () => {
    const { usage_quality, rated } = ended(broken, { stream_floor: true });
    // 46 bytes are 11 tokens: 25 x 5 + 800 x 0.5 + 11 x 25 per million.
    expect({ usage_quality, rated }).toEqual({
      usage_quality: "estimated",
      rated: "0.0008 estimated usage_estimated",
    });
  });
});

describe("a refusal before any output", () => {
  const refused = (details: Json | null, output = 0) =>
    changed(fixture("anthropic-message"), {
      stop_reason: "refusal",
      stop_details: details,
      usage: { input_tokens: 106, output_tokens: output },
    });
  test.each<[string, Json, string]>([
    ["in a category that is not billed", refused({ category: "cyber" }), "0 rated"],
    ["in one that is", refused({ category: "bio" }), "0.00053 rated"],
    ["without a category counts as billed", refused(null), "0.00053 rated"],
    ["after output it is billed", refused({ category: "cyber" }, 4), "0.00063 rated"],
  ])("%s", (_what, record, rated) => {
    expect(ended(record).rated).toBe(rated);
  });
});

describe("identity", () => {
  const idOf = (record: Json, offset = 41n) => {
    const { eventId, identityQuality } = eventOf(record, contextOf({ gateway: "anthropic" }, {}, { offset }));
    return `${identityQuality} ${eventId}`;
  };
  test("is the provider's request id, so another attempt is another call and a repeat is none", () => {
    expect(idOf(stream)).toMatch(/^vendor /);
    expect(idOf(stream, 99n)).toBe(idOf(stream));
    expect(idOf(changed(stream, { id: "cap-9", "request.started_at": "2026-11-19T10:00:09Z" }))).toBe(
      idOf(stream),
    );
    expect(idOf(changed(stream, { "response.headers.request-id": "req_2" }))).not.toBe(idOf(stream));
  });
  test("else the message's, else the batch's line, else the capturer's id with the start", () => {
    const bare = changed(stream, { "response.headers": {} });
    expect(idOf(bare)).toMatch(/^vendor /);
    expect(idOf(bare, 99n)).toBe(idOf(bare));
    expect(idOf(batch)).toBe(idOf(changed(batch, { batch: undefined }), 99n));
    const failed = line({ type: "expired" });
    expect(idOf(failed)).toMatch(/^vendor /);
    expect(idOf({ ...failed, custom_id: "sku-2" })).not.toBe(idOf(failed));
    expect(idOf(changed(failed, { batch: undefined }))).toMatch(/^position /);
    const unanswered = changed(bare, { response: undefined });
    expect(idOf(unanswered)).toMatch(/^vendor /);
    expect(idOf(changed(unanswered, { "request.started_at": "2026-11-19T10:00:09Z" }))).not.toBe(
      idOf(unanswered),
    );
  });
});
