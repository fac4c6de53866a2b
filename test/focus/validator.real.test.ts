import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { KNOWN_FAILURES } from "#test/focus/known-failures.ts";
import { validate } from "#test/focus/validate.ts";
import { makeApi, openStore, type Store, type TestApi } from "#test/query-api/api-kit.ts";
import { focusRows, putCharges, putPrice } from "#test/query-api/focus-kit.ts";

const YEAR = 2015;
const readers = inject("readers");
const python = "path" in readers ? readers.path : "";
const validator2 = inject("validator2");

describe("FOCUS by its official validator", () => {
  const folder = mkdtempSync(join(tmpdir(), "spendtrail-focus-"));
  let store: Store;
  let api: TestApi;
  beforeAll(async () => {
    store = await openStore();
    api = await makeApi({ clickhouseTeam: store.team, clickhouseAll: store.all });
    await putPrice(api);
    await putCharges(api, YEAR);
    await store.insertEvents(focusRows(YEAR).rows);
  });
  afterAll(() => store?.close());

  const exported = async (version: string) => {
    const query = `from=${YEAR}-01-01&to=${YEAR + 1}-01-01&version=${version}&billing_account_id=acme`;
    const { status, bytes } = await api.get(`/v1/exports/focus?${query}`, await api.key({ role: "finance" }));
    expect(status).toBe(200);
    for (const category of ["Usage", "Purchase", "Tax", "Credit", "Adjustment"])
      expect(bytes.toString()).toContain(`,${category},`);
    const file = join(folder, `focus-${version}.csv`);
    writeFileSync(file, bytes);
    return { file, version, report: join(folder, `focus-${version}.xml`) };
  };

  test.skipIf("missing" in readers)("the 1.0 profile has no failing rule", async () => {
    const { passed, failed } = await validate(python, await exported("1.0"));
    process.stderr.write(`FOCUS 1.0, validator 1.0.0: ${passed} rules passed, ${failed.length} failed\n`);
    expect(failed).toEqual([]);
    expect(passed).toBeGreaterThan(100);
  });

  test.skipIf("missing" in readers)(
    "a file with a wrong word and without a column fails: the validator really looks",
    async () => {
      const given = await exported("1.0");
      const text = readFileSync(given.file, "utf8");
      writeFileSync(
        given.file,
        text.replaceAll("Usage-Based", "Now and then").replace("BilledCost", "BildCost"),
      );
      const { failed } = await validate(python, given);
      expect(failed.join()).toMatch(
        /BilledCost_Required[\s\S]*ChargeFrequency_Enum|ChargeFrequency_Enum[\s\S]*BilledCost_Required/,
      );
    },
  );

  test.skipIf("missing" in validator2)(
    "the 1.2 profile fails no rule of validator 2.x but those that are known and argued for",
    async () => {
      if ("missing" in validator2) return;
      const { passed, failed } = await validate(
        validator2.path,
        { ...(await exported("1.2")), env: { PYTHONPATH: validator2.source } },
        ["--block-download"],
      );
      process.stderr.write(`FOCUS 1.2, validator 2.x: ${passed} rules passed, ${failed.length} failed\n`);
      const rules = failed.map((text) => /name="([^"]*)"/.exec(text)?.[1] ?? text);
      expect(rules.filter((rule) => !KNOWN_FAILURES.has(rule))).toEqual([]);
      expect(passed).toBeGreaterThan(100);
    },
  );
});
