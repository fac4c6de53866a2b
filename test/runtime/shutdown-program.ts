import { createLog } from "#runtime/log.ts";
import { createShutdown } from "#runtime/shutdown.ts";

// A program of two parts for shutdown.test.ts; the second argument makes its first part never close.
const hangs = process.argv[2] === "hangs";
const shutdown = createShutdown({ log: createLog("program", "silent"), timeoutMs: hangs ? 60_000 : 5_000 });
shutdown.onClose("first", () => {
  process.stdout.write("first closed\n");
  return hangs ? new Promise(() => {}) : undefined;
});
shutdown.onClose("second", async () => {
  process.stdout.write("second closed\n");
});
// What a server's open socket would do: keep the program running.
setInterval(() => {}, 60_000);
process.stdout.write("ready\n");
