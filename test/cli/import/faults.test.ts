import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asLines, type ImportGround, importGround } from "#test/cli/import/import-kit.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { litellmRecord } from "#test/support/litellm-record.ts";

let at: ImportGround;
beforeAll(async () => {
  at = await importGround([
    { name: "proxy", gateway: "litellm" },
    { name: "off", gateway: "litellm", enabled: false },
  ]);
});
afterAll(() => at.close());

const records = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) =>
    litellmRecord({
      ...{ id: `msg_fault_${from + index}`, litellm_call_id: `fault-${from + index}` },
      ...{
        startTime: 1785000000 + from + index,
        endTime: 1785000001 + from + index,
        completionStartTime: null,
      },
    }),
  );
const utf16 = (text: string) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, "utf16le")]);

const FILES: readonly (readonly [string, string, string | Buffer, readonly string[]])[] = [
  ["text that is no JSON", "log.jsonl", "2026-11-01 a line\n", ["begins with neither { nor ["]],
  ["UTF-16", "utf16.jsonl", utf16('{"a":1}\n'), ["is not UTF-8"]],
  ["an array that is cut off", "cut.json", '[{"id":"a"},{"id":"b"', ["cut off"]],
  ["text after an array", "after.json", "[{}] []", ["after the end"]],
  ["a CSV without a header", "bare.csv", "msg_1,0.0105,2026-09-01 06:00:00\n", ["has no header", "0.0105"]],
  ["a CSV with a ragged row", "ragged.csv", "request_id,spend\nmsg_1,0.1,3\n", ["line 2"]],
  ["a CSV with an open quote", "quote.csv", 'request_id,spend\n"msg_1,0.1\n', ["no CSV that can be read"]],
  ["a CSV that names a column twice", "twice.csv", "spend,spend\n1,2\n", ["column spend twice"]],
  [
    "a CSV in Latin-1",
    "latin1.csv",
    Buffer.from("request_id,user\nmsg_1,J\xfcrgen\n", "latin1"),
    ["is not UTF-8"],
  ],
];

describe("a file that cannot be used is exit code 2, its name and the reason", () => {
  test.each(FILES)("%s", async (_what, name, content, hints) => {
    const run = await at.run("--source", "proxy", at.file(name, content));
    expect(run).toMatchObject({ code: 2, stdout: "" });
    const { error } = JSON.parse(run.stderr);
    expect(error.code).toBe("FILE_UNREADABLE");
    for (const hint of [name, ...hints]) expect(error.message).toContain(hint);
  });

  test("one that is not there, a pattern that matches none, a folder", async () => {
    const dir = at.file("x.jsonl", "").replace(/\/x\.jsonl$/, "");
    for (const [input, code] of [
      [`${dir}/missing.jsonl`, "FILE_UNREADABLE"],
      [`${dir}/missing-*.jsonl`, "IMPORT_NOTHING_FOUND"],
      [dir, "FILE_UNREADABLE"],
    ] as const) {
      const run = await at.run("--source", "proxy", input);
      expect(run).toMatchObject({ code: 2, stdout: "" });
      expect(JSON.parse(run.stderr).error.code).toBe(code);
    }
  });

  test("a gzip that is cut off: what lies before the cut is sent, once", async () => {
    const whole = gzipSync(asLines(records(0, 3_000)));
    const path = at.file("cut.jsonl", whole.subarray(0, whole.length - 2_000));
    const run = await at.run("--source", "proxy", path);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain("is not gzip, or not all of it");
    expect(run.stderr).toMatch(/\d+ records before that were sent/);
    const sent = Number(/(\d+) records before/.exec(run.stderr)?.[1]);
    await expect.poll(async () => (await at.sums()).calls, { timeout: 20_000 }).toBe(sent);
    at.file("cut.jsonl", whole);
    expect(await at.report("--source", "proxy", path)).toMatchObject({ sent: 3_000 - sent });
    await expect.poll(async () => (await at.sums()).record_rows, { timeout: 20_000 }).toBe(3_000);
  });
});

describe("a wrong source", () => {
  test("one that is not there, is switched off or of another gateway", async () => {
    const path = at.file("ok.jsonl", asLines(records(9_000, 1)));
    for (const [args, code, hint] of [
      [["--source", "prxoy"], "IMPORT_SOURCE_UNKNOWN", "off, proxy"],
      [["--source", "off"], "IMPORT_SOURCE_UNFIT", "switched off"],
      [["--source", "proxy", "--gateway", "kong"], "IMPORT_SOURCE_UNFIT", "of gateway litellm"],
    ] as const) {
      const run = await at.run(...args, path);
      expect(run).toMatchObject({ code: 2, stdout: "" });
      const { error } = JSON.parse(run.stderr);
      expect(error.code).toBe(code);
      expect(error.message).toContain(hint);
    }
  });

  test("records of another gateway are noticed before any is sent, and named", async () => {
    const before = await at.sums();
    const path = at.file("canonical.jsonl", [canonicalEvent("a"), canonicalEvent("b")].join("\n"));
    const run = await at.run("--source", "proxy", path);
    expect(run).toMatchObject({ code: 2, stdout: "" });
    const { error } = JSON.parse(run.stderr);
    expect(error.code).toBe("IMPORT_NOT_UNDERSTOOD");
    expect(error.message).toContain("gateway canonical");
    expect(await at.report("--source", "proxy", "--keep-rejects", path)).toMatchObject({
      sent: 2,
      rejected: 2,
    });
    await expect.poll(async () => (await at.sums()).rejected - before.rejected, { timeout: 20_000 }).toBe(2);
  });
});

test.each([
  ["--from", "yesterday"],
  ["--until", "2026-11-01 10:00"],
])("%s %s is refused: a time without a zone is somebody's local one", async (option, value) => {
  const run = await at.run("--source", "proxy", option, value, at.file("ok.jsonl", "{}\n"));
  expect(run.code).toBe(2);
  expect(JSON.parse(run.stderr).error.message).toContain("with its zone");
});
