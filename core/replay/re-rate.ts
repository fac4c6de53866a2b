import { z } from "zod";
import { listColumn } from "#core/list-cost.ts";
import { formatMoney } from "#core/money.ts";
import type { PriceBook } from "#core/price-book.ts";
import { ratableCall } from "#core/ratable-call.ts";
import { rate } from "#core/rating.ts";
import type { PlainRow } from "#core/replay/plain-row.ts";
import type { SettingsState } from "#core/settings/state.ts";

const Known = z.string().transform((text) => (text === "" ? null : text));
const Count = z.bigint().nullable();

/** A plain row of `events_v1`, narrowed to what decides its cost. */
const RatedRow = z.object({
  kind: z.string(),
  source: z.string(),
  event_time: z.string(),
  model: Known,
  model_requested: Known,
  platform: Known,
  region: Known,
  inference_geo: Known,
  speed: Known,
  service_tier: Known,
  operation: Known,
  outcome: Known,
  usage_quality: Known,
  input_tokens: Count,
  cache_read_tokens: Count,
  cache_write_5m_tokens: Count,
  cache_write_1h_tokens: Count,
  cache_write_tokens: Count,
  output_tokens: Count,
  thinking_tokens: Count,
  web_search_requests: Count,
  other_meters: z.array(z.object({ unit: z.string(), quantity: z.string() })),
  gateway_cost: z.string().nullable(),
  gateway_currency: Known,
});

/** The settings that a run's rows stand by, their book made ready. */
export interface RatingGround {
  readonly settings: Pick<SettingsState, "sources" | "offset">;
  readonly book: PriceBook;
}

/**
 * A row as it stands when its meters are rated by another book: cost, status, note, price row and canonical name, and
 * nothing else of it. The record is not read again, so a mended adapter has no part in this. The same as a replay of the
 * record comes to where only prices, discounts or the source's account changed. Pure.
 *
 * @param parts how many further parts stand of the row's call
 */
export function reRated(row: PlainRow, parts: number, { settings, book }: RatingGround): PlainRow {
  const rating = rate(book, ratableCall(RatedRow.parse(row), parts, settings));
  return {
    ...row,
    cost_usd: rating.cost === null ? null : formatMoney(rating.cost),
    list_usd: listColumn(rating),
    cost_status: rating.status,
    cost_note: rating.note,
    price_id: rating.priceId ?? "",
    model_canonical: rating.modelCanonical ?? "",
    settings_offset: settings.offset,
  };
}
