import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { loadConfig } from "#runtime/config/load.ts";

const SECRET = `whsec_${"A".repeat(43)}=`;
const REST = {
  ...{ KAFKA_BROKERS: "kafka:9092", CLICKHOUSE_URL: "http://clickhouse:8123" },
  ...{ CLICKHOUSE_INGEST_PASSWORD: "x", CLICKHOUSE_API_PASSWORD: "x", CLICKHOUSE_API_ALL_PASSWORD: "x" },
};
const FILE = "examples/exports/destinations.json";

test("the example is read, from the variable and from a file", () => {
  for (const given of [
    { SPENDTRAIL_EXPORT_DESTINATIONS: readFileSync(FILE, "utf8") },
    { SPENDTRAIL_EXPORT_DESTINATIONS_FILE: FILE },
  ]) {
    const { exportDestinations } = loadConfig({ ...REST, ...given }, { program: "jobs" });
    expect([...(exportDestinations ?? [])].map(([name, { type }]) => [name, type])).toEqual([
      ["finance", "folder"],
      ["lake", "s3"],
      ["erp", "webhook"],
      ["controllers", "email"],
    ]);
  }
  expect(loadConfig(REST, { program: "jobs" }).exportDestinations).toBeNull();
});

function refusal(text: string): string {
  try {
    loadConfig({ ...REST, SPENDTRAIL_EXPORT_DESTINATIONS: text }, { program: "jobs" });
  } catch (error) {
    return (error as Error).message;
  }
  return "read";
}
const MAIL = { type: "email", host: "smtp", from: "a@b.example", to: ["c@d.example"] };

test.each([
  ["a relative folder", { type: "folder", path: "exports" }, "place.path: must be an absolute path"],
  ["a type that is none", { type: "ftp", path: "/x" }, "place.type"],
  ["what is not known", { type: "folder", path: "/x", mode: "0777" }, "mode"],
  ["a bucket with a path", { type: "s3", bucket: "a/b" }, "place.bucket: is no name of a bucket"],
  [
    "another protocol",
    { type: "webhook", url: "file:///etc/passwd", secret: SECRET },
    "place.url: must be an http",
  ],
  [
    "a user in an address",
    { type: "webhook", url: "https://u:p4ssw0rd@x.example", secret: SECRET },
    "place.url",
  ],
  [
    "a short secret",
    { type: "webhook", url: "https://x.example", secret: "whsec_c2hvcnQ=" },
    "place.secret: must be",
  ],
  [
    "a secret without its prefix",
    { type: "webhook", url: "https://x.example", secret: "A".repeat(44) },
    "place.secret",
  ],
  ["a header in a receiver", { ...MAIL, to: ["c@d.example\r\nBcc: e@f.example"] }, "place.to.0: is no plain"],
  ["two receivers in one", { ...MAIL, to: ["c@d.example,e@f.example"] }, "place.to.0: is no plain"],
  ["a sender with a name", { ...MAIL, from: "X <a@b.example>" }, "place.from: is no plain"],
  ["no receiver", { ...MAIL, to: [] }, "place.to"],
])("%s is refused by its place in the object, without what was given", (_what, destination, says) => {
  const said = refusal(JSON.stringify({ place: destination }));
  expect(said).toContain("SPENDTRAIL_EXPORT_DESTINATIONS: given");
  expect(said).toContain(says);
  for (const secret of ["p4ssw0rd", "c2hvcnQ", SECRET.slice(6), "e@f.example"])
    expect(said).not.toContain(secret);
});

test("a name that cannot stand in a file's, no JSON, no object and nothing in it are refused", () => {
  for (const text of ['{"../x":{"type":"folder","path":"/x"}}', "{", "[]", "{}", '"x"'])
    expect(refusal(text), text).toContain("SPENDTRAIL_EXPORT_DESTINATIONS: given");
});

test("who delivers reads as the API does, and needs its passwords", () => {
  const { CLICKHOUSE_API_PASSWORD: _, ...less } = REST;
  const given = { SPENDTRAIL_EXPORT_DESTINATIONS_FILE: FILE };
  expect(() => loadConfig({ ...less, ...given }, { program: "jobs" })).toThrow(
    "CLICKHOUSE_API_PASSWORD: required by `spendtrail jobs` with SPENDTRAIL_EXPORT_DESTINATIONS",
  );
  expect(loadConfig(less, { program: "jobs" }).exportDestinations).toBeNull();
});
