import type { CoveredRange } from "#ingest/covered.ts";
import type { Intent } from "#ingest/intent.ts";
import { isPoison } from "#runtime/kafka/poison.ts";
import type { LogRecord } from "#runtime/kafka/types.ts";

export interface CutLimits {
  readonly batchRowsMax: number;
  readonly batchBytesMax: number;
}

/** What to do with the front of what a partition holds. */
export type Cut =
  /** `needsMore`: nothing can be done before more was fetched, however much is held and however old it is. */
  | { readonly kind: "wait"; readonly needsMore: boolean }
  | { readonly kind: "batch"; readonly count: number }
  /** Exactly the range that an intent names. */
  | { readonly kind: "repeat"; readonly count: number; readonly intent: Intent }
  /** A range that was written before: compared and skipped. */
  | { readonly kind: "covered"; readonly count: number }
  /** So many records at the front cannot be decompressed. */
  | { readonly kind: "undecodable"; readonly count: number }
  /** Records of an unfinished batch that are not there any more, or cannot be read any more. */
  | { readonly kind: "gone"; readonly intent: Intent };

/**
 * Where to cut. Pure: the held records in offset order, the first offset not yet seen, and what is known of the past
 * decide alone. `isOld`: the first record has waited long enough.
 */
export function cutAt(
  held: readonly LogRecord[],
  next: bigint,
  past: { readonly intent: Intent | null; readonly covered: readonly CoveredRange[] },
  limits: CutLimits,
  isOld: boolean,
): Cut {
  const { intent } = past;
  if (intent !== null) return cutIntent(held, next, intent);
  const [head] = held;
  if (head === undefined) return { kind: "wait", needsMore: false };
  if (isPoison(head.value))
    return { kind: "undecodable", count: leading(held, ({ value }) => isPoison(value)) };
  const range = past.covered.find(({ first, last }) => first <= head.offset && head.offset <= last);
  if (range !== undefined && isSameTopic(range, head)) return cutCovered(held, next, range);
  return cutBatch(held, past.covered, limits, isOld);
}

function cutIntent(held: readonly LogRecord[], next: bigint, intent: Intent): Cut {
  // Retention took the records away that the intent speaks of.
  if (held[0] !== undefined && held[0].offset !== intent.f) return { kind: "gone", intent };
  if (next <= intent.l) return { kind: "wait", needsMore: true };
  const count = held.findLastIndex((record) => record.offset <= intent.l) + 1;
  const isWhole = held[count - 1]?.offset === intent.l;
  if (!isWhole || held.slice(0, count).some(({ value }) => isPoison(value))) return { kind: "gone", intent };
  return { kind: "repeat", count, intent };
}

function cutCovered(held: readonly LogRecord[], next: bigint, range: CoveredRange): Cut {
  if (next <= range.last) return { kind: "wait", needsMore: true };
  return { kind: "covered", count: held.findLastIndex((record) => record.offset <= range.last) + 1 };
}

/** A recreated topic reuses offsets; its records have later append times than the covered range's ends. */
function isSameTopic(range: CoveredRange, head: LogRecord): boolean {
  return head.appendTimeMs >= range.firstAppendMs && head.appendTimeMs <= range.lastAppendMs;
}

function cutBatch(
  held: readonly LogRecord[],
  covered: readonly CoveredRange[],
  limits: CutLimits,
  isOld: boolean,
): Cut {
  let bytes = 0;
  for (const [count, record] of held.entries()) {
    const size = record.value?.length ?? 0;
    const isFull = count >= limits.batchRowsMax || (count > 0 && bytes + size > limits.batchBytesMax);
    // A batch ends where something else begins: it must not reach into a range that was written before.
    const isEdge = isPoison(record.value) || covered.some(({ first }) => first === record.offset);
    if (count > 0 && (isFull || isEdge)) return { kind: "batch", count };
    bytes += size;
  }
  return isOld ? { kind: "batch", count: held.length } : { kind: "wait", needsMore: false };
}

/** How many elements at the front pass. */
export function leading<Element>(list: readonly Element[], test: (element: Element) => boolean): number {
  const first = list.findIndex((element) => !test(element));
  return first === -1 ? list.length : first;
}
