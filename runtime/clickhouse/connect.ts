import { randomUUID } from "node:crypto";
import { ClickHouseLogLevel, type ClickHouseSettings, createClient } from "@clickhouse/client";
import type { z } from "zod";
import { clickHouseFailure } from "#runtime/clickhouse/faults.ts";
import { INSERT_SETTINGS } from "#runtime/clickhouse/insert-settings.ts";
import { type Query, readRows } from "#runtime/clickhouse/read-rows.ts";
import type { ClickHouseConfig } from "#runtime/clickhouse/types.ts";
import { type Row, writeRows } from "#runtime/clickhouse/write-rows.ts";

export interface Insert {
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
  /** Values that every row has, so that rows need not be copied to get them. */
  readonly each?: Row;
  /** Binds the content: the server takes other rows under a token that it knows for a repeat and drops them. */
  readonly token: string;
  readonly signal?: AbortSignal;
}

/** One ClickHouse user's connections. Everything it throws is a failure of `clickHouseFailure`. */
export interface ClickHouse {
  readonly user: string;
  readonly database: string;
  query<Shape extends z.ZodType>(query: Query<Shape>): Promise<z.output<Shape>[]>;
  /** Rows as they arrive, for answers too large to hold. Leaving the loop early ends the query. */
  stream<Shape extends z.ZodType>(query: Query<Shape>): AsyncGenerator<z.output<Shape>, void, undefined>;
  /** One block, once per token; resolves when the server has it. No rows: nothing is sent. */
  insert(insert: Insert): Promise<void>;
  /** A statement without an answer (DDL, or rows that the server copies). */
  command(
    sql: string,
    options?: {
      readonly name?: string;
      readonly settings?: ClickHouseSettings;
      readonly params?: Readonly<Record<string, unknown>>;
    },
  ): Promise<void>;
  close(): Promise<void>;
}

/** Below the server's own keep-alive of 10 s (3 s in older ones), so that a socket is not reused as it closes. */
const IDLE_SOCKET_MS = 2500;

/** Opens connections to one server as one user, lazily; `close` ends them. */
export function connectClickHouse(config: ClickHouseConfig): ClickHouse {
  const client = createClient({
    url: config.url,
    username: config.user,
    password: config.password,
    database: config.database,
    request_timeout: config.requestTimeoutMs,
    keep_alive: { enabled: true, idle_socket_ttl: IDLE_SOCKET_MS, eagerly_destroy_stale_sockets: true },
    max_open_connections: 16,
    application: "spendtrail",
    // Its own lines would be noise beside ours: what it reports is thrown too.
    log: { level: ClickHouseLogLevel.OFF },
    ...(config.tls?.caCert === undefined ? {} : { tls: { ca_cert: config.tls.caCert } }),
  });
  const attempt = (query: string, writes: boolean) => ({ query, url: config.url, user: config.user, writes });

  const stream = <Shape extends z.ZodType>(query: Query<Shape>) =>
    readRows(client, query, { timeoutMs: config.requestTimeoutMs, attempt: attempt(query.name, false) });

  return {
    user: config.user,
    database: config.database,
    stream,
    query: async (query) => {
      const rows: z.output<typeof query.row>[] = [];
      for await (const row of stream(query)) rows.push(row);
      return rows;
    },
    insert: async ({ table, columns, rows, each = {}, token, signal }) => {
      if (rows.length === 0) return;
      const deadline = AbortSignal.timeout(config.requestTimeoutMs);
      try {
        await writeRows(client, {
          table,
          columns,
          rows,
          each,
          settings: { ...INSERT_SETTINGS, insert_deduplication_token: token, log_comment: `insert_${table}` },
          queryId: randomUUID(),
          signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
        });
      } catch (error) {
        throw clickHouseFailure(error, attempt(`insert into ${table}`, true));
      }
    },
    command: async (sql, options = {}) => {
      const name = options.name ?? "command";
      try {
        await client.command({
          query: sql,
          clickhouse_settings: { log_comment: name, ...options.settings },
          ...(options.params === undefined ? {} : { query_params: { ...options.params } }),
          abort_signal: AbortSignal.timeout(config.requestTimeoutMs),
        });
      } catch (error) {
        throw clickHouseFailure(error, attempt(name, true));
      }
    },
    close: () => client.close(),
  };
}
