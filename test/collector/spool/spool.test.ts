import { appendFileSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openSpool, type Spool, type SpoolConfig } from "#collector/spool/spool.ts";
import { createLog } from "#runtime/log.ts";
import { emptyFolder, numberOf, recordOf } from "#test/collector/spool/folder-of.ts";

const log = createLog("test", "silent");
const BYTES_MAX = 16 * 1024 * 1024;
const open = (dir: string, rest: Partial<SpoolConfig> = {}) =>
  openSpool({ dir, bytesMax: BYTES_MAX, segmentBytesMax: 4_000, ...rest }, log);
const segments = (dir: string) => readdirSync(dir).filter((name) => name.endsWith(".segment"));

async function fill(spool: Spool, from: number, to: number): Promise<void> {
  await Promise.all(
    Array.from({ length: to - from }, (_, at) => at + from).map((n) => spool.append([recordOf(n)])),
  );
}

async function drained(spool: Spool): Promise<number[]> {
  const numbers: number[] = [];
  for (let part = await spool.next(); part !== null; part = await spool.next()) {
    numbers.push(...part.records.map(numberOf));
    part.done();
  }
  return numbers;
}

const upTo = (end: number) => Array.from({ length: end }, (_, n) => n);

test("records come back as they went in, in order, over many files, and leave nothing", async () => {
  const dir = emptyFolder();
  const spool = open(dir);
  expect(spool.isEmpty()).toBe(true);
  for (let from = 0; from < 200; from += 20) await fill(spool, from, from + 20);
  expect(segments(dir).length).toBeGreaterThan(3);
  expect(spool.isEmpty()).toBe(false);
  const first = await spool.next();
  expect(first?.records[1]).toEqual(recordOf(1));
  expect(first?.records[3]?.key).toBeNull();
  expect(await drained(spool)).toEqual(upTo(200));
  expect([spool.isEmpty(), spool.bytes(), segments(dir)]).toEqual([true, 0, []]);
  await spool.close();
});

test("what was written while it was replayed comes after it", async () => {
  const spool = open(emptyFolder());
  await fill(spool, 0, 10);
  const part = await spool.next();
  await fill(spool, 10, 20);
  part?.done();
  expect(await drained(spool)).toEqual(upTo(20).slice(part?.records.length));
  await fill(spool, 20, 25);
  expect(await drained(spool)).toEqual([20, 21, 22, 23, 24]);
  await spool.close();
});

test("the next process replays what is left, from where the last one stopped", async () => {
  const dir = emptyFolder();
  const first = open(dir);
  for (let from = 0; from < 100; from += 10) await fill(first, from, from + 10);
  const part = await first.next();
  part?.done();
  const done = part?.records.length ?? 0;
  expect(done).toBeGreaterThan(0);
  // Killed: nothing is closed, and the lock stays.
  const next = open(dir);
  await fill(next, 100, 110);
  expect(await drained(next)).toEqual(upTo(110).slice(done));
  await next.close();
  await first.close();
});

test("half a record at the end of a file was never confirmed and is left out", async () => {
  const dir = emptyFolder();
  await fill(open(dir, { segmentBytesMax: BYTES_MAX }), 0, 5);
  const [file = ""] = segments(dir);
  const whole = readFileSync(join(dir, file));
  appendFileSync(join(dir, file), whole.subarray(0, 60));
  const spool = open(dir);
  expect(await drained(spool)).toEqual(upTo(5));
  expect(readdirSync(dir).filter((name) => name.endsWith(".damaged"))).toEqual([]);
  truncateSync(join(dir, "cursor"), 0);
  await spool.close();
});

test("a flipped bit is noticed: what stands before it is replayed, the file is kept beside, later files go on", async () => {
  const dir = emptyFolder();
  const written = open(dir, { segmentBytesMax: BYTES_MAX });
  await fill(written, 0, 3);
  const [file = ""] = segments(dir);
  const bytes = readFileSync(join(dir, file));
  const at = bytes.indexOf('"n":1');
  bytes[at + 4] = "7".charCodeAt(0);
  writeFileSync(join(dir, file), bytes);
  const spool = open(dir);
  await fill(spool, 3, 5);
  expect(await drained(spool)).toEqual([0, 3, 4]);
  expect(readdirSync(dir).filter((name) => name.endsWith(".damaged"))).toHaveLength(1);
  await spool.close();
});

test("a full spool says so and takes again once there is room", async () => {
  const spool = open(emptyFolder(), { bytesMax: 3_000 });
  await fill(spool, 0, 10);
  expect(spool.hasRoom()).toBe(false);
  await expect(spool.append(upTo(30).map((n) => recordOf(n)))).rejects.toMatchObject({ code: "SPOOL_FULL" });
  expect(await drained(spool)).toEqual(upTo(10));
  await fill(spool, 10, 20);
  expect(await drained(spool)).toHaveLength(10);
  await spool.close();
});

test("a disk that refuses is a full spool, and what it holds is whole", async () => {
  const dir = emptyFolder();
  const spool = open(dir);
  rmSync(dir, { recursive: true });
  await expect(spool.append([recordOf(1)])).rejects.toMatchObject({ code: "SPOOL_FULL" });
  expect(spool.bytes()).toBe(0);
});

test("a folder belongs to one process at a time", () => {
  const dir = emptyFolder();
  // Process 1 is always there and never we.
  writeFileSync(join(dir, "lock"), "1");
  expect(() => open(dir)).toThrow(expect.objectContaining({ code: "SPOOL_FOLDER_TAKEN" }));
  writeFileSync(join(dir, "lock"), "999999999");
  expect(open(dir).isEmpty()).toBe(true);
  expect(() => open("/proc/nowhere")).toThrow(expect.objectContaining({ code: "SPOOL_FOLDER_UNUSABLE" }));
});
