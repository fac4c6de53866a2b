import { randomBytes } from "node:crypto";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createKafka } from "#runtime/kafka/client.ts";
import { ourTopics } from "#runtime/kafka/topic-specs.ts";
import { createLog } from "#runtime/log.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { litellmRecord } from "#test/support/litellm-record.ts";
import { type Product, productEnv, startProduct } from "#test/support/product.ts";
import { runCli } from "#test/support/run-cli.ts";

const TOPIC = "spendtrail.records";
const RECORDS = 40;

/** Four files of a megabyte; the padding lies in a header that nobody stores. */
async function fill({ kafka }: Product): Promise<void> {
  const client = createKafka({ brokers: kafka, clientId: "test" }, createLog("test", "silent"));
  const admin = client.admin();
  await admin.connect();
  const names = { records: TOPIC, rejects: "", settings: "", acts: "", batches: "", budgetState: "" };
  const [spec] = ourTopics(names, 4, 1);
  const settings = { ...spec?.settings, "segment.bytes": String(1024 * 1024) };
  const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
  await admin.alterConfigs({ validateOnly: false, resources: [{ type: 2, name: TOPIC, configEntries }] });
  await admin.disconnect();
  const producer = client.producer();
  await producer.connect();
  for (let n = 0; n < RECORDS; n += 1) {
    const padding = randomBytes(70_000).toString("base64");
    const message = { partition: 0, value: canonicalEvent(`event-${n}`), headers: { padding } };
    await producer.send({ topic: TOPIC, messages: [message] });
  }
  await producer.disconnect();
}

async function coverage(product: Product, ...args: string[]) {
  const run = await runCli(["check", "--coverage", ...args], productEnv(product.dataDir), 60_000);
  return { ...run, lines: run.stdout.split("\n").filter((line) => line.includes(`coverage of ${TOPIC}`)) };
}

function removeSecondFile({ dataDir }: Product): { readonly from: number; readonly to: number } {
  const folder = join(dataDir, "kafka", "log", `${TOPIC}-0`);
  const stems = readdirSync(folder).flatMap((name) => /^(\d+)\.log$/.exec(name)?.[1] ?? []);
  const [, stem = "", next] = stems.sort();
  for (const name of readdirSync(folder)) if (name.startsWith(`${stem}.`)) rmSync(join(folder, name));
  return { from: Number(stem), to: Number(next) - 1 };
}

test("check --coverage is fine on a whole data folder, and names the offsets of a file that was removed", async () => {
  let product = await startProduct(undefined, { keep: true });
  try {
    await fill(product);
    await expect
      .poll(async () => (await coverage(product)).stdout, { timeout: 30_000 })
      .toMatch(
        new RegExp(`^OK .*coverage of ${TOPIC}: ${RECORDS} records stored .*nothing is missing$`, "m"),
      );
    expect((await coverage(product)).code).toBe(0);

    const key = await product.key("--role", "ingest", "--source", "litellm");
    const records = JSON.stringify([1, 2, 3].map((n) => litellmRecord({ id: `msg_${n}` })));
    expect((await product.post("/v1/gateways/litellm", key, records)).status).toBe(202);
    const auditor = await product.key("--role", "auditor");
    await expect
      .poll(
        async () => {
          await coverage(product);
          return (await product.get("/v1/audit/coverage", auditor)).body;
        },
        { timeout: 30_000 },
      )
      .toMatchObject({
        ...{ complete: true, missing_offsets: 0, missing_numbers: 0, gaps: [] },
        sources: [{ topic: TOPIC, source: "litellm", producers: 1, numbered: 3 }],
      });

    const { dataDir } = product;
    const folder = product;
    await product.stop();
    const { from, to } = removeSecondFile(folder);
    product = await startProduct(dataDir, { keep: true });
    const { code, lines } = await coverage(product);
    expect(code).toBe(1);
    expect(lines).toEqual([
      expect.stringMatching(/^OK /),
      expect.stringMatching(
        new RegExp(
          `^FAULT  coverage of ${TOPIC}: partition 0, offsets ${from} to ${to} \\(${to - from + 1}\\): removed`,
        ),
      ),
    ]);
    const { ok, findings, coverage: gaps } = JSON.parse((await coverage(product, "--json")).stdout);
    expect(ok).toBe(false);
    expect(gaps).toMatchObject({
      complete: false,
      offsets: [{ topic: TOPIC, partition: 0, from: String(from), to: String(to), verdict: "removed" }],
      numbers: [],
    });
    expect(findings.filter(({ state }: { state: string }) => state === "fault")).toHaveLength(1);
  } finally {
    await product.stop();
    rmSync(product.dataDir, { recursive: true, force: true });
  }
}, 180_000);
