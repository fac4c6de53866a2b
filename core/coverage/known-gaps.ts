import type { Range } from "#core/coverage/range.ts";
import { isUnexplained } from "#core/coverage/verdicts.ts";

interface Gap extends Range {
  readonly topic: string;
  readonly verdict: string;
  readonly afterMs: number | null;
  readonly beforeMs: number | null;
}

/** Gaps as they are on record. */
export interface GapsOnRecord {
  readonly offsets: readonly (Gap & { readonly partition: number; readonly lifeMs: number })[];
  readonly numbers: readonly (Gap & { readonly source: string; readonly producer: string })[];
}

/**
 * What is known not to be there, as plain JSON: a section of an answer or of an export. The same gaps in the same order
 * are the same bytes; whoever prints it adds nothing and leaves nothing out.
 */
export function knownGaps({ offsets, numbers }: GapsOnRecord) {
  return {
    complete: ![...offsets, ...numbers].some(({ verdict }) => isUnexplained(verdict)),
    offsets: offsets.map(({ partition, lifeMs, ...gap }) => ({
      topic: gap.topic,
      partition,
      topic_since: lifeMs === 0 ? null : iso(lifeMs),
      ...commonOf(gap),
    })),
    numbers: numbers.map(({ source, producer, ...gap }) => ({
      topic: gap.topic,
      source,
      producer,
      ...commonOf(gap),
    })),
  };
}

function commonOf({ from, to, verdict, afterMs, beforeMs }: Omit<Gap, "topic">) {
  return {
    from: String(from),
    to: String(to),
    count: String(to - from + 1n),
    verdict,
    unexplained: isUnexplained(verdict),
    after: iso(afterMs),
    before: iso(beforeMs),
  };
}

function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
