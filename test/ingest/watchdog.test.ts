import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { failure } from "#core/failure.ts";
import { startWatchdog, type WatchdogPorts } from "#ingest/watchdog.ts";
import type { PartitionLife } from "#ingest/worker-ports.ts";
import { createLog } from "#runtime/log.ts";

const STALL_MS = 60_000;
const log = createLog("test", "silent");
const LIFE = { next: 90n, isWaiting: true, isFull: false, isWorking: false, failing: null };

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
afterEach(() => void vi.useRealTimers());

/** A watchdog over one partition whose end is at 100, with what the test says of it. */
function watch(more: { life?: Partial<PartitionLife> } & Partial<WatchdogPorts> = {}) {
  const stalled = vi.fn();
  const lag = vi.fn();
  const life = { ...LIFE, movedAtMs: performance.now() };
  const watchdog = startWatchdog(
    {
      lives: () => new Map([["t/0", { ...life, ...more.life }]]),
      heardAtMs: () => performance.now(),
      ends: async () => [{ topic: "t", partition: 0, offset: 100n }],
      hasRecords: async () => true,
      lag,
      stalled,
      nowMs: () => performance.now(),
      log,
      ...more,
    },
    STALL_MS,
  );
  return { watchdog, stalled, lag };
}
const passes = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe("a stall", () => {
  test("is records that are there and not handed over: readiness goes at half of the time, the program at all of it", async () => {
    const { watchdog, stalled, lag } = watch();
    await passes(25_000);
    expect(watchdog.reasons()).toEqual([]);
    expect(lag).toHaveBeenLastCalledWith("t", 0, 10);
    await passes(15_000);
    expect(watchdog.reasons().join()).toContain("t/0 has records and none is handed over");
    expect(stalled).not.toHaveBeenCalled();
    await passes(25_000);
    expect(stalled.mock.calls[0]?.[0]).toMatchObject({ code: "INGEST_STALLED" });
    watchdog.stop();
  });

  test("is found however long the look at each of many partitions takes", async () => {
    const movedAtMs = performance.now();
    const life = { ...LIFE, movedAtMs };
    const names = Array.from({ length: 20 }, (_, partition) => partition);
    const { watchdog, stalled } = watch({
      lives: () => new Map(names.map((partition) => [`t/${partition}`, life])),
      ends: async () => names.map((partition) => ({ topic: "t", partition, offset: 100n })),
      hasRecords: () => new Promise(() => {}),
    });
    await passes(90_000);
    expect(stalled).toHaveBeenCalled();
    watchdog.stop();
  });

  test("is also a group that hears nothing, after the time that a join may take", async () => {
    const { watchdog, stalled } = watch({ heardAtMs: () => 0, life: { next: 100n } });
    await passes(80_000);
    expect(stalled).not.toHaveBeenCalled();
    await passes(15_000);
    expect(stalled.mock.calls[0]?.[0].message).toContain("The consumer group has not heard of this member");
    watchdog.stop();
  });

  test("is also a partition that waits for room while nothing is written that could make some", async () => {
    const full = { ...LIFE, isWaiting: false, isFull: true, movedAtMs: performance.now() };
    const writing = { ...LIFE, isWaiting: false, isWorking: true, movedAtMs: performance.now() };
    const lives = new Map([["t/0", full]]);
    const { watchdog, stalled } = watch({ lives: () => lives });
    lives.set("t/1", writing);
    await passes(2 * STALL_MS);
    expect(stalled).not.toHaveBeenCalled();
    lives.delete("t/1");
    await passes(10_000);
    expect(stalled.mock.calls[0]?.[0].message).toContain("t/0 has no room and nothing is being written");
    watchdog.stop();
  });

  test("is also a step that never ends", async () => {
    const { watchdog, stalled } = watch({ life: { isWaiting: false, isWorking: true } });
    await passes(9 * STALL_MS);
    expect(stalled).not.toHaveBeenCalled();
    await passes(2 * STALL_MS);
    expect(stalled.mock.calls[0]?.[0].message).toContain("t/0 is at one step");
    watchdog.stop();
  });

  test("is no doubt when a connection of its own gets no answer to the fetch either", async () => {
    const { watchdog, stalled } = watch({ hasRecords: () => new Promise(() => {}) });
    await passes(100_000);
    expect(stalled).toHaveBeenCalled();
    watchdog.stop();
  });
});

describe("no stall", () => {
  test.each<[string, Parameters<typeof watch>[0]]>([
    ["a partition that has no more records", { life: { next: 100n } }],
    ["control records, which nobody is handed", { hasRecords: async () => false }],
    ["a partition that is paused or writes", { life: { isWaiting: false } }],
  ])("is %s", async (_what, more) => {
    const { watchdog, stalled } = watch(more);
    await passes(5 * STALL_MS);
    expect(watchdog.reasons()).toEqual([]);
    expect(stalled).not.toHaveBeenCalled();
    watchdog.stop();
  });

  test.each<[string, () => Promise<never>]>([
    ["refuses", () => Promise.reject(failure("KAFKA_UNREACHABLE", { brokers: "b", reason: "refused" }))],
    ["is silent", () => new Promise<never>(() => {})],
  ])("is Kafka that %s: it is not ready, and a new start would help nobody", async (_how, ends) => {
    const { watchdog, stalled } = watch({ ends, heardAtMs: () => 0 });
    await passes(10 * STALL_MS);
    expect(watchdog.reasons()).toEqual(["Kafka does not answer"]);
    expect(stalled).not.toHaveBeenCalled();
    watchdog.stop();
  });

  test("is ClickHouse that is away: what fails is said, and the program stays", async () => {
    const failing = { reason: "ClickHouse is away", sinceMs: 0 };
    const { watchdog, stalled } = watch({ life: { isWaiting: false, failing } });
    await passes(5 * STALL_MS);
    expect(watchdog.reasons()).toEqual(["partition t/0: ClickHouse is away"]);
    expect(stalled).not.toHaveBeenCalled();
    watchdog.stop();
  });

  test("is an event loop that stood still: the time without a look does not count", async () => {
    let lateMs = 0;
    const { watchdog, stalled } = watch({ nowMs: () => performance.now() + lateMs });
    await passes(10_000);
    // Between the timer's setting and its call.
    lateMs = 10 * STALL_MS;
    await passes(20_000);
    expect(watchdog.reasons()).toEqual([]);
    expect(stalled).not.toHaveBeenCalled();
    await passes(STALL_MS);
    expect(stalled).toHaveBeenCalled();
    watchdog.stop();
  });
});
