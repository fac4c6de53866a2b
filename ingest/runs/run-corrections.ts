import { attributionOf } from "#core/attribution.ts";
import { bookOf } from "#core/price-book.ts";
import { plainRow } from "#core/replay/plain-row.ts";
import { reAttributed } from "#core/replay/re-attribute.ts";
import { reRated } from "#core/replay/re-rate.ts";
import {
  type ScopeStanding,
  ScopeStandingRow,
  scopeStanding,
  scopeStandingParams,
  scopeStandingSql,
} from "#core/replay/scope-standing.ts";
import type { ProposalFigures, ProposedKind } from "#core/settings/run-proposal.ts";
import type { SettingsState } from "#core/settings/state.ts";
import { userRef } from "#core/user-ref.ts";
import { readAgain } from "#ingest/replay/read-again.ts";
import { REREAD_BOUNDS, type RereadDeps } from "#ingest/replay/reread-deps.ts";
import type { Writing } from "#ingest/replay/run-replay.ts";
import type { Partition } from "#ingest/replay/stored-records.ts";
import { writeChunk } from "#ingest/replay/write-chunk.ts";
import { Difference } from "#ingest/runs/difference.ts";
import { type Corrector, planRunChunk } from "#ingest/runs/plan-run-chunk.ts";
import { type ScopedRange, scopedChunks, scopedPartitions } from "#ingest/runs/scoped-records.ts";
import { sourcesOf } from "#ingest/source-of.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

/**
 * Goes through the calls of a scope as they stand before an epoch, makes of each what it is by other settings, and
 * writes what changed as corrections; `writing` null: a dry run, which writes nothing anywhere. Run again with the same
 * settings and epoch it comes to the same rows.
 */
export async function runCorrections(
  kind: ProposedKind,
  range: ScopedRange,
  settings: SettingsState,
  writing: Writing,
  deps: RereadDeps,
): Promise<ProposalFigures> {
  const { clickhouse } = deps;
  const difference = new Difference(await readScopeStanding(clickhouse, range));
  const bounds = { ...(deps.bounds ?? REREAD_BOUNDS), withBytes: kind === "re_attribute" };
  let records = 0;
  for (const at of await scopedPartitions(clickhouse, range)) {
    const corrector = kind === "re_rate" ? ratingOf(settings) : attributorOf(at, settings, deps);
    const planning = { clickhouse, corrector, settingsOffset: settings.offset };
    for await (const chunk of scopedChunks(clickhouse, at, range, bounds)) {
      const planned = await planRunChunk(at, chunk, range, planning);
      if (writing !== null) {
        const { producer, batchesTopic: batches, stamp } = writing;
        await writeChunk({ clickhouse, producer, topics: { batches } }, planned, [], stamp);
      }
      difference.add(planned);
      records += chunk.length;
      deps.onProgress?.(records);
    }
  }
  return difference.figures();
}

/** What stands in a scope, as the view of all calls has it. */
export async function readScopeStanding(
  clickhouse: Pick<ClickHouse, "query">,
  range: ScopedRange,
): Promise<ScopeStanding> {
  const rows = await clickhouse.query({
    name: "run_scope",
    sql: scopeStandingSql("all_calls(from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')})"),
    params: scopeStandingParams(range),
    row: ScopeStandingRow,
  });
  return scopeStanding(rows);
}

function ratingOf(settings: SettingsState): Corrector {
  const ground = { settings, book: bookOf(settings) };
  return (_record, meant, standing) =>
    meant.map((row) => {
      const parts = standing.filter((one) => one["kind"] === "part" && one["part_of"] === row["event_id"]);
      return reRated(row, parts.length, ground);
    });
}

/** Who pays is told by the record, so it is read again; of what it says today only the attribution is taken. */
function attributorOf(at: Partition, settings: SettingsState, deps: RereadDeps): Corrector {
  const person = (name: string) => userRef(deps.personSalt, name);
  const reading = {
    adapters: deps.adapters,
    sources: sourcesOf(settings, deps.recordsTopic),
    book: bookOf(settings),
    attribute: attributionOf(settings),
    settingsOffset: settings.offset,
    person,
    userRef: person,
  };
  return (record, meant) => {
    const rows = readAgain(at, record, null, reading)?.rows ?? [];
    const read = new Map(rows.map((row) => [row["event_id"], plainRow(row)]));
    // What the record does not give any more (its source is off, an adapter was mended) stays as it stands.
    return meant.map((row) => {
      const today = read.get(String(row["event_id"]));
      return today === undefined ? row : reAttributed(row, today, settings.offset);
    });
  };
}
