import { z } from "zod";
import type { RunSetting } from "#core/settings/run.ts";
import type { ViewQuery } from "#query-api/reader.ts";
import { Whole } from "#query-api/store-types.ts";

const Row = z.object({ written: Whole });

/** How many calls a run has written anew. Of a replay the range is Kafka's time, so calls of any time are looked at. */
export function runProgressQuery({ epoch, from, to, proposal }: RunSetting): ViewQuery<typeof Row> {
  const [begin, end] = proposal === null ? [EVER, NEVER] : [from, to];
  return {
    name: "run_progress",
    sql: ({ events }) => `${SELECT}\n${events}\n${WHERE}`,
    params: { from: begin.replace("Z", ""), to: end.replace("Z", ""), epoch },
    row: Row,
  };
}

const [EVER, NEVER] = ["1970-01-01T00:00:00.000Z", "2200-01-01T00:00:00.000Z"];
const SELECT = "SELECT uniqExact(event_id) AS written FROM";
const WHERE = "WHERE epoch = {epoch:UInt32} AND kind IN ('response', 'part')";
