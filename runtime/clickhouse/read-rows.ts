import { randomUUID } from "node:crypto";
import type { ClickHouseClient, ClickHouseSettings } from "@clickhouse/client";
import type { z } from "zod";
import { failure } from "#core/failure.ts";
import { type Attempt, clickHouseFailure } from "#runtime/clickhouse/faults.ts";

/** A read: a name for logs and the server, SQL with `{name:Type}` parameters, and the schema of a row. */
export interface Query<Shape extends z.ZodType> {
  readonly name: string;
  readonly sql: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly row: Shape;
  readonly settings?: ClickHouseSettings;
  /** Aborting ends the request and the query on the server. */
  readonly signal?: AbortSignal;
}

/** Integers of 64 bit and decimals as strings (JSON numbers are doubles); a query ends with its request. */
const READ_SETTINGS: ClickHouseSettings = {
  output_format_json_quote_decimals: 1,
  output_format_json_quote_64bit_integers: 1,
  cancel_http_readonly_queries_on_client_close: 1,
};

/**
 * The rows of a query as they arrive, each parsed. Ending the request ends the query on the server (the last of the
 * settings above), so no right to KILL is needed; that happens on an abort, at the deadline, and when the caller
 * leaves the loop early. Half an answer never ends like a whole one: it throws.
 */
export async function* readRows<Shape extends z.ZodType>(
  client: ClickHouseClient,
  query: Query<Shape>,
  options: { readonly timeoutMs: number; readonly attempt: Attempt },
): AsyncGenerator<z.output<Shape>, void, undefined> {
  const left = new AbortController();
  const deadline = AbortSignal.timeout(options.timeoutMs);
  const ended = AbortSignal.any([
    left.signal,
    deadline,
    ...(query.signal === undefined ? [] : [query.signal]),
  ]);
  try {
    const result = await client.query({
      query: query.sql,
      // Names once and not in each row: in answers of many columns they are most of the text, for both sides.
      format: "JSONCompactEachRowWithNames",
      query_id: randomUUID(),
      abort_signal: ended,
      clickhouse_settings: { ...READ_SETTINGS, log_comment: query.name, ...query.settings },
      ...(query.params === undefined ? {} : { query_params: { ...query.params } }),
    });
    // The client forgets the signal once the answer's headers are there.
    ended.addEventListener("abort", () => result.close());
    let names: readonly string[] | undefined;
    for await (const lines of result.stream())
      for (const line of lines) {
        const values = line.json<readonly unknown[]>();
        if (names === undefined) names = values.map(String);
        else yield query.row.parse(rowOf(names, values));
      }
    // A closed stream fails that loop; were it to end quietly, half an answer would pass for a whole one.
    query.signal?.throwIfAborted();
    deadline.throwIfAborted();
  } catch (error) {
    if (query.signal?.aborted) throw failure("CLICKHOUSE_CANCELLED", { query: query.name }, error);
    if (deadline.aborted)
      throw failure("CLICKHOUSE_TIMEOUT", { query: query.name, code: "none", reason: "no answer in time" });
    throw clickHouseFailure(error, options.attempt);
  } finally {
    left.abort();
  }
}

function rowOf(names: readonly string[], values: readonly unknown[]): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (let at = 0; at < names.length; at++) row[names[at] ?? ""] = values[at];
  return row;
}
