import { attributionOf } from "#core/attribution.ts";
import { bookOf } from "#core/price-book.ts";
import type { SettingsState } from "#core/settings/state.ts";
import { userRef } from "#core/user-ref.ts";
import type { Person } from "#ingest/element.ts";
import { planChunk } from "#ingest/replay/plan-chunk.ts";
import { type ReplayFigures, ReplayReport } from "#ingest/replay/report.ts";
import { REREAD_BOUNDS, type RereadDeps } from "#ingest/replay/reread-deps.ts";
import { chunksOf, partitionsIn, type RecordRange } from "#ingest/replay/stored-records.ts";
import { readTotals } from "#ingest/replay/totals-before.ts";
import { type RunStamp, writeChunk } from "#ingest/replay/write-chunk.ts";
import { sourcesOf } from "#ingest/source-of.ts";
import type { Producer } from "#runtime/kafka/types.ts";

/** Where corrections go; null in a dry run, which writes nothing anywhere. */
export type Writing = {
  readonly producer: Pick<Producer, "send">;
  readonly batchesTopic: string;
  readonly stamp: RunStamp;
} | null;

/**
 * Reads the stored records of a range with the adapters of today and one state of the settings, compares with what
 * stands, and writes what changed. Run again with the same state and epoch it comes to the same rows.
 */
export async function runReplay(
  range: RecordRange,
  settings: SettingsState,
  writing: Writing,
  deps: RereadDeps,
): Promise<ReplayFigures> {
  const { clickhouse, personSalt } = deps;
  const people = new Map<string, Person>();
  const person = (name: string, source: string) => {
    const ref = userRef(personSalt, name);
    if (ref !== name) people.set(ref, { userRef: ref, name, source });
    return ref;
  };
  const context = {
    clickhouse,
    adapters: deps.adapters,
    sources: sourcesOf(settings, deps.recordsTopic),
    book: bookOf(settings),
    attribute: attributionOf(settings),
    settingsOffset: settings.offset,
    person,
    userRef: person,
  };
  const report = new ReplayReport(await readTotals(clickhouse, range));
  let records = 0;
  for (const at of await partitionsIn(clickhouse, range))
    for await (const chunk of chunksOf(clickhouse, at, range, deps.bounds ?? REREAD_BOUNDS)) {
      people.clear();
      const planned = await planChunk(at, chunk, range, context);
      if (writing !== null) {
        const topics = { batches: writing.batchesTopic };
        await writeChunk(
          { clickhouse, producer: writing.producer, topics },
          planned,
          [...people.values()],
          writing.stamp,
        );
      }
      report.add(planned);
      records += chunk.length;
      deps.onProgress?.(records);
    }
  return report.figures();
}
