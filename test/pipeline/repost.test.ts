import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { litellmRecord } from "#test/support/litellm-record.ts";
import { type Product, startProduct } from "#test/support/product.ts";
import { type Costs, costOf, untilCounted } from "#test/support/product-costs.ts";

let product: Product;
let ingestKey: string;
let reader: string;
beforeAll(async () => {
  product = await startProduct();
  [ingestKey, reader] = await Promise.all([
    product.key("--role", "ingest", "--source", "litellm"),
    product.key("--role", "finance"),
  ]);
});
afterAll(() => product.stop());

async function postAll(records: readonly object[]): Promise<void> {
  const response = await product.post("/v1/gateways/litellm", ingestKey, JSON.stringify(records));
  expect(response.status).toBe(202);
}

describe("a batch that is posted again", () => {
  test("counts once, with a settings change, a month edge and a wrong clock between the posts", async () => {
    const nowS = Date.now() / 1000;
    const records = [
      litellmRecord({ litellm_call_id: "repost-plain" }),
      // The last millisecond of a month.
      litellmRecord({
        litellm_call_id: "repost-edge",
        startTime: Date.UTC(2026, 9, 31, 23, 59, 59, 999) / 1000,
      }),
      // A gateway whose clock is hours ahead, and one that states no time at all: arrival is all there is.
      litellmRecord({ litellm_call_id: "repost-ahead", startTime: nowS + 7200, endTime: nowS + 7203 }),
      litellmRecord({
        litellm_call_id: "repost-timeless",
        startTime: null,
        endTime: null,
        completionStartTime: null,
      }),
    ];
    await postAll(records);
    await untilCounted(product, reader, { calls: 4 });
    const [price] = await product.cli<{ id: string; usd_per_mtok: Record<string, string> }[]>(
      "prices",
      "list",
      "--model",
      "claude-opus-5",
    );
    expect(price).toBeDefined();
    const changed = await product.cli<{ changes: unknown[] }>(
      "sources",
      "import",
      "test/pipeline/sources-changed.json",
      "--apply",
    );
    expect(changed.changes).toHaveLength(1);
    await postAll(records);
    await postAll(records);
    const costs = await untilCounted(product, reader, { records: 12, calls: 4 });
    expect(costs.totals.calls).toBe(4);
    expect(costOf(costs)).toBe("0.03");
  });

  test("five attempts that share one call id are five calls", async () => {
    const attempt = (at: number, changes: object = {}) =>
      litellmRecord({
        litellm_call_id: "shared-call",
        id: "shared-call",
        status: "failure",
        prompt_tokens: 0,
        completion_tokens: 0,
        total_tokens: 0,
        response_cost: 0,
        startTime: 1795430000 + at,
        endTime: 1795430001 + at,
        error_information: { error_code: "429", error_class: "RateLimitError" },
        session_id: "session-of-retries",
        ...changes,
      });
    const success = litellmRecord({
      litellm_call_id: "shared-call",
      id: "msg_final",
      startTime: 1795430004,
      endTime: 1795430009,
      session_id: "session-of-retries",
    });
    await postAll([attempt(0), attempt(1), attempt(2), attempt(3), success]);
    const path = "/v1/costs?from=2026-01-01&to=2027-01-01&session=session-of-retries&group_by=status";
    await expect
      .poll(async () => (await product.get<Costs>(path, reader)).body.totals.calls, { timeout: 20_000 })
      .toBe(5);
    const { body } = await product.get<Costs>(path, reader);
    expect(costOf(body)).toBe("0.0075");
    expect(body.rows.map((row) => [row["status"], row.calls]).sort()).toEqual([
      ["error", 4],
      ["success", 1],
    ]);
  });
});
