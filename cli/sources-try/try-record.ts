import type { TriedSource } from "#cli/sources-try/tried-source.ts";
import { type AdaptContext, type Adapted, redactionFor } from "#core/adapter.ts";
import type { AdaptedEvent } from "#core/event.ts";
import { formatMoney } from "#core/money.ts";
import type { PriceBook } from "#core/price-book.ts";
import { rate } from "#core/rating.ts";
import { readRedacted } from "#core/read-redacted.ts";
import { scrubBytes } from "#core/redaction-bytes.ts";
import type { SourceSetting } from "#core/settings/source.ts";
import { ratedAs, storedEvents } from "#core/stored-events.ts";
import { userRef } from "#core/user-ref.ts";

/** What one event of a record would be in the ledger. */
export interface TriedEvent {
  readonly kind: AdaptedEvent["kind"];
  readonly event_id: string;
  readonly identity_quality: AdaptedEvent["identityQuality"];
  readonly data: AdaptedEvent["data"];
  readonly part_of: string | null;
  readonly part_kind: string | null;
  /** By the shipped prices; null where it is no usage or nothing prices it, and `cost_note` says why. */
  readonly cost: { readonly amount: string; readonly currency: "USD" } | null;
  readonly cost_status: string | null;
  readonly cost_note: string;
}

export interface TriedRecord {
  /** From 1, as people count. */
  readonly record: number;
  readonly accepted: boolean;
  readonly events: readonly TriedEvent[];
  readonly reason: string | null;
  readonly detail: string | null;
  /** Whether redaction changes the events: then the adapter reads what is not stored. */
  readonly reads_redacted: boolean;
  /** What would be stored. */
  readonly redacted: string;
}

/** Pseudonyms of a salt that no deployment has. */
const SALT = Buffer.from("spendtrail sources try");
const person = (name: string) => userRef(SALT, name);

/** What a record would become: as the ingester does it, the adapter reads what is stored. */
export function tryRecord(bytes: Buffer, at: number, tried: TriedSource, book: PriceBook): TriedRecord {
  const rules = redactionFor(tried.adapter, tried.source);
  const read = readRedacted(bytes, rules, person);
  const record = at + 1;
  if (!read.ok) {
    const redacted = scrubBytes(bytes, rules, person);
    const { reason, detail } = read;
    return { record, accepted: false, events: [], reason, detail, reads_redacted: false, redacted };
  }
  const { stored: redacted, value } = read.value;
  const context = contextOf(tried, at);
  const adapted = tried.adapter.adapt(value, context);
  const asReceived = tried.adapter.adapt(JSON.parse(bytes.toString("utf8")), context);
  return {
    record,
    accepted: adapted.ok,
    events: adapted.ok ? adapted.value.flatMap((event) => triedEvents(event, tried, book)) : [],
    reason: adapted.ok ? null : adapted.reason,
    detail: adapted.ok ? null : adapted.detail,
    reads_redacted: shown(adapted, (name) => name) !== shown(asReceived, person),
    redacted,
  };
}

/** No record of a file has a place in Kafka; its time is taken for today's where it states none. */
function contextOf({ source }: TriedSource, element: number): AdaptContext {
  const position = { topic: "sources-try", partition: 0, offset: 0n, appendTimeMs: Date.now(), element };
  return { source, position, headers: new Map() };
}

/** People apart, which are stored as pseudonyms, both have to be the same. */
function shown(adapted: Adapted, personOf: (name: string) => string): string {
  if (!adapted.ok) return adapted.reason;
  const ref = (name: string | null) => (name === null ? null : personOf(name));
  return JSON.stringify(
    adapted.value.map(({ data, ...event }) => ({
      ...event,
      data: { ...data, user: ref(data.user), end_user: ref(data.end_user) },
    })),
  );
}

function triedEvents(event: AdaptedEvent, { source }: TriedSource, book: PriceBook): TriedEvent[] {
  const events = storedEvents(event);
  return events.map((stored) => triedEvent(stored, ratedAs(events, source), book));
}

function triedEvent(event: AdaptedEvent, source: SourceSetting, book: PriceBook): TriedEvent {
  const base = {
    kind: event.kind,
    event_id: event.eventId,
    identity_quality: event.identityQuality,
    data: event.data,
    part_of: event.kind === "part" ? event.partOf : null,
    part_kind: event.kind === "part" ? (event.partKind ?? null) : null,
  };
  if (event.kind !== "response" && event.kind !== "part")
    return { ...base, cost: null, cost_status: null, cost_note: "" };
  const { cost, status, note } = rate(book, {
    data: event.data,
    eventTimeMs: Date.parse(event.data.started_at),
    source,
  });
  const amount = cost === null ? null : ({ amount: formatMoney(cost), currency: "USD" } as const);
  return { ...base, cost: amount, cost_status: status, cost_note: note };
}
