import { setTimeout as pause } from "node:timers/promises";
import type { OutgoingRecord, Producer } from "#runtime/kafka/types.ts";
import { BENCH_TOPICS } from "#test/bench/ground.ts";

const TICK_MS = 50;

/** Hands records to the producer by the clock, a tick's worth at a time, until it is stopped. */
export function startSteadyLoad(
  producer: Producer,
  rate: number,
  next: () => OutgoingRecord,
): { stop(): Promise<void> } {
  const ending = new AbortController();
  const loop = async () => {
    const startMs = performance.now();
    let sent = 0;
    for (let tick = 0; !ending.signal.aborted; tick += 1) {
      const waitMs = startMs + tick * TICK_MS - performance.now();
      if (waitMs > 1) await pause(waitMs);
      const due = Math.round(((tick + 1) * rate * TICK_MS) / 1000) - sent;
      sent += due;
      if (due > 0) await producer.send(BENCH_TOPICS.records, Array.from({ length: due }, next));
    }
  };
  const looping = loop();
  return {
    stop: async () => {
      ending.abort();
      await looping;
    },
  };
}
