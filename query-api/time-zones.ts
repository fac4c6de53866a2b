import { z } from "zod";
import { isZoneHere } from "#core/local-time.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

export interface TimeZones {
  /** Whether both the store and this program know the zone by exactly this name. */
  knows(tz: string): Promise<boolean>;
}

/** Zones as the store knows them, read once: its names are case-sensitive and its list is its own. */
export function createTimeZones(clickhouse: Pick<ClickHouse, "query">): TimeZones {
  let names: ReadonlySet<string> | undefined;
  return {
    knows: async (tz) => {
      if (tz === "UTC") return true;
      names ??= await readNames(clickhouse);
      return names.has(tz) && isZoneHere(tz);
    },
  };
}

async function readNames(clickhouse: Pick<ClickHouse, "query">): Promise<ReadonlySet<string>> {
  const rows = await clickhouse.query({
    name: "time_zones",
    sql: "SELECT time_zone FROM system.time_zones",
    row: z.object({ time_zone: z.string() }),
  });
  return new Set(rows.map((row) => row.time_zone));
}
