import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { composeService } from "#test/deploy/compose-file.ts";

/** Tables about itself that ClickHouse's own config.xml switches on and that grow without an end by default. */
const GROWING = [
  ...["query_log", "query_views_log", "query_thread_log", "query_metric_log", "part_log", "metric_log"],
  ...["asynchronous_metric_log", "latency_log", "error_log", "trace_log", "text_log", "backup_log"],
  ...["processors_profile_log", "asynchronous_insert_log", "blob_storage_log"],
];

const mounts = composeService("clickhouse").volumes.filter((volume) => volume.startsWith("./"));
const files = mounts.map((mount) => {
  const [from = "", to = "", mode] = mount.split(":");
  return { from, to, mode, xml: readFileSync(`deploy/${from}`, "utf8") };
});

test.each(files)("$from is whole, mounted alone and cannot be written to", ({ to, mode, xml }) => {
  expect(to).toMatch(/^\/etc\/clickhouse-server\/config\.d\/spendtrail-\w+\.xml$/);
  expect(mode).toBe("ro");
  expect(unclosed(xml)).toEqual([]);
  expect(xml).toMatch(/<clickhouse>[\s\S]*<\/clickhouse>\n$/);
});

describe("the server's tables about itself", () => {
  const logs = files.find(({ from }) => from.endsWith("/logs.xml"))?.xml ?? "";

  test.each(GROWING)("%s is emptied by a TTL", (table) => {
    const section = new RegExp(`<${table}>([\\s\\S]*?)</${table}>`).exec(logs)?.[1];
    expect(section).toMatch(/<ttl>event_date \+ INTERVAL \d+ DAY DELETE<\/ttl>/);
  });

  test("the one that can have no TTL beside its engine is switched off", () => {
    expect(logs).toContain('<opentelemetry_span_log remove="1"/>');
  });
});

/** Names of elements that are closed by another name or not at all. */
function unclosed(xml: string): string[] {
  const open: string[] = [];
  for (const [, slash, name = "", rest = ""] of xml
    .replaceAll(/<!--[\s\S]*?-->/g, "")
    .matchAll(/<(\/?)([\w]+)([^>]*)>/g)) {
    if (rest.endsWith("/")) continue;
    if (slash !== "/") open.push(name);
    else if (open.pop() !== name) return [name];
  }
  return open;
}
