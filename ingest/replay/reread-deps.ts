import type { Adapter } from "#core/adapter.ts";
import type { ChunkBounds } from "#ingest/replay/stored-records.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

/** What it takes to go through stored records again, as replays and runs do. */
export interface RereadDeps {
  /** A user that may read stored records and events, and insert. */
  readonly clickhouse: Pick<ClickHouse, "query" | "stream" | "insert">;
  readonly adapters: ReadonlyMap<string, Adapter>;
  readonly personSalt: Buffer;
  readonly recordsTopic: string;
  readonly bounds?: ChunkBounds;
  readonly onProgress?: (records: number) => void;
}

/** Held in memory at a time, with the rows made of it: some 50 MB at worst. */
export const REREAD_BOUNDS: ChunkBounds = { rowsMax: 2000, bytesMax: 4_000_000 };
