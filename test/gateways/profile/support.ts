import type { AdaptContext } from "#core/adapter.ts";
import type { AdaptedEvent } from "#core/event.ts";
import type { ResponseData } from "#core/event-data.ts";
import { MappingProfile } from "#core/mapping/profile.ts";
import { formatMoney } from "#core/money.ts";
import { createPriceBook } from "#core/price-book.ts";
import { rate } from "#core/rating.ts";
import type { SourceSetting } from "#core/settings/source.ts";
import { adaptByProfile } from "#gateways/profile/adapt.ts";
import { compiled } from "#gateways/profile/compile.ts";
import { changed, contextOf, eventOf, eventsOf, type Json } from "#test/gateways/support.ts";
import { shippedPrices } from "#test/support/shipped-prices.ts";

/** The profiles that tests write are as people write them: with nothing filled in. */
export type Written = Json;
export type Event = AdaptedEvent & { data: ResponseData };

const book = createPriceBook(shippedPrices());

/** The one event of a record by a profile of a test's own. */
export function byProfile(written: Written, record: unknown, context?: AdaptContext): Event {
  const [event] = allByProfile(written, record, context);
  if (event === undefined) throw new Error("one event was due");
  return event as Event;
}

export function allByProfile(
  written: Written,
  record: unknown,
  context?: AdaptContext,
): readonly AdaptedEvent[] {
  const adapted = adaptedBy(written, record, context);
  if (!adapted.ok) throw new Error(`${adapted.reason}: ${adapted.detail}`);
  return adapted.value;
}

/** Reason and detail of a reject, or `accepted`. */
export function refusal(written: Written, record: unknown, context?: AdaptContext): string {
  const adapted = adaptedBy(written, record, context);
  return adapted.ok ? "accepted" : `${adapted.reason}: ${adapted.detail}`;
}

function adaptedBy(written: Written, record: unknown, context = contextOf({ gateway: "profile" })) {
  const profile = MappingProfile.parse({ name: "acme", ...written });
  return adaptByProfile(compiled(profile), record, context);
}

/** What an event costs by the shipped prices: amount, status, note. */
export function priced(data: ResponseData, source: Partial<SourceSetting> = {}): string {
  const call = {
    data,
    eventTimeMs: Date.parse(data.started_at),
    source: contextOf({ gateway: "profile", ...source }).source,
  };
  const { cost, status, note } = rate(book, call);
  return `${cost === null ? "null" : formatMoney(cost)} ${status} ${note}`.trim();
}

/** By a shipped profile. */
export const shipped = (gateway: string, record: unknown, source: Partial<SourceSetting> = {}) =>
  eventOf(record, contextOf({ gateway, ...source })).data;

export const shippedEvents = (gateway: string, record: unknown) => eventsOf(record, contextOf({ gateway }));

/** As `changed`, for records whose own keys have dots in them. */
export function altered(record: Json, changes: Json): Json {
  const own = Object.entries(changes).filter(([key]) => Object.hasOwn(record, key));
  const deep = Object.entries(changes).filter(([key]) => !Object.hasOwn(record, key));
  return { ...changed(record, Object.fromEntries(deep)), ...Object.fromEntries(own) };
}
