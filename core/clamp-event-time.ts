/** A gateway's clock may run ahead by this much; beyond it is not believed. */
export const AHEAD_MS_MAX = 5 * 60_000;
const BUCKET_S = 300;

export interface EventTime {
  /** The time that counts. */
  readonly eventTimeMs: number;
  /** The stated time was missing or ahead of the append time and was not believed. */
  readonly suspect: boolean;
  /** Seconds since 1970 of the five-minute bucket of the *stated* time; 0 when none was stated. */
  readonly bucketS: number;
}

/**
 * Which time counts: the stated one, unless it is missing or more than five minutes ahead of Kafka's append time.
 * Old is not suspect, history can be imported. The bucket is part of the row's key, so it is made of the stated
 * time alone: a record that is posted again gets another append time and must meet itself under the same key.
 * An append time of 0 (the record has none, on a topic that does not stamp them) can contradict nothing.
 */
export function clampEventTime(time: {
  readonly statedMs: number | null;
  readonly appendTimeMs: number;
}): EventTime {
  const { statedMs, appendTimeMs } = time;
  if (statedMs === null) return { eventTimeMs: appendTimeMs, suspect: true, bucketS: 0 };
  const isAhead = appendTimeMs > 0 && statedMs > appendTimeMs + AHEAD_MS_MAX;
  return {
    eventTimeMs: isAhead ? appendTimeMs : statedMs,
    suspect: isAhead,
    bucketS: Math.floor(statedMs / 1000 / BUCKET_S) * BUCKET_S,
  };
}
