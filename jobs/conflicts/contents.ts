import { z } from "zod";
import { contentQuality } from "#core/event-mark.ts";
import { differingPaths } from "#jobs/conflicts/differences.ts";
import type { StoredCall } from "#jobs/conflicts/read-calls.ts";
import { indexId, type Statement } from "#jobs/conflicts/statements.ts";
import { positionText, type StoredRow } from "#jobs/conflicts/stored-row.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

/** A record that says other things under the same key, of which the store keeps the row that stands. */
export interface OtherContent {
  readonly statement: Statement;
  readonly appendTime: string;
  readonly stands: StoredRow;
  readonly differs: readonly string[];
}

/** Candidates: under the key of a row that is there, with the same usage quality and another content. */
export function otherContents(call: StoredCall): readonly { statement: Statement; stands: StoredRow }[] {
  return call.rows.flatMap((stands) => {
    const statements = call.statements.filter(({ id }) => id === indexId(stands.eventId));
    const own = statements.find(({ position }) => position === stands.position);
    if (own === undefined || stands.sign < 0 || stands.epoch > 0) return [];
    return statements
      .filter(({ bucket, key, topic }) => topic !== "" && bucket === own.bucket && key === own.key)
      .filter(
        ({ content }) => content !== own.content && contentQuality(content) === contentQuality(own.content),
      )
      .map((statement) => ({ statement, stands }));
  });
}

/** Of a longer record is said only that it differs. */
const COMPARED_BYTES_MAX = 100_000;

const Whole = z.union([z.string(), z.number()]).transform((value) => BigInt(value));
const RecordRow = z.object({
  topic: z.string(),
  partition: z.int(),
  offset: Whole,
  element: z.int(),
  append_time: z.string(),
  stored_sha256: z.string(),
  text: z.string(),
});

/**
 * Compares the records of the candidates as they are stored. The same bytes that another version of an adapter read
 * otherwise are no conflict, and where they differ is said by the names of members, never by their values.
 */
export async function compareRecords(
  clickhouse: Pick<ClickHouse, "query">,
  candidates: readonly { statement: Statement; stands: StoredRow }[],
  signal: AbortSignal,
): Promise<readonly OtherContent[]> {
  if (candidates.length === 0) return [];
  const positions = new Set(
    candidates.flatMap(({ statement, stands }) => [statement.position, stands.position]),
  );
  const at = [...positions].map((position) => position.split("/"));
  const rows = await clickhouse.query({
    name: "conflict_records",
    sql: `SELECT topic, partition, offset, element, append_time, stored_sha256,
            if(length(stored) > ${COMPARED_BYTES_MAX}, '', stored) AS text FROM records_v1
          WHERE (topic, partition, offset, element) IN arrayZip({topics:Array(String)},
            {partitions:Array(UInt32)}, {offsets:Array(UInt64)}, {elements:Array(UInt32)}) AND epoch = 0
          ORDER BY append_time`,
    params: {
      topics: at.map(([topic]) => topic),
      partitions: at.map(([, partition]) => Number(partition)),
      offsets: at.map(([, , offset]) => BigInt(offset ?? 0)),
      elements: at.map(([, , , element]) => Number(element)),
    },
    row: RecordRow,
    signal,
  });
  const records = new Map(rows.map((row) => [positionText(row), row]));
  return candidates.flatMap(({ statement, stands }) => {
    const [other, own] = [records.get(statement.position), records.get(stands.position)];
    if (other === undefined || own === undefined || other.stored_sha256 === own.stored_sha256) return [];
    const differs = differingPaths(own.text, other.text);
    return [{ statement, appendTime: other.append_time, stands, differs }];
  });
}
