import type { DemoRecord } from "#cli/demo/generate.ts";
import type { TrafficLedger } from "#cli/demo/ledger.ts";
import type { Position } from "#core/adapter.ts";
import type { ResponseData } from "#core/event-data.ts";
import { readElement } from "#core/json/read-record.ts";
import { TOKEN_METERS } from "#core/meters.ts";
import { canonicalModel } from "#core/model-name.ts";
import type { PriceBook } from "#core/price-book.ts";
import { rate } from "#core/rating.ts";
import type { SourceSetting } from "#core/settings/source.ts";
import { APPEND_TIME_MS, adapterOf } from "#test/gateways/support.ts";

/** The name that a model of the demo goes by once it is rated. */
export const KNOWN_AS = (name: string): string => canonicalModel(name).model ?? name;

/** Counts records as the pipeline does, through the real adapters and the real price book. */
export function createTally(book: PriceBook, sources: readonly SourceSetting[]) {
  const byGateway = new Map(sources.map((source) => [source.gateway, source]));
  const events = new Map<string, { data: ResponseData; source: SourceSetting }>();
  const reasons = new Set<string>();
  const counts = { sent: 0, accepted: 0, rejected: 0 };
  const add = ({ door, body }: DemoRecord) => {
    const source = byGateway.get(door);
    if (source === undefined) throw new Error(`no demo source for ${door}`);
    const outcome = adaptBody(body, source, counts.sent++);
    if (!outcome.ok) {
      counts.rejected += 1;
      reasons.add(outcome.reason);
      return;
    }
    counts.accepted += 1;
    for (const event of outcome.value)
      if (event.kind === "response") events.set(event.eventId, { data: event.data, source });
  };
  const result = () => {
    const calls = [...events.values()];
    return {
      ledger: { ...counts, ...sumsOf(calls, book) },
      reasons,
      ...traitsOf(calls.map(({ data }) => data)),
    };
  };
  return { add, result };
}

function adaptBody(body: string, source: SourceSetting, number: number) {
  const read = readElement(Buffer.from(body));
  if (!read.ok) return read;
  const position: Position = {
    topic: "demo",
    partition: 0,
    offset: BigInt(number),
    appendTimeMs: APPEND_TIME_MS,
    element: 0,
  };
  return adapterOf(source.gateway).adapt(read.value.value, { source, position, headers: new Map() });
}

function sumsOf(
  calls: readonly { data: ResponseData; source: SourceSetting }[],
  book: PriceBook,
): Omit<TrafficLedger, "sent" | "accepted" | "rejected"> {
  const [costByTeam, costByModel] = [new Map<string, bigint>(), new Map<string, bigint>()];
  const statuses = { rated: 0, gateway: 0, estimated: 0, unpriced: 0 };
  let costUsd = 0n;
  for (const { data, source } of calls) {
    const rating = rate(book, { data, eventTimeMs: Date.parse(data.started_at), source });
    statuses[rating.status] += 1;
    const cost = rating.status === "rated" || rating.status === "estimated" ? (rating.cost ?? 0n) : 0n;
    costUsd += cost;
    addTo(costByTeam, data.team ?? "", cost);
    if (rating.priceId !== null) addTo(costByModel, rating.modelCanonical ?? "", cost);
  }
  return {
    distinctEvents: calls.length,
    unpricedCalls: statuses.unpriced,
    gatewayPricedCalls: statuses.gateway,
    sessions: new Set(calls.map(({ data }) => data.session_id)).size,
    teams: costByTeam.size,
    costUsd,
    costByTeam,
    costByModel,
  };
}

function traitsOf(calls: readonly ResponseData[]) {
  const byCallId = new Map<string, number>();
  for (const { call_id } of calls) byCallId.set(call_id ?? "", (byCallId.get(call_id ?? "") ?? 0) + 1);
  const times = calls.map(({ started_at }) => Date.parse(started_at));
  const ends = calls.map(({ ended_at, started_at }) => Date.parse(ended_at ?? started_at));
  return {
    outcomes: new Set(calls.map(({ outcome }) => outcome)),
    attemptsOfOneCall: Math.max(...byCallId.values()),
    agents: new Set(calls.map(({ agent }) => agent)).size,
    usedMeters: new Set(calls.flatMap(({ meters }) => TOKEN_METERS.filter((meter) => meters[meter]))),
    firstMs: Math.min(...times),
    lastMs: Math.max(...ends),
    days: new Set(calls.map(({ started_at }) => started_at.slice(0, 10))),
  };
}

function addTo(sums: Map<string, bigint>, name: string, amount: bigint): void {
  sums.set(name, (sums.get(name) ?? 0n) + amount);
}
