import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { createSender } from "#collector/spool/sender.ts";
import { openSpool } from "#collector/spool/spool.ts";
import type { OutgoingRecord } from "#runtime/kafka/types.ts";
import { createLog } from "#runtime/log.ts";
import { emptyFolder, numberOf } from "#test/collector/spool/folder-of.ts";

const log = createLog("test", "silent");

test("kill -9 while records go to the disk loses none that was taken, and their order stays", async () => {
  const dir = emptyFolder();
  let lastTaken = -1;
  for (let round = 0; round < 2; round += 1) lastTaken = await writeAndKill(dir, 300);
  const replayed: number[] = [];
  const sent = Promise.withResolvers<void>();
  const spool = openSpool({ dir, bytesMax: 1 << 30 }, log);
  const sender = createSender({
    producer: {
      send: async (_topic, records: readonly OutgoingRecord[]) => {
        replayed.push(...records.map(numberOf));
        if (spool.isEmpty()) sent.resolve();
        return [];
      },
    },
    topic: "records",
    spool,
    log,
    onReplayed: () => void (spool.isEmpty() && sent.resolve()),
  });
  await sent.promise;
  await sender.close();
  // Two lives wrote 0 to n each; what was on the disk and not yet told may be there as well.
  const second = replayed.lastIndexOf(0);
  const [firstLife, secondLife] = [replayed.slice(0, second), replayed.slice(second)];
  for (const life of [firstLife, secondLife])
    expect(life).toEqual(Array.from({ length: life.length }, (_, n) => n));
  expect(firstLife.length).toBeGreaterThanOrEqual(300);
  expect(secondLife.length).toBeGreaterThan(lastTaken);
});

/** The number of the last record that was told as taken. */
async function writeAndKill(dir: string, atLeast: number): Promise<number> {
  const child = spawn(process.execPath, ["test/collector/spool/killed-writer.ts", dir], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = once(child, "exit");
  let last = -1;
  for await (const line of createInterface({ input: child.stdout })) {
    last = Number(line);
    if (last >= atLeast) child.kill("SIGKILL");
  }
  const [, signal] = (await ended) as [number | null, string | null];
  expect(signal).toBe("SIGKILL");
  return last;
}
