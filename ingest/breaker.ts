import { z } from "zod";
import { failure } from "#core/failure.ts";
import type { BuiltBatch } from "#ingest/build-batch.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";
import type { Log } from "#runtime/log.ts";

export interface BreakerLimits {
  /** More rejects than this, in percent of a source's latest records, hold its partition up; 100 is never. */
  readonly breakerRejectPercent: number;
  /** How long one source may hold up a topic that it shares with others. */
  readonly breakerHoldMs: number;
}

export interface Breaker {
  /** @throws failure SOURCE_REJECTS_JUMPED where a source of the batch is suddenly rejected for the most part */
  mayBegin(batch: BuiltBatch): Promise<void>;
  /** Whether a batch that was refused here may have become another, or is let through now. */
  mayLookAgain(at: { readonly topic: string; readonly partition: number }): boolean;
}

interface Tally {
  accepted: number;
  rejected: number;
}

interface Open {
  readonly sinceMs: number;
  readonly settingsOffset: bigint;
  isLetThrough: boolean;
}

/** Fewer records than this say nothing of a source. */
const RECORDS_MIN = 100;
/** So many of a source's latest records count, or a batch where it has more. */
const WINDOW_RECORDS = 200;
/** How long the share of the day before, asked of the store, is good for. */
const BEFORE_MS = 60_000;

/**
 * Holds a batch up before its intent where the share of rejects in a source jumps: after a deploy of a gateway, or of
 * ours, that went wrong, a day must not end among the rejects. A source that was never accepted has not jumped: its
 * records are rejects, and counted. On its own topic a source waits for ever; on one that it shares, for as long as
 * `breakerHoldMs`, because one must not stop all the others: then its records go where `spendtrail rejects replay`
 * finds them, until its share has recovered.
 */
export function createBreaker(deps: {
  readonly limits: BreakerLimits;
  readonly clickhouse: Pick<ClickHouse, "query">;
  /** The topic that sources share. */
  readonly sharedTopic: string;
  readonly settingsOffset: () => bigint;
  readonly nowMs: () => number;
  readonly changed: (openSources: number) => void;
  readonly log: Log;
}): Breaker {
  const { limits, clickhouse, nowMs, log } = deps;
  const recent = new Map<string, Tally>();
  const before = new Map<string, { readonly tally: Tally; readonly atMs: number }>();
  const open = new Map<string, Open>();
  const heldUp = new Map<string, string>();

  const isOver = ({ accepted, rejected }: Tally, percent: number) =>
    rejected * 100 > percent * (accepted + rejected);
  const storedBefore = async (source: string): Promise<Tally> => {
    const known = before.get(source);
    if (known !== undefined && nowMs() - known.atMs < BEFORE_MS) return known.tally;
    const tally = await readStoredBefore(clickhouse, source);
    before.set(source, { tally, atMs: nowMs() });
    return tally;
  };
  const refuse = async (batch: BuiltBatch, source: string, tally: Tally): Promise<void> => {
    if (open.get(source)?.isLetThrough === true) return;
    const past = await storedBefore(source);
    if (past.accepted + past.rejected < RECORDS_MIN || isOver(past, limits.breakerRejectPercent / 2)) return;
    const { topic, partition, first } = batch;
    const sinceMs = open.get(source)?.sinceMs ?? nowMs();
    open.set(source, { sinceMs, settingsOffset: batch.settingsOffset, isLetThrough: false });
    heldUp.set(`${topic}/${partition}`, source);
    deps.changed(open.size);
    throw failure("SOURCE_REJECTS_JUMPED", {
      ...{ topic, partition, offset: first.offset, source },
      rejected: tally.rejected,
      records: tally.accepted + tally.rejected,
      reason: mostOften(batch, source),
      before: `${past.rejected} of ${past.accepted + past.rejected}`,
      goesOn:
        topic === deps.sharedTopic
          ? `other sources wait here too, so after ${Math.round(limits.breakerHoldMs / 1000)} s these records are rejected and kept, for spendtrail rejects replay`
          : "a change of the settings or a new start looks again",
    });
  };
  return {
    mayBegin: async (batch) => {
      const tallies = tallyBySource(batch);
      for (const [source, now] of tallies) {
        const tally = latest(now, recent.get(source));
        if (tally.accepted + tally.rejected >= RECORDS_MIN && isOver(tally, limits.breakerRejectPercent))
          await refuse(batch, source, tally);
      }
      heldUp.delete(`${batch.topic}/${batch.partition}`);
      for (const [source, now] of tallies) {
        const tally = latest(now, recent.get(source));
        recent.set(source, tally);
        if (!isOver(tally, limits.breakerRejectPercent) && open.delete(source)) deps.changed(open.size);
      }
    },
    mayLookAgain: ({ topic, partition }) => {
      const source = heldUp.get(`${topic}/${partition}`) ?? "";
      const held = open.get(source);
      if (held === undefined || held.isLetThrough || deps.settingsOffset() > held.settingsOffset) return true;
      const isOver = nowMs() - held.sinceMs >= limits.breakerHoldMs;
      if (topic !== deps.sharedTopic || !isOver) return false;
      held.isLetThrough = true;
      log.warn(
        { source },
        "held up long enough: the source's records are rejected, so that the others go on",
      );
      return true;
    },
  };
}

function tallyBySource({ elements }: BuiltBatch): Map<string, Tally> {
  const tallies = new Map<string, Tally>();
  for (const { source, outcome } of elements) {
    if (source === null) continue;
    const tally = tallies.get(source.name) ?? { accepted: 0, rejected: 0 };
    tally[outcome.kind] += 1;
    tallies.set(source.name, tally);
  }
  return tallies;
}

/** A batch's tally, filled up with what was before it to the window. */
function latest(now: Tally, past: Tally = { accepted: 0, rejected: 0 }): Tally {
  const room = Math.max(0, WINDOW_RECORDS - now.accepted - now.rejected);
  const factor = Math.min(1, room / Math.max(1, past.accepted + past.rejected));
  return {
    accepted: now.accepted + Math.round(past.accepted * factor),
    rejected: now.rejected + Math.round(past.rejected * factor),
  };
}

function mostOften({ elements }: BuiltBatch, source: string): string {
  const counts = new Map<string, number>();
  for (const element of elements)
    if (element.source?.name === source && element.outcome.kind === "rejected")
      counts.set(element.outcome.reason, (counts.get(element.outcome.reason) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? "";
}

const Stored = z.object({ accepted: z.coerce.number(), rejected: z.coerce.number() });

/** What became of a source's records of the last day. */
async function readStoredBefore(clickhouse: Pick<ClickHouse, "query">, source: string): Promise<Tally> {
  const [row] = await clickhouse.query({
    name: "reject_share_before",
    sql: `SELECT countIf(outcome = 'accepted') AS accepted, countIf(outcome = 'rejected') AS rejected
FROM records_v1
WHERE source = {source:String} AND epoch = 0 AND append_time >= now() - INTERVAL 1 DAY`,
    params: { source },
    row: Stored,
  });
  return row ?? { accepted: 0, rejected: 0 };
}
