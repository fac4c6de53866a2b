import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { OutgoingRecord } from "#runtime/kafka/types.ts";

/** An empty folder that goes with the test. */
export function emptyFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), "spendtrail-spool-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

export function recordOf(n: number, bytes = 100): OutgoingRecord {
  const value = Buffer.from(JSON.stringify({ n, pad: "x".repeat(bytes) }));
  return {
    key: n % 3 === 0 ? null : `session-${n % 7}`,
    value,
    headers: { "spendtrail-record-id": `id-${n}` },
  };
}

export function numberOf(record: OutgoingRecord): number {
  return (JSON.parse(record.value?.toString("utf8") ?? "null") as { n: number }).n;
}
