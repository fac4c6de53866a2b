import type { TriedEvent, TriedRecord } from "#cli/sources-try/try-record.ts";
import { type Column, tableLines } from "#cli/table.ts";
import type { Meters } from "#core/meters.ts";

interface Line {
  readonly record: TriedRecord;
  /** null in the line of a reject. */
  readonly event: TriedEvent | null;
}

const COLUMNS: readonly Column<Line>[] = [
  { title: "#", text: ({ record }) => String(record.record), align: "right" },
  { title: "becomes", text: becomes },
  { title: "call", text: data("call_id") },
  { title: "session", text: data("session_id") },
  { title: "team", text: teamOf },
  { title: "model", text: ({ event }) => textOf(event?.data.model ?? event?.data.model_requested) },
  {
    title: "meters",
    text: ({ event }) => (event === null || !("meters" in event.data) ? "-" : metersOf(event.data.meters)),
  },
  { title: "gateway's cost", text: gatewayCost, align: "right" },
  { title: "cost", text: ourCost, align: "right" },
  { title: "event id", text: ({ event }) => textOf(event?.event_id.slice(0, 12)) },
];

/** A table of what the records would become, and below it what is to be said of each. */
export function triedLines(records: readonly TriedRecord[], showsRedacted: boolean): string[] {
  const lines = records.flatMap<Line>((record) =>
    record.events.length === 0
      ? [{ record, event: null }]
      : record.events.map((event) => ({ record, event })),
  );
  const rejected = records.filter(({ accepted }) => !accepted).length;
  return [
    ...tableLines(COLUMNS, lines),
    "",
    ...records.flatMap(remarks),
    ...(showsRedacted
      ? records.flatMap(({ record, redacted }) => [`stored of record ${record}:`, redacted])
      : []),
    `${records.length} ${records.length === 1 ? "record" : "records"}: ${records.length - rejected} understood, ${rejected} rejected.`,
  ];
}

function remarks(record: TriedRecord): string[] {
  const about = (text: string) => `record ${record.record}: ${text}`;
  const { accepted, reason, detail, events } = record;
  return [
    ...(accepted ? [] : [about(`${reason}: ${detail}`)]),
    ...(record.reads_redacted
      ? [about("redaction cuts what the adapter reads, so the stored record gives other figures")]
      : []),
    ...events
      .filter(({ identity_quality }) => identity_quality === "position")
      .map(() => about("has no id of its own: sent again it would count again")),
    ...events
      .filter(({ cost_note }) => cost_note !== "")
      .map((event) => about(`cost ${event.cost_status}: ${event.cost_note}`)),
  ];
}

function becomes({ record, event }: Line): string {
  if (event === null) return record.accepted ? "nothing" : `REJECT ${record.reason}`;
  const outcome = "outcome" in event.data ? event.data.outcome : null;
  if (event.kind === "part") return ["part", event.part_kind].filter(Boolean).join(" ");
  return [event.kind, "action" in event.data ? event.data.action : outcome].filter(Boolean).join(" ");
}

/** A team that only the client claims pays for nothing; it is shown in brackets. */
function teamOf({ event }: Line): string {
  const { team = null, claimed_team: claimed = null } = event?.data ?? {};
  return team ?? (claimed === null ? "-" : `(${claimed})`);
}

function data(field: "call_id" | "session_id") {
  return ({ event }: Line): string => textOf(event?.data[field]);
}

const SHORT: readonly (readonly [keyof Meters, string])[] = [
  ["input_tokens", "in"],
  ["cache_read_tokens", "read"],
  ["cache_write_5m_tokens", "write 5m"],
  ["cache_write_1h_tokens", "write 1h"],
  ["cache_write_tokens", "write"],
  ["output_tokens", "out"],
  ["web_search_requests", "searches"],
];

function metersOf(meters: Meters): string {
  const stated = SHORT.flatMap(([meter, short]) =>
    meters[meter] === null ? [] : [`${short} ${String(meters[meter])}`],
  );
  const other = meters.other.map(({ unit, quantity }) => `${unit} ${quantity}`);
  return [...stated, ...other].join(", ") || "unknown";
}

function gatewayCost({ event }: Line): string {
  if (event === null || !("gateway_cost" in event.data) || event.data.gateway_cost === null) return "-";
  const { amount, currency } = event.data.gateway_cost;
  return currency === "USD" ? amount : `${amount} ${currency}`;
}

function ourCost({ event }: Line): string {
  if (event === null || event.cost_status === null) return "-";
  return event.cost === null ? event.cost_status : event.cost.amount;
}

const textOf = (text: string | null | undefined): string => text ?? "-";
