import { formatMoney, type Money } from "#core/money.ts";
import { CHARGE_KINDS } from "#core/settings/charge.ts";
import { PriceSetting } from "#core/settings/price.ts";
import { settlementEpoch } from "#core/settlement-epoch.ts";
import type { Row } from "#runtime/clickhouse/write-rows.ts";
import type { TestApi } from "#test/query-api/api-kit.ts";
import { type EventFields, eventIdOf, eventRow } from "#test/support/event-row.ts";

/** A price row with rates that floats cannot multiply exactly. */
export const PRICE = PriceSetting.parse({
  id: "focus-test:claude-opus-4-1",
  platform: "anthropic-api",
  model: "claude-opus-4-1",
  effective_from: "2000-01-01T00:00:00.000Z",
  usd_per_mtok: {
    input_tokens: "3.333333",
    cache_read_tokens: "0.1",
    cache_write_5m_tokens: "6.25",
    output_tokens: "25",
  },
  usd_per_request: { web_search_requests: "0.01" },
  sources: ["a test"],
});

/** In 1e-12 USD for one. */
const RATES = {
  input_tokens: 3_333_333n,
  cache_read_tokens: 100_000n,
  cache_write_tokens: 6_250_000n,
  output_tokens: 25_000_000n,
  web_search_requests: 10_000_000_000n,
} as const;

export async function putPrice(api: TestApi): Promise<void> {
  await put(api, "price", PRICE);
}

/** A charge of each kind, of both signs, one divided among three and corrected a month later. */
export async function putCharges(api: TestApi, year: number): Promise<void> {
  const parts = ["search", '=ads,"x"', "東京"].map((name) => ({ name }));
  await put(api, "split_rule", { id: "thirds", method: "even", by: "team", parts });
  const month = (at: number) => new Date(Date.UTC(year, at, 1)).toISOString();
  const charge = (id: string, kind: string, amount: string, more: object = {}) =>
    put(api, "charge", {
      ...{ id, kind, vendor: "anthropic", description: `A ${kind}`, from: month(0), to: month(1), amount },
      ...{ team: "search", ...more },
    });
  const split = { team: null, split: "thirds" };
  for (const kind of CHARGE_KINDS)
    await charge(`inv:${kind}`, kind, kind === "credit" ? "-12.5" : "100", split);
  await charge("inv:less", "seat", "-10.01", { from: month(1), to: month(2), corrects: "inv:seat" });
  await charge("inv:tax-back", "tax", "-3", { from: month(1), to: month(2), corrects: "inv:tax" });
  await charge("inv:nobody", "other", "-0.000000000001", { team: null });
}

async function put(
  api: TestApi,
  kind: string,
  value: Record<string, unknown> & { id: string },
): Promise<void> {
  const { statusCode, body } = await api.app.inject({
    method: "PUT",
    url: `/v1/settings/${kind}/${value.id}`,
    headers: { authorization: `Bearer ${await api.key({ role: "admin" })}` },
    payload: { expected_version: 0, reason: "test", value },
  });
  if (statusCode !== 200) throw new Error(body);
}

export function ratedCall(tag: string, at: string, seed: number, fields: Partial<EventFields> = {}) {
  const used = {
    input_tokens: seed * 7_919,
    cache_read_tokens: seed * 104_729,
    cache_write_tokens: seed % 3 === 0 ? null : seed,
    output_tokens: seed * 13 + 1,
    web_search_requests: seed % 2,
  };
  const cost = Object.entries(RATES).reduce(
    (sum, [meter, rate]) => sum + rate * BigInt(used[meter as keyof typeof RATES] ?? 0),
    0n,
  );
  const row = {
    event_id: eventIdOf(tag),
    at,
    team: "search",
    model: "claude-opus-4-1-20250805",
    model_canonical: "claude-opus-4-1",
    ...used,
    price_id: PRICE.id,
    cost_usd: formatMoney(cost as Money),
    cost_status: "rated",
    ...fields,
  } as const;
  return { row, cost };
}

/** Calls of two months, with hard texts, and what was corrected in the same month and in a later one. */
export function focusRows(year: number): { rows: Row[]; cost: bigint; moved: bigint } {
  const rows: Row[] = [];
  let cost = 0n;
  for (let at = 0; at < 300; at++) {
    const time = new Date(Date.UTC(year, 0, 1) + at * 17_000_000).toISOString();
    const call = ratedCall(`focus-${year}-${at}`, time, at, {
      team: ["search", '=ads,"x"', "東京"][at % 3] ?? "",
    });
    rows.push(eventRow(call.row));
    cost += call.cost;
  }
  const first = ratedCall(`focus-${year}-first`, `${year}-01-10T10:00:00.000Z`, 1_000);
  // A tenth off, as rated: the book's list price is another.
  const discounted = ratedCall(`focus-${year}-discount`, `${year}-02-03T00:00:00.000Z`, 1_000);
  rows.push(
    eventRow({
      ...discounted.row,
      team: "discount",
      cost_usd: formatMoney(((discounted.cost * 9n) / 10n) as Money),
    }),
  );
  cost += (discounted.cost * 9n) / 10n;
  const gateway = { cost_status: "gateway", cost_usd: "1.25", price_id: "" };
  rows.push(eventRow(first.row));
  for (const [month, epoch, from, to] of [
    ["01", 1, "search", "ads"],
    ["03", 2, "ads", "maps"],
  ] as const) {
    const append = { epoch, append_time: `${year}-${month}-20T00:00:00.000Z` };
    rows.push(
      eventRow({ ...first.row, ...append, sign: -1, team: from }),
      eventRow({ ...first.row, ...append, team: to }),
    );
  }
  rows.push(
    eventRow(ratedCall(`focus-${year}-gateway`, `${year}-02-02T00:00:00.000Z`, 5, gateway).row),
    eventRow(
      ratedCall(`focus-${year}-unpriced`, `${year}-02-02T00:00:00.000Z`, 5, {
        cost_status: "unpriced",
        cost_usd: null,
        price_id: "",
      }).row,
    ),
  );
  // Posted again under another team in a later month, found and reversed at once: neither month has more or less for it.
  const twice = ratedCall(`focus-${year}-twice`, `${year}-02-20T00:00:00.000Z`, 40);
  const again = {
    ...twice.row,
    gateway_team: "other",
    team: "twice",
    append_time: `${year}-06-02T00:00:00.000Z`,
  };
  rows.push(
    eventRow(twice.row),
    eventRow(again),
    eventRow({ ...again, epoch: settlementEpoch(0, 1), sign: -1 }),
  );
  cost += twice.cost;
  return { rows, cost: cost + first.cost + 1_250_000_000_000n, moved: first.cost };
}
