import { z } from "zod";
import type { ViewQuery } from "#query-api/reader.ts";
import { Moment } from "#query-api/store-types.ts";

const Progress = z.object({ data_until: Moment.nullable() });

/** How far the counted records reach: Kafka's append time of the newest one; null before the first. */
export const progressQuery: ViewQuery<typeof Progress> = {
  name: "progress",
  sql: () => "SELECT data_until FROM ingest_progress",
  params: {},
  row: Progress,
};
