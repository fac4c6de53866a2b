import { z } from "zod";
import { failure } from "#core/failure.ts";
import { BOOKED_CALL_COLUMNS, CALL_COLUMNS } from "#query-api/exports/call-columns.ts";
import type { ExportBasis } from "#query-api/exports/export-basis.ts";
import { type Cells, cellsSql } from "#query-api/exports/export-column.ts";
import {
  type ExportQuestion,
  questionParams,
  questionSql,
  storeTime,
} from "#query-api/exports/export-question.ts";
import { packWindows } from "#query-api/exports/pack-windows.ts";
import type { Reader } from "#query-api/reader.ts";

const BUCKET_MS = 300_000;
/** About 5 MB as text: what an export holds at a time. */
const PAGE_ROWS_MAX = 5_000;
/** With the position, because both copies of a conflict under another key have the rest in common. */
const KEY = [
  ...(["event_time", "event_id", "epoch", "sign"] as const),
  ...(["topic", "partition", "offset", "element"] as const),
] as const;
const TABLES = { usage: tableOf(CALL_COLUMNS), booked: tableOf(BOOKED_CALL_COLUMNS) } as const;

/** The time that counts is the first column of either. */
function tableOf(columns: typeof CALL_COLUMNS) {
  const rest = KEY.slice(1).map((name) => columns.findIndex((column) => column.name === name));
  return { cells: cellsSql(columns), keyAt: [0, ...rest] };
}

const Count = z.object({ at: z.coerce.number(), rows: z.coerce.number() });
// Not looked into cell by cell: millions of them, each a text of our own query.
const Row = z.object({ cells: z.custom<Cells>(Array.isArray) });

/**
 * The calls of an export in the order of their key, page by page. Rows are counted first: the counts cut the range into
 * windows that the store sorts one at a time, inside the limits that it has for every read, and at the end the rows
 * must be as many. They are not when a batch that was being written at `as_of` came in meanwhile.
 */
export async function* callPages(
  reader: Reader,
  question: ExportQuestion,
  basis: ExportBasis,
  rowsMax = PAGE_ROWS_MAX,
): AsyncGenerator<readonly Cells[], void, undefined> {
  const counts = await reader.rows({
    name: "export_counts",
    sql: (views) => countsSql(basis.from(views), question),
    params: { ...questionParams(question), ...basis.params(question.from) },
    row: Count,
  });
  const expected = counts.reduce((sum, { rows }) => sum + rows, 0);
  const range = { fromMs: Date.parse(question.from), toMs: Date.parse(question.to) };
  const buckets = counts.map(({ at, rows }) => ({ atMs: at * 1000, rows }));
  let written = 0;
  for (const { fromMs, toMs } of packWindows(buckets, BUCKET_MS, range, rowsMax)) {
    const window = { ...question, from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
    let after: Cells | undefined;
    do {
      const page = await readPage(reader, window, basis, after, rowsMax);
      written += page.length;
      if (page.length > 0) yield page;
      after = page.length === rowsMax ? page.at(-1) : undefined;
    } while (after !== undefined);
  }
  if (written !== expected) throw failure("EXPORT_CHANGED", { expected, written });
}

async function readPage(
  reader: Reader,
  window: ExportQuestion,
  basis: ExportBasis,
  after: Cells | undefined,
  rowsMax: number,
) {
  const { keyAt } = TABLES[basis.name];
  const rows = await reader.rows({
    name: "export_calls",
    sql: (views) => pageSql(basis.from(views), window, basis.name, after !== undefined),
    params: {
      ...questionParams(window),
      ...basis.params(window.from),
      ...afterParams(after, keyAt),
      rows_max: rowsMax,
    },
    row: Row,
  });
  return rows.map(({ cells }) => cells);
}

function afterParams(after: Cells | undefined, keyAt: readonly number[]): Record<string, unknown> {
  if (after === undefined) return {};
  const [time, id, epoch, sign, topic, partition, offset, element] = keyAt.map((at) => after[at] ?? "");
  return {
    ...{ after_time: storeTime(time ?? ""), after_id: id, after_epoch: epoch, after_sign: sign },
    ...{ after_topic: topic, after_partition: partition, after_offset: offset, after_element: element },
  };
}

function countsSql(calls: string, question: ExportQuestion): string {
  return [
    "SELECT toUnixTimestamp(toStartOfFiveMinutes(event_time)) AS at, count() AS rows",
    `FROM ${calls}`,
    questionSql(question),
    "GROUP BY at ORDER BY at",
  ].join("\n");
}

function pageSql(
  calls: string,
  window: ExportQuestion,
  basis: ExportBasis["name"],
  isFurther: boolean,
): string {
  return [
    `SELECT ${TABLES[basis].cells}`,
    `FROM ${calls}`,
    questionSql(window),
    ...(isFurther ? [AFTER] : []),
    `ORDER BY ${KEY.join(", ")}`,
    "LIMIT {rows_max:UInt32}",
  ].join("\n");
}

const AFTER = `  AND (event_time, toString(event_id), epoch, sign, toString(topic), partition, offset, element)
    > ({after_time:DateTime64(3, 'UTC')}, {after_id:String}, {after_epoch:UInt32}, {after_sign:Int8},
      {after_topic:String}, {after_partition:UInt32}, {after_offset:UInt64}, {after_element:UInt32})`;
