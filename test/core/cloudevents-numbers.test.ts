import { describe, expect, test } from "vitest";
import { readCloudEvent } from "#core/cloudevents.ts";
import { responseEvent } from "#test/core/cloudevents-examples.ts";

/** Through JSON text, as it comes in: `1e3` and `12.0` are what JSON.parse makes of them. */
function read(event: unknown, edit: (text: string) => string = (text) => text) {
  return readCloudEvent(JSON.parse(edit(JSON.stringify(event))), new Map(), null);
}
const withTokens = (literal: string) =>
  read(responseEvent({}, { meters: { output_tokens: "@" } }), (text) => text.replace('"@"', literal));
const withAmount = (amount: unknown, currency: unknown = "USD") =>
  read(responseEvent({}, { gateway_cost: { amount, currency } }));

describe("tokens", () => {
  test.each([
    ["0", 0],
    ["12", 12],
    ["12.0", 12],
    ["1e3", 1000],
    ["9007199254740991", Number.MAX_SAFE_INTEGER],
    ["null", null],
  ])("%s is %s", (literal, tokens) => {
    expect(withTokens(literal)).toMatchObject({
      ok: true,
      value: { data: { meters: { output_tokens: tokens } } },
    });
  });

  test("missing is null, never 0", () => {
    expect(read(responseEvent({}, { meters: {} }))).toMatchObject({
      ok: true,
      value: { data: { meters: { output_tokens: null } } },
    });
  });

  test.each([["-1"], ["1.5"], ['"12"'], ["9007199254740992"], ["1e400"], ["true"], ["[1]"], ["{}"]])(
    "%s is bad_number",
    (literal) => {
      expect(withTokens(literal)).toMatchObject({
        ok: false,
        reason: "bad_number",
        detail: expect.stringContaining("data.meters.output_tokens"),
      });
    },
  );

  test("a part larger than its whole contradicts", () => {
    expect(read(responseEvent({}, { meters: { output_tokens: 5, thinking_tokens: 6 } }))).toMatchObject({
      reason: "meters_contradict",
    });
    expect(read(responseEvent({}, { meters: { output_tokens: 5, thinking_tokens: 5 } }))).toMatchObject({
      ok: true,
    });
  });

  test("other meters count in decimal text", () => {
    const other = (quantity: unknown) =>
      read(responseEvent({}, { meters: { other: [{ unit: "image", quantity }] } }));
    expect(other("2")).toMatchObject({ ok: true });
    for (const quantity of [2, "-2", "1e3", "NaN", ""])
      expect(other(quantity)).toMatchObject({ reason: "bad_number" });
  });
});

describe("the gateway's cost", () => {
  test.each([["0"], ["-0"], ["0.000000000001"], ["1000000000000"], ["12.345"]])("%s", (amount) => {
    expect(withAmount(amount)).toMatchObject({ ok: true });
  });

  test.each<[unknown]>([
    ["-0.01"],
    [0.5],
    ["1e-12"],
    ["1e12"],
    ["NaN"],
    [""],
    ["0.0000000000001"],
    ["1,5"],
    [" 1"],
    [null],
  ])("%j is bad_number", (amount) => {
    expect(withAmount(amount)).toMatchObject({ ok: false, reason: "bad_number" });
  });

  test("another currency stands beside ours; what is no currency is refused", () => {
    expect(withAmount("1", "EUR")).toMatchObject({ ok: true });
    for (const currency of ["usd", "$", "", null, "EURO"])
      expect(withAmount("1", currency)).toMatchObject({ reason: "bad_currency" });
  });

  test("zero tokens with a cost are accepted: some models bill by the request", () => {
    expect(
      read(
        responseEvent(
          {},
          { meters: { output_tokens: 0 }, gateway_cost: { amount: "0.01", currency: "USD" } },
        ),
      ),
    ).toMatchObject({ ok: true });
  });
});

describe("other numbers", () => {
  test.each<[string, unknown]>([
    ["gateway_overhead_us", -1],
    ["http_status", 99],
    ["http_status", "200"],
    ["attempt", -1],
    ["attempt", 1.5],
  ])("%s of %s is bad_number", (field, value) => {
    expect(read(responseEvent({}, { [field]: value }))).toMatchObject({ ok: false, reason: "bad_number" });
  });
});
