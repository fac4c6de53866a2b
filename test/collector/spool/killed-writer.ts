import { createSender } from "#collector/spool/sender.ts";
import { openSpool } from "#collector/spool/spool.ts";
import { createLog } from "#runtime/log.ts";
import { recordOf } from "#test/collector/spool/folder-of.ts";

/** A collector's sender whose Kafka is away; tells each record that it took, until it is killed. */
const [dir = ""] = process.argv.slice(2);
const log = createLog("test", "silent");
const spool = openSpool({ dir, bytesMax: 1 << 30, segmentBytesMax: 200_000 }, log);
const sender = createSender(
  {
    producer: { send: () => Promise.reject(new Error("away")) },
    topic: "records",
    spool,
    log,
    onReplayed: () => {},
  },
  { directMs: 50, retryMs: 20 },
);
for (let n = 0; ; n += 4) {
  // Four senders at once share a write; what is told is in the order of taking.
  const numbers = [n, n + 1, n + 2, n + 3];
  await Promise.all(numbers.map((number) => sender.send("records", [recordOf(number, 2_000)])));
  process.stdout.write(`${n + 3}\n`);
}
