import { createHash } from "node:crypto";
import pg from "pg";
import { z } from "zod";
import type { Input, Portion } from "#cli/import/input.ts";
import type { TimeRange } from "#cli/import/time-range.ts";
import { type Failure, failure } from "#core/failure.ts";

const ROWS_A_QUERY = 200;
const CONNECT_MS_MAX = 15_000;
const QUERY_MS_MAX = 120_000;
/** LiteLLM writes a row when its call has ended: one that began this long ago may still be on its way. */
const SETTLED_MS = 60 * 60 * 1000;

const Row = z.object({ started: z.string(), request_id: z.string(), line: z.string() });
const Cursor = z.tuple([z.string(), z.string()]);

/**
 * The rows of LiteLLM's SpendLogs, in the order of ("startTime", request_id), a page at a time and each page a query
 * of its own: nothing is locked, nothing is written, and the place is the last row's key.
 * @throws failure IMPORT_POSTGRES_REFUSED, OPTION_INVALID
 */
export function postgresInput(url: string, range: TimeRange, nowMs: number): Input {
  const address = URL.parse(url);
  if (address === null || address.pathname.length < 2)
    throw failure("OPTION_INVALID", {
      option: "the input",
      value: "(not shown: it may hold a password)",
      accepts: "postgres://user@host:5432/database, with the password in PGPASSWORD",
    });
  // Prisma's own parameter in LiteLLM's DATABASE_URL.
  const schema = address.searchParams.get("schema") ?? "public";
  const server = `${address.hostname}:${address.port || "5432"}`;
  const database = decodeURIComponent(address.pathname.slice(1));
  const untilMs = Math.min(range.untilMs ?? nowMs - SETTLED_MS, nowMs - SETTLED_MS);
  return {
    name: `postgres://${server}/${database} "${schema}"."LiteLLM_SpendLogs"`,
    id: createHash("sha256")
      .update(JSON.stringify([server, database, schema]))
      .digest("hex")
      .slice(0, 32),
    isFinal: false,
    isOrdered: false,
    read: (cursor) => pages(connectionString(address), server, schema, { ...range, untilMs }, cursor),
  };
}

async function* pages(
  connection: string,
  server: string,
  schema: string,
  range: TimeRange,
  cursor: string | null,
): AsyncGenerator<Portion> {
  const client = new pg.Client({
    connectionString: connection,
    connectionTimeoutMillis: CONNECT_MS_MAX,
    query_timeout: QUERY_MS_MAX,
    statement_timeout: QUERY_MS_MAX,
    application_name: "spendtrail import",
    options: "-c default_transaction_read_only=on -c TimeZone=UTC",
  });
  // A connection that breaks is told by the query that was under way.
  client.on("error", () => {});
  try {
    await client.connect();
    let after = cursor === null ? null : Cursor.parse(JSON.parse(cursor));
    for (;;) {
      const { rows } = await client.query(sqlFor(schema), [
        after?.[0] ?? null,
        after?.[1] ?? null,
        naive(range.fromMs),
        naive(range.untilMs),
      ]);
      const read = z.array(Row).parse(rows);
      const last = read.at(-1);
      if (last === undefined) return;
      after = [last.started, last.request_id];
      yield { elements: read.map(({ line }) => Buffer.from(line)), cursor: JSON.stringify(after) };
    }
  } catch (error) {
    throw refusal(error, server, schema);
  } finally {
    await client.end().catch(() => {});
  }
}

/** The server writes each row as JSON, so no figure passes through a double of ours. */
function sqlFor(schema: string): string {
  const table = `${pg.escapeIdentifier(schema)}."LiteLLM_SpendLogs"`;
  return `SELECT "startTime"::text AS started, request_id, row_to_json(logs)::text AS line
    FROM ${table} AS logs
    WHERE ($1::timestamp IS NULL OR ("startTime", request_id) > ($1::timestamp, $2::text))
      AND ($3::timestamp IS NULL OR "startTime" >= $3::timestamp)
      AND "startTime" < $4::timestamp
    ORDER BY "startTime", request_id LIMIT ${ROWS_A_QUERY}`;
}

/** The column has no zone; LiteLLM writes UTC. */
function naive(timeMs: number | null): string | null {
  return timeMs === null ? null : new Date(timeMs).toISOString().replace("T", " ").replace("Z", "");
}

function connectionString(address: URL): string {
  const plain = new URL(address);
  for (const name of [...plain.searchParams.keys()]) if (!/^ssl/.test(name)) plain.searchParams.delete(name);
  return String(plain);
}

/** By SQLSTATE (PostgreSQL, appendix A) or the socket's code. */
const ADVICE: Readonly<Record<string, string>> = {
  "28P01": "The password or the user is wrong: set PGPASSWORD.",
  "28000": "The server does not let this user in from here: see its pg_hba.conf, and `?sslmode=require`.",
  "3D000": "There is no such database.",
  "42P01": "There is no such table: name LiteLLM's database, and its schema by `?schema=`.",
  "42501": 'The user needs SELECT on "LiteLLM_SpendLogs".',
  "42703": "The table has not the columns of LiteLLM's SpendLogs.",
};

function refusal(error: unknown, server: string, schema: string): Failure | unknown {
  const { code, message } = error as { code?: unknown; message: string };
  const isPassword = /SASL|password/i.test(message) && code === undefined;
  if (typeof code !== "string" && !isPassword && !/timeout|terminated/i.test(message)) return error;
  const advice = isPassword
    ? ADVICE["28P01"]
    : (ADVICE[String(code)] ?? "Check that it runs and can be reached.");
  const reason = isPassword ? "no password" : `${String(code ?? "no answer")}, schema ${schema}`;
  return failure("IMPORT_POSTGRES_REFUSED", { server, reason, advice: advice ?? "" }, error);
}
