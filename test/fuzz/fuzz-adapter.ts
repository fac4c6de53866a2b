import { createAttribution } from "#core/attribution.ts";
import type { AdaptedEvent } from "#core/event.ts";
import { AuditData, RequestData, ResponseData } from "#core/event-data.ts";
import { createPriceBook } from "#core/price-book.ts";
import { REJECT_REASONS } from "#core/reject-reason.ts";
import { SourceSetting } from "#core/settings/source.ts";
import { NO_SETTINGS } from "#core/settings/state.ts";
import { userRef } from "#core/user-ref.ts";
import { ADAPTERS } from "#gateways/registry.ts";
import type { Element } from "#ingest/element.ts";
import { eventRows } from "#ingest/event-row.ts";
import { readElements } from "#ingest/read-elements.ts";
import { sourcesOf } from "#ingest/source-of.ts";
import { seeded } from "#test/core/seeded.ts";
import { mutated } from "#test/fuzz/mutate.ts";
import { APPEND_TIME_MS, FIXTURES, fixture, gatewayOf } from "#test/gateways/support.ts";
import { shippedPrices } from "#test/support/shipped-prices.ts";

export interface FuzzResult {
  readonly cases: number;
  readonly accepted: number;
  /** How many ended in each reason. */
  readonly rejected: Readonly<Record<string, number>>;
}

const SALT = Buffer.from("a salt for fuzzing only");
const KINDS = { request: RequestData, response: ResponseData, audit: AuditData, part: ResponseData } as const;

/**
 * Mutated fixtures of one gateway, through everything that the ingester does with a record: taking apart, redacting,
 * adapting, rating. Each ends in events of the contract or in a reject with a reason.
 * @throws Error with the seed, the number of the case and the record, when one does not
 */
export function fuzzAdapter(gateway: string, cases: number, seed: number): FuzzResult {
  const fixtures = FIXTURES.filter((name) => gatewayOf(name) === gateway).map(fixture);
  if (fixtures.length === 0) throw new Error(`${gateway} has no fixtures`);
  const random = seeded(seed);
  const ingest = ingestOf(gateway);
  let accepted = 0;
  const rejected: Record<string, number> = {};
  for (let at = 0; at < cases; at += 1) {
    const text = JSON.stringify(mutated(random.pick(fixtures), random)) ?? "null";
    const bytes = Buffer.from(random.below(20) === 0 ? broken(text, random) : text);
    try {
      for (const { outcome } of ingest(bytes)) {
        if (outcome.kind === "accepted") accepted += 1;
        else rejected[outcome.reason] = (rejected[outcome.reason] ?? 0) + 1;
      }
    } catch (error) {
      const record = bytes.toString().slice(0, 4_000);
      throw new Error(`${gateway}, seed ${seed}, case ${at}: ${record}`, { cause: error });
    }
  }
  return { cases, accepted, rejected };
}

function ingestOf(gateway: string): (value: Buffer) => readonly Element[] {
  const source = SourceSetting.parse({ name: gateway, gateway, stream_floor: true });
  const state = { ...NO_SETTINGS, sources: new Map([[gateway, { version: 1, offset: 0n, value: source }]]) };
  const person = (name: string) => userRef(SALT, name);
  const deps = { sources: sourcesOf(state, "records"), adapters: ADAPTERS, person };
  const context = { book: BOOK, attribute: createAttribution([]), settingsOffset: 0n, userRef: person };
  const headers = new Map([["spendtrail-source", gateway]]);
  const place = {
    topic: "records",
    partition: 0,
    offset: 7n,
    appendTimeMs: APPEND_TIME_MS,
    key: null,
    headers,
  };
  return (value) => {
    const elements = readElements({ ...place, value }, deps);
    if (elements.length === 0) throw new Error("a record has an outcome, and this has none");
    for (const element of elements) {
      const { outcome } = element;
      if (outcome.kind === "rejected") expectReason(outcome.reason);
      else for (const event of outcome.events) expectRows(event, element, source, context);
    }
    return elements;
  };
}

const BOOK = createPriceBook(shippedPrices());

function expectReason(reason: string): void {
  if (!REJECT_REASONS.some((known) => known === reason)) throw new Error(`${reason} is no reason`);
}

function expectRows(
  event: AdaptedEvent,
  element: Element,
  ...rest: [SourceSetting, Parameters<typeof eventRows>[3]]
): void {
  KINDS[event.kind].parse(event.data);
  if (!/^[0-9a-f]{32}$/.test(event.eventId)) throw new Error(`${event.eventId} is no identity`);
  if (eventRows(event, element, ...rest).length === 0)
    throw new Error("an event has a row, and this has none");
}

/** Cut off, a byte flipped, or two documents. */
function broken(text: string, random: ReturnType<typeof seeded>): Buffer {
  const bytes = Buffer.from(text);
  switch (random.below(3)) {
    case 0:
      return bytes.subarray(0, random.below(bytes.length));
    case 1:
      bytes[random.below(bytes.length)] = random.below(256);
      return bytes;
    default:
      return Buffer.concat([bytes, bytes]);
  }
}
