import { type Chunk, emptyChunk, isFull } from "#cli/import/chunk.ts";
import { deliver } from "#cli/import/deliver.ts";
import { examine } from "#cli/import/examine.ts";
import type { Ground } from "#cli/import/ground.ts";
import type { Input } from "#cli/import/input.ts";
import type { ImportActs, Mark } from "#cli/import/marks.ts";
import { type Overlap, type OverlapCheck, refuseOverlaps } from "#cli/import/overlap.ts";
import type { Pace } from "#cli/import/pace.ts";
import { readOnward } from "#cli/import/read-onward.ts";
import type { Tally } from "#cli/import/tally.ts";
import { leftOut, type TimeRange } from "#cli/import/time-range.ts";
import { refuseForeign } from "#cli/import/understood.ts";
import { RECORD_BYTES_MAX } from "#collector/to-records.ts";

export interface ImportPlan {
  readonly ground: Ground;
  readonly inputs: AsyncIterable<Input>;
  readonly range: TimeRange;
  readonly marks: Map<string, Mark>;
  /** null: a dry run, or the operator allows what overlaps. */
  readonly overlap: OverlapCheck | null;
  /** null: a dry run; nothing is written. */
  readonly acts: ImportActs | null;
  readonly keepRejects: boolean;
  readonly personSalt: Buffer;
  readonly pace: Pace;
  readonly recordsPerChunk: number;
  readonly tally: Tally;
  readonly signal: AbortSignal;
  readonly clock: () => number;
  readonly onProgress: (so: Progress) => void;
  readonly onRemark: (line: string) => void;
}

export interface Progress {
  inputs: number;
  read: number;
  sent: number;
  already: number;
  out_of_range: number;
  without_time: number;
  input: string;
  overlaps: Overlap[];
  stopped: boolean;
}

/**
 * Reads inputs, makes records of their elements as the collector does, and sends them in chunks: check, send, and only
 * when every replica has them, the mark. Killed between the two, the next run sends that one chunk again.
 */
export async function runImport(plan: ImportPlan): Promise<Progress> {
  const so: Progress = {
    ...{ inputs: 0, read: 0, sent: 0, already: 0, out_of_range: 0, without_time: 0 },
    ...{ input: "", overlaps: [], stopped: false },
  };
  let chunk = emptyChunk();
  const flush = async (): Promise<void> => {
    const full = chunk;
    chunk = emptyChunk();
    await send(full, plan, so);
  };
  const readOne = async (input: Input): Promise<void> => {
    const onOther = () =>
      plan.onRemark(`${input.name} is not what was imported of it before; it is read from its beginning.`);
    for await (const onward of readOnward(input, plan.ground.source.name, plan.marks, onOther)) {
      so.already += onward.already;
      so.read += onward.already + onward.elements.length;
      await take(onward.elements, chunk, plan, so);
      if (onward.mark !== null) chunk.marks.set(onward.mark.input, onward.mark);
      chunk.input = input.name;
      plan.onProgress(so);
      if (isFull(chunk, plan.recordsPerChunk)) await flush();
      if (plan.signal.aborted) return;
    }
  };
  try {
    for await (const input of plan.inputs) {
      if (plan.signal.aborted) break;
      so.inputs += 1;
      so.input = input.name;
      await readOne(input);
    }
  } catch (error) {
    // What lies before a place that cannot be read is as good as ever; why reading ended is what must be told.
    await flush().catch(() => {});
    if (so.sent > 0 && plan.acts !== null) plan.onRemark(`${so.sent} records before that were sent.`);
    throw error;
  }
  so.stopped = plan.signal.aborted;
  await flush();
  return so;
}

async function take(
  elements: Parameters<typeof examine>[0],
  chunk: Chunk,
  { ground, range, personSalt, clock }: ImportPlan,
  so: Progress,
): Promise<void> {
  if (elements.length === 0) return;
  const maker = {
    source: ground.source,
    adapter: ground.adapter,
    personSalt,
    recordBytesMax: RECORD_BYTES_MAX,
  };
  for (const one of await examine(elements, maker, clock())) {
    const why = leftOut(one.verdict, range);
    if (why !== null) {
      so[why] += 1;
      continue;
    }
    chunk.records.push(one);
    chunk.bytes += one.record.value?.length ?? 0;
  }
}

async function send(chunk: Chunk, plan: ImportPlan, so: Progress): Promise<void> {
  const { ground, tally } = plan;
  const { records } = chunk;
  if (records.length > 0) {
    const isFirst = so.sent === 0 && so.already === 0;
    if (isFirst && !plan.keepRejects) refuseForeign(records, ground.source, ground.adapter);
    await lookForOverlaps(chunk, plan, so);
    await plan.pace(records.length, plan.signal);
  }
  if (plan.acts !== null && ground.servers !== null) {
    const { producer, config } = ground.servers;
    const outgoing = records.map(({ record }) => record);
    if (outgoing.length > 0 && so.sent === 0) await plan.acts.began();
    if (outgoing.length > 0) await deliver(producer, config.topics.records, outgoing, plan.signal);
    // Durable first: a crash between the two repeats the chunk, never skips it.
    const marks = [...chunk.marks.values()];
    if (marks.length > 0) await plan.acts.progress(marks);
    for (const mark of marks) plan.marks.set(mark.input, mark);
  }
  for (const { verdict } of records) tally.add(verdict);
  so.sent += records.length;
  plan.onProgress(so);
}

async function lookForOverlaps(chunk: Chunk, plan: ImportPlan, so: Progress): Promise<void> {
  if (plan.overlap === null) return;
  const events = chunk.records.flatMap(({ verdict }) => (verdict.isAccepted ? verdict.events : []));
  const found = await plan.overlap.find(events);
  if (plan.acts !== null) refuseOverlaps(found, chunk.input);
  for (const one of found) addOverlap(so.overlaps, one);
}

/** One entry a source: a dry run of many chunks tells of each once. */
function addOverlap(overlaps: Overlap[], one: Overlap): void {
  const at = overlaps.findIndex(({ source, kind }) => source === one.source && kind === one.kind);
  const before = overlaps[at];
  if (before === undefined) overlaps.push(one);
  else
    overlaps[at] = {
      ...before,
      calls: before.calls + one.calls,
      from: before.from < one.from ? before.from : one.from,
      until: before.until > one.until ? before.until : one.until,
    };
}
