import { describe, expect, test } from "vitest";
import { GATEWAYS, type Gateway, recordOf, taken } from "#test/gateways/bad-input/taken.ts";
import type { Json } from "#test/gateways/support.ts";

const COST: Readonly<Record<Gateway, string>> = {
  canonical: "data.gateway_cost",
  litellm: "response_cost",
  kong: "ai.proxy.usage.cost",
};

describe("cost of the gateway's own", () => {
  type Expected = string | null;
  /** JSON of the amount; what the contract makes of it as text; what LiteLLM's and Kong's figure becomes. */
  test.each<[string, string, Expected, Expected]>([
    ["negative", "-0.01", "bad_number", "bad_number"],
    ["-0", "-0", "-0", null],
    ["zero", "0", "0", null],
    ["1e-12", "1e-12", "bad_number", "0.000000000001"],
    ["1e-12 in plain digits", "0.000000000001", "0.000000000001", "0.000000000001"],
    ["1e12", "1e12", "bad_number", "1000000000000"],
    ["1e12 in plain digits", "1000000000000", "1000000000000", "1000000000000"],
    ["more than fits", "1e27", "bad_number", "bad_number"],
    ["more than 9 decimals", "0.1234567891", "0.1234567891", "0.1234567891"],
    ["more than 12 decimals", "0.1234567891234", "bad_number", "0.123456789123"],
  ])("%s", (_entry, amount, canonical, others) => {
    const due = (expected: Expected) =>
      expected === "bad_number"
        ? { is: expected }
        : { is: "accepted", gateway_cost: expected, cost_usd: "0.0075" };
    const stated = taken(
      "canonical",
      recordOf("canonical", { [COST.canonical]: { amount, currency: "USD" } }),
    );
    expect(stated).toMatchObject(due(canonical));
    for (const gateway of ["litellm", "kong"] as const)
      for (const json of [amount, `"${amount}"`])
        expect([gateway, json, taken(gateway, recordOf(gateway, {}, { [COST[gateway]]: json }))]).toEqual([
          gateway,
          json,
          expect.objectContaining(due(others)),
        ]);
  });

  test.each(['"free"', '"NaN"', '"Infinity"', '"$1"', '"1,5"', '""', "true", "[1]", '{"usd":1}'])(
    "string, NaN: %s is no amount",
    (json) => {
      for (const gateway of ["litellm", "kong"] as const)
        expect([gateway, taken(gateway, recordOf(gateway, {}, { [COST[gateway]]: json })).is]).toEqual([
          gateway,
          "bad_number",
        ]);
      const inside = recordOf(
        "canonical",
        { [COST.canonical]: { amount: "", currency: "USD" } },
        { "data.gateway_cost.amount": json },
      );
      expect(taken("canonical", inside).is).toBe("bad_number");
    },
  );

  test("NaN as a literal is no JSON", () => {
    for (const gateway of GATEWAYS)
      for (const literal of ["NaN", "Infinity", "-Infinity"])
        expect(taken(gateway, recordOf(gateway, {}, { [COST[gateway]]: literal })).is).toBe("not_json");
  });
});

describe("a cost in the rating", () => {
  const allowed = { source: { allow_gateway_cost: true } };
  const nobody = (changes: Json) => recordOf("canonical", { "data.model": "acme/unheard-of", ...changes });

  test("other currency: kept beside ours, never added up as USD, never in its place", () => {
    const euros = { [COST.canonical]: { amount: "1.5", currency: "EUR" } };
    expect(taken("canonical", recordOf("canonical", euros), allowed)).toMatchObject({
      cost_usd: "0.0075",
      cost_status: "rated",
      gateway_cost: "1.5",
      gateway_currency: "EUR",
    });
    expect(taken("canonical", nobody(euros), allowed)).toMatchObject({
      cost_usd: null,
      cost_status: "unpriced",
      gateway_currency: "EUR",
    });
    for (const currency of ["eur", "€", "", "EURO", 978, null])
      expect(
        taken("canonical", recordOf("canonical", { [COST.canonical]: { amount: "1", currency } })).is,
      ).toBe("bad_currency");
  });

  test("price missing for model: no number, unless the source lets the gateway's stand", () => {
    const unheard: Readonly<Record<Gateway, Json>> = {
      canonical: {
        "data.model": "acme/unheard-of",
        "data.gateway_cost": { amount: "0.0075", currency: "USD" },
      },
      litellm: { model: "acme/unheard-of" },
      kong: { "ai.proxy.meta.response_model": "acme/unheard-of" },
    };
    for (const gateway of GATEWAYS) {
      const record = recordOf(gateway, unheard[gateway]);
      const note = "unmapped_model";
      expect(taken(gateway, record)).toMatchObject({
        cost_usd: null,
        cost_status: "unpriced",
        cost_note: note,
      });
      expect(taken(gateway, record, allowed)).toMatchObject({
        cost_usd: "0.0075",
        cost_status: "gateway",
        cost_note: note,
      });
    }
  });

  test("price missing for time: a call before the model's first price has none", () => {
    const early = "2026-06-01T10:00:00.000Z";
    const changes: Readonly<Record<Gateway, Json>> = {
      canonical: { time: early, "data.started_at": early },
      litellm: { startTime: early },
      kong: { started_at: Date.parse(early) },
    };
    for (const gateway of GATEWAYS)
      expect(taken(gateway, recordOf(gateway, changes[gateway]))).toMatchObject({
        is: "accepted",
        cost_usd: null,
        cost_status: "unpriced",
        cost_note: "no_price",
      });
  });

  test("zero tokens with cost: the usage is missing, and the call is not free", () => {
    const zero: Readonly<Record<Gateway, Json>> = {
      canonical: {
        "data.meters": { input_tokens: 0, output_tokens: 0 },
        "data.gateway_cost": { amount: "0.25", currency: "USD" },
      },
      litellm: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0, response_cost: 0.25 },
      kong: { "ai.proxy.usage": { prompt_tokens: 0, completion_tokens: 0, cost: 0.25 } },
    };
    for (const gateway of GATEWAYS) {
      const record = recordOf(gateway, zero[gateway]);
      const note = "usage_missing";
      expect(taken(gateway, record)).toMatchObject({
        cost_usd: null,
        cost_status: "unpriced",
        cost_note: note,
      });
      expect(taken(gateway, record, allowed)).toMatchObject({ cost_usd: "0.25", cost_status: "gateway" });
    }
  });
});

describe("latency negative", () => {
  test("of the contract is refused; a gateway's is dropped, because nothing is paid by it", () => {
    expect(taken("canonical", recordOf("canonical", { "data.gateway_overhead_us": -1 })).is).toBe(
      "bad_number",
    );
    const litellm = recordOf("litellm", { "hidden_params.litellm_overhead_time_ms": -1 });
    const kong = recordOf("kong", { "latencies.kong": -1, "latencies.request": -1 });
    const none = { is: "accepted", gateway_overhead_us: null, cost_usd: "0.0075" };
    expect(taken("litellm", litellm)).toMatchObject(none);
    expect(taken("kong", kong)).toMatchObject({ ...none, ended_at: null });
  });
});
