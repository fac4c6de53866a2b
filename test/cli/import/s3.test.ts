import { readFileSync } from "node:fs";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asLines, type ImportGround, importGround } from "#test/cli/import/import-kit.ts";
import { S3_KEYS, type S3Server, startS3 } from "#test/cli/import/s3-server.ts";

const PREFIX = "AWSLogs/123456789012/BedrockModelInvocationLogs/eu-central-1/2026/10/05";

let s3: S3Server;
let at: ImportGround;
beforeAll(async () => {
  s3 = await startS3();
  at = await importGround([{ name: "logs", gateway: "bedrock-invocation-log" }], {
    ...S3_KEYS,
    AWS_ENDPOINT_URL_S3: s3.url,
  });
  s3.objects.set(`${PREFIX}/07/20261005T070000000Z_a1.json.gz`, gzipSync(hour(0)));
  s3.objects.set(`${PREFIX}/08/20261005T080000000Z b+2 (copy).json.gz`, gzipSync(hour(1)));
  s3.objects.set(`${PREFIX}/09/20261005T090000000Z_c3.json.zst`, zstdCompressSync(hour(2)));
  // What lies beside a log and is none.
  s3.objects.set(`${PREFIX}/08/data/5f0c_input.json.gz`, gzipSync('{"messages":[]}'));
  s3.objects.set("AWSLogs/123456789012/BedrockModelInvocationLogs/eu-central-1/", Buffer.alloc(0));
  s3.objects.set("AWSLogs/amazon-bedrock-logs-permission-check", Buffer.from("Permissions check"));
});
afterAll(async () => {
  await at.close();
  await s3.close();
});

/** An object as Bedrock delivers it: a line per call of its hour. */
function hour(part: number): string {
  const call = JSON.parse(
    readFileSync("test/gateways/fixtures/bedrock-invocation-log-converse.json", "utf8"),
  );
  return asLines(
    Array.from({ length: 10 }, (_, index) => ({
      ...call,
      requestId: `b3d00000-0000-4000-8000-0000000${part}00${String(index).padStart(2, "0")}`,
      timestamp: new Date(Date.UTC(2026, 9, 5, 7 + part, index)).toISOString().replace(".000", ""),
    })),
  );
}

describe("objects below an S3 prefix", () => {
  test("are all imported, page by page, and what is no log is left alone", async () => {
    const report = await at.report("--source", "logs", "s3://invocation-logs/AWSLogs/");
    expect(report).toMatchObject({ inputs: 3, read: 30, sent: 30, calls: 30, unpriced_calls: 0 });
    expect(s3.fetched).toHaveLength(3);
    await expect.poll(async () => (await at.sums()).calls, { timeout: 20_000 }).toBe(30);
  });

  test("that were imported are not fetched again; a new one is, wherever its key sorts", async () => {
    s3.objects.set(`${PREFIX}/07/20261005T075959000Z_late.json.gz`, gzipSync(hour(3)));
    s3.fetched.length = 0;
    const report = await at.report("--source", "logs", "s3://invocation-logs/AWSLogs/");
    expect(report).toMatchObject({ inputs: 4, sent: 10, skipped: { already: 30 } });
    expect(s3.fetched).toEqual([`${PREFIX}/07/20261005T075959000Z_late.json.gz`]);
    await expect.poll(async () => (await at.sums()).calls, { timeout: 20_000 }).toBe(40);
    expect((await at.sums()).record_rows).toBe(40);
  });

  test.each([
    ["a bucket that is not there", "s3://no-such-bucket/", {}, "404 NoSuchBucket"],
    ["a bucket without rights", "s3://forbidden/x", {}, "s3:ListBucket"],
    ["a wrong secret", "s3://invocation-logs/", { AWS_SECRET_ACCESS_KEY: "wrong" }, "AWS_SECRET_ACCESS_KEY"],
    ["no credentials", "s3://invocation-logs/", { AWS_ACCESS_KEY_ID: "" }, "there are no credentials"],
    ["nothing there", "s3://invocation-logs/elsewhere/", {}, "names nothing that could be imported"],
    [
      "no server",
      "s3://invocation-logs/",
      { AWS_ENDPOINT_URL_S3: "http://127.0.0.1:1" },
      "cannot be reached",
    ],
    ["no bucket's name", "s3://", {}, "s3://bucket/prefix"],
  ])("%s is told, with what to do and without a secret", async (_what, url, env, hint) => {
    const run = await at.runWith(env, "--source", "logs", url);
    expect(run.code).toBeGreaterThan(0);
    expect(run.stderr).toContain(hint);
    expect(run.stderr).not.toContain(S3_KEYS.AWS_SECRET_ACCESS_KEY);
    expect(run.stderr).not.toContain(S3_KEYS.AWS_SESSION_TOKEN);
    expect(run.stdout).toBe("");
  });
});
