import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sharedServers } from "#test/support/servers.ts";

/**
 * Spoils what the broker has stored of a partition, as a bad disk does: `change` gets the bytes of its log and changes
 * them in place. The broker sends them on as they are, because it checks a batch when it comes and not when it goes.
 */
export async function spoilLog(
  topic: string,
  partition: number,
  change: (log: Buffer) => void,
): Promise<void> {
  // Only the broker's folder: in the other server's, files come and go while it is read.
  const dataDir = join((await sharedServers()).dataDir, "kafka");
  const folder = readdirSync(dataDir, { recursive: true, encoding: "utf8" }).find((path) =>
    path.endsWith(`/${topic}-${partition}`),
  );
  if (folder === undefined) throw new Error(`the broker has no folder of ${topic}-${partition}`);
  const file = join(dataDir, folder, "00000000000000000000.log");
  const log = readFileSync(file);
  change(log);
  // In place: a file under a new name would not be the one that the broker holds open.
  writeFileSync(file, log, { flag: "r+" });
}
