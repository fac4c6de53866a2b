import { createAttribution } from "#core/attribution.ts";
import { createPriceBook } from "#core/price-book.ts";
import { SourceSetting } from "#core/settings/source.ts";
import { ADAPTERS } from "#gateways/registry.ts";
import { buildBatch } from "#ingest/build-batch.ts";
import type { LogRecord } from "#runtime/kafka/types.ts";
import { changed, fixture, type Json } from "#test/gateways/support.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { litellmRecord } from "#test/support/litellm-record.ts";
import { shippedPrices } from "#test/support/shipped-prices.ts";

export type Gateway = "canonical" | "litellm" | "kong";
export const GATEWAYS: readonly Gateway[] = ["canonical", "litellm", "kong"];
/** What became of a record: `accepted` or the reason of its rejection, and the row of its event. */
export type Taken = Json & { readonly is: string };

export const APPENDED_MS = Date.parse("2026-11-23T12:00:00.000Z");
const book = createPriceBook(shippedPrices());
/** 1,000 tokens in and 100 out of Claude Opus 5, through each gateway, where nothing is wrong. */
const RECORDS: Readonly<Record<Gateway, Json>> = {
  canonical: JSON.parse(canonicalEvent("call-1")),
  litellm: litellmRecord(),
  kong: changed(fixture("kong-claude-code"), {
    "ai.proxy.usage": { prompt_tokens: 1000, completion_tokens: 100, cost: 0.0075 },
  }),
};

/** A record of a gateway as JSON text, with members changed; `json` texts stand in it as they are, quotes and all. */
export function recordOf(gateway: Gateway, changes: Json = {}, json: Readonly<Record<string, string>> = {}) {
  const marks = Object.entries(json).map(([path, text], at) => ({ path, text, mark: `@@${at}@@` }));
  const all = { ...changes, ...Object.fromEntries(marks.map(({ path, mark }) => [path, mark])) };
  let record = JSON.stringify(changed(RECORDS[gateway], all));
  for (const { mark, text } of marks) record = record.replace(`"${mark}"`, () => text);
  return record;
}

/** A record through everything that the ingester does with it between the topic and the tables. */
export function taken(
  gateway: Gateway,
  record: string,
  more: { readonly source?: Partial<SourceSetting>; readonly at?: Partial<LogRecord> } = {},
): Taken {
  const source = SourceSetting.parse({ name: `${gateway}-eu`, gateway, ...more.source });
  const { elements, eventRows, recordRows } = buildBatch([inTopic(source, record, more.at)], {
    sources: {
      recordsTopic: "spendtrail.records",
      byName: new Map([[source.name, source]]),
      byTopic: new Map(),
    },
    adapters: ADAPTERS,
    person: () => "u_00000000000000000000000000000000",
    userRef: () => "u_00000000000000000000000000000000",
    book,
    attribute: createAttribution([]),
    settingsOffset: 7n,
  });
  const [element, ...others] = elements;
  if (element === undefined || others.length > 0 || recordRows.length !== 1)
    throw new Error("one record was given");
  if (element.outcome.kind === "rejected") {
    if (eventRows.length > 0 || element.outcome.detail === "")
      throw new Error("a reject has a detail and no event");
    return { is: element.outcome.reason };
  }
  if (eventRows.length !== 1) throw new Error(`one event was due, not ${eventRows.length}`);
  return { ...eventRows[0], is: "accepted" };
}

function inTopic(source: SourceSetting, record: string, at: Partial<LogRecord> = {}): LogRecord {
  return {
    topic: "spendtrail.records",
    partition: 0,
    offset: 1n,
    appendTimeMs: APPENDED_MS,
    key: null,
    value: Buffer.from(record),
    headers: new Map([
      ["spendtrail-source", source.name],
      ["spendtrail-gateway", source.gateway],
    ]),
    ...at,
  };
}
