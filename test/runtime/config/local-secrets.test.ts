import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadConfig } from "#runtime/config/load.ts";
import { ensureLocalSecrets } from "#runtime/config/local-secrets.ts";
import { withEmbedded } from "#runtime/config/with-embedded.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spendtrail-secrets-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("secrets are made once, differ from one another, are the owner's alone, and leave no draft behind", () => {
  const dir = join(folder, "not", "there", "yet");
  const first = ensureLocalSecrets(dir);
  expect(ensureLocalSecrets(dir)).toEqual(first);
  expect(new Set(Object.values(first)).size).toBe(5);
  expect(statSync(join(dir, "secrets.json")).mode & 0o777).toBe(0o600);
  expect(readdirSync(dir)).toEqual(["secrets.json"]);
});

test("a damaged file is a failure that shows nothing of it, and is not overwritten", () => {
  const path = join(folder, "secrets.json");
  const first = JSON.stringify(ensureLocalSecrets(folder));
  for (const damaged of [first.slice(0, 100), first.replace(/"person_salt":"\w+"/, '"person_salt":"x"')]) {
    writeFileSync(path, damaged);
    let message = "";
    try {
      ensureLocalSecrets(folder);
    } catch (error) {
      message = String(error);
    }
    expect(message).toContain("Restore the file from a back-up");
    expect(message).not.toMatch(/[0-9a-f]{20}/);
    expect(readFileSync(path, "utf8")).toBe(damaged);
  }
});

test("embedded servers fill what was not given, and nothing else", () => {
  const secrets = ensureLocalSecrets(folder);
  const given = { SPENDTRAIL_PERSON_SALT: "a salt of one's own", KAFKA_BROKERS: "k:9092" };
  const config = withEmbedded(
    loadConfig(given, { program: "up" }),
    { clickHouseUrl: "http://127.0.0.1:1" },
    secrets,
  );
  expect(config.kafka.brokers).toEqual(["k:9092"]);
  expect(config.clickhouse.ingest).toMatchObject({
    url: "http://127.0.0.1:1",
    password: secrets.clickhouse_ingest_password,
  });
  expect(config.personSalt.toString()).toBe("a salt of one's own");
  expect(withEmbedded(loadConfig({}), {}, secrets).personSalt.length).toBe(64);
});
