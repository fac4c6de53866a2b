import { appendSettlements } from "#jobs/conflicts/append.ts";
import { type Conflict, contentConflict, lostConflict } from "#jobs/conflicts/conflict-row.ts";
import { compareRecords, otherContents } from "#jobs/conflicts/contents.ts";
import { type Change, changeOf, type Listed, readListed, writeList } from "#jobs/conflicts/listed.ts";
import type { ConflictMeasures } from "#jobs/conflicts/measures.ts";
import { readCalls, type StoredCall } from "#jobs/conflicts/read-calls.ts";
import { type Settlement, settle } from "#jobs/conflicts/settle.ts";
import { indexId } from "#jobs/conflicts/statements.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

export interface SettleDeps {
  readonly clickhouse: Pick<ClickHouse, "query" | "insert">;
  readonly measures: ConflictMeasures;
  readonly now: () => Date;
}

/**
 * Looks at some events, lists what conflicts and reverses what must not count. Three writes, each of which can be
 * repeated: listed as found, reversed, listed as reversed. Broken off between them, the next look does the rest,
 * because it goes by the rows and not by the list.
 */
export async function settleEvents(
  deps: SettleDeps,
  eventIds: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const { clickhouse, measures, now } = deps;
  const calls = await readCalls(clickhouse, eventIds, signal);
  const settlements = calls.map((call) => settle(call.rows, statedAt(call)));
  const contents = await compareRecords(clickhouse, calls.flatMap(otherContents), signal);
  const callIds = calls.map(({ callId }) => callId);
  const replaced = contents.map(contentConflict);
  const lost = settlements.flatMap((settlement) => settlement.lost);
  const reversible = lost.filter(({ isStuck }) => !isStuck).map(lostConflict);
  const stuck = lost.filter(({ isStuck }) => isStuck).map(lostConflict);

  const before = await readListed(clickhouse, callIds, signal);
  const isNew = ({ id }: Conflict) => !before.has(id);
  const first = [
    ...changes([...reversible, ...stuck].filter(isNew), "found", before),
    ...changes(replaced, "replaced", before),
  ];
  await writeList(clickhouse, first, now());
  for (const { kind } of [...reversible, ...stuck, ...replaced].filter(isNew)) measures.found(kind, 1);

  signal.throwIfAborted();
  await appendSettlements(
    clickhouse,
    settlements.flatMap(({ appends }) => appends),
    now(),
  );

  signal.throwIfAborted();
  const after = first.length === 0 ? before : await readListed(clickhouse, callIds, signal);
  const known = new Set([...reversible, ...stuck, ...replaced].map(({ id }) => id));
  const past = [...after.values()].filter(({ id }) => !known.has(id));
  await writeList(
    clickhouse,
    [...changes(reversible, "reversed", after), ...past.flatMap((listed) => outcomeOf(listed, settlements))],
    now(),
  );
}

/** Where the records lie that state the call itself. */
function statedAt({ callId, statements }: StoredCall): ReadonlySet<string> {
  return new Set(statements.filter(({ id }) => id === indexId(callId)).map(({ position }) => position));
}

function changes(
  conflicts: readonly Conflict[],
  state: Change["state"],
  listed: ReadonlyMap<string, Listed>,
): Change[] {
  return conflicts.flatMap((conflict) => changeOf(conflict, state, listed.get(conflict.id)) ?? []);
}

/** What became of a listed conflict that is none any more: its copy stands after all, or a better one replaced it. */
function outcomeOf(listed: Listed, settlements: readonly Settlement[]): Change[] {
  const { columns, state } = listed;
  const stands = settlements.some((settlement) =>
    settlement.stands.some(
      (row) => lostConflict({ belief: row, stands: row, isStuck: false }).id === listed.id,
    ),
  );
  if (stands && state !== "reinstated" && state !== "replaced")
    return [{ columns: asColumns(columns), state: "reinstated", listed }];
  if (!stands && state === "found") return [{ columns: asColumns(columns), state: "replaced", listed }];
  return [];
}

function asColumns(columns: Listed["columns"]): Change["columns"] {
  return columns as unknown as Change["columns"];
}
