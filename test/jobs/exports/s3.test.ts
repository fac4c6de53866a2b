import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { s3Destination } from "#cli/export/destinations/s3-destination.ts";
import { type Delivery, manifestName } from "#jobs/exports/destination.ts";
import { S3_KEYS, type S3Server, startS3 } from "#test/cli/import/s3-server.ts";
import {
  begun,
  callsBefore,
  exportsLeader,
  makeKey,
  nextDue,
  runsOf,
  setSchedule,
} from "#test/jobs/exports/exports-kit.ts";
import { type Ground, makeGround } from "#test/support/pipeline.ts";

let s3: S3Server;
beforeAll(async () => {
  s3 = await startS3();
});
afterAll(() => s3.close());
beforeEach(() => {
  s3.objects.clear();
  s3.uploads.clear();
  s3.spoil = () => null;
});

const env = () => ({ ...S3_KEYS, AWS_ENDPOINT_URL: s3.url });
const place = (prefix = "deep/place", bucket = "invocation-logs") =>
  s3Destination({ type: "s3", bucket, prefix }, env(), 1000);
const signal = new AbortController().signal;

const CONTENT = Buffer.from(Array.from({ length: 3500 }, (_, at) => at % 251));
const path = join(mkdtempSync(join(tmpdir(), "s3-")), "file");
writeFileSync(path, CONTENT);
const delivery: Delivery = {
  ...{
    id: "one",
    schedule: "s",
    dueAt: "2026-12-01T06:00:00.000Z",
    file: "a b.csv",
    mediaType: "text/csv",
    path,
  },
  ...{
    bytes: CONTENT.length,
    sha256: "",
    rowCount: 1,
    manifest: Buffer.from('{"file":"a b.csv"}'),
    address: "/v1",
  },
};
const FILE = "deep/place/a b.csv";

test("a file of several parts is put together, then the manifest; the same again changes nothing", async () => {
  const order: string[] = [];
  s3.spoil = ({ method }, url) => {
    order.push(`${method} ${url.search.replace(/upload-\d+/, "id")}`);
    return null;
  };
  await place().deliver(delivery, signal);
  expect(s3.objects.get(FILE)?.equals(CONTENT)).toBe(true);
  expect(s3.objects.get(manifestName(FILE))?.equals(delivery.manifest)).toBe(true);
  expect(order).toEqual([
    "GET ",
    "POST ?uploads=",
    ...[1, 2, 3, 4].map((part) => `PUT ?partNumber=${part}&uploadId=id`),
    "POST ?uploadId=id",
    "PUT ",
  ]);
  order.length = 0;
  await place().deliver(delivery, signal);
  expect(order).toEqual(["GET "]);
});

test.each(["PUT ?partNumber=3", "POST ?uploadId", "PUT "])(
  "broken off at %s: nothing is left of it, there is no manifest, and the next try delivers",
  async (at) => {
    let refusing = true;
    s3.spoil = ({ method }, url) =>
      refusing && `${method} ${url.search}`.startsWith(at) && isAt(at, url) ? 400 : null;
    await expect(place().deliver(delivery, signal)).rejects.toMatchObject({ code: "IMPORT_S3_REFUSED" });
    expect(s3.uploads.size).toBe(0);
    expect(s3.objects.has(manifestName(FILE))).toBe(false);
    refusing = false;
    await place().deliver(delivery, signal);
    expect(s3.objects.get(FILE)?.equals(CONTENT)).toBe(true);
    expect(s3.objects.has(manifestName(FILE))).toBe(true);
  },
);

function isAt(at: string, url: URL): boolean {
  return at !== "PUT " || url.search === "";
}

test("two at once deliver once, and another file's manifest is never replaced", async () => {
  await Promise.all([place().deliver(delivery, signal), place().deliver(delivery, signal)]);
  expect([...s3.objects.keys()].sort()).toEqual([FILE, manifestName(FILE)]);
  const other = { ...delivery, manifest: Buffer.from("another") };
  await expect(place().deliver(other, signal)).rejects.toThrow("is of another file and is not replaced");
  // Who comes between the look and the write finds out by the conditional write.
  s3.objects.clear();
  s3.spoil = ({ method }, url) => {
    if (method === "PUT" && url.pathname.endsWith(".json"))
      s3.objects.set(manifestName(FILE), Buffer.from("theirs"));
    return null;
  };
  await expect(place().deliver(delivery, signal)).rejects.toThrow("is of another file and is not replaced");
  expect(String(s3.objects.get(manifestName(FILE)))).toBe("theirs");
});

test("without a prefix it lies at the root; without credentials it is refused before anything is sent", async () => {
  await place("").deliver(delivery, signal);
  expect([...s3.objects.keys()].sort()).toEqual(["a b.csv", "a b.csv.manifest.json"]);
  expect(() => s3Destination({ type: "s3", bucket: "invocation-logs", prefix: "" }, {})).toThrow(
    "no credentials",
  );
});

test("a bucket that refuses is named with S3's word for it, and tried again", async () => {
  const ground: Ground = await makeGround({ partitions: 1, prices: false });
  const due = nextDue();
  const { id: owner } = await makeKey(ground);
  await callsBefore(ground, due);
  await setSchedule(ground, "lake", { owner });
  const leader = exportsLeader(ground, { place: place("", "forbidden") }, begun(due));
  await leader.round();
  const [run] = await runsOf(ground, "lake");
  expect(run).toMatchObject({ state: "retrying", failure: { code: "EXPORT_DESTINATION_REFUSED" } });
  expect(run?.failure?.message).toContain("403 AccessDenied");
  const mended = exportsLeader(ground, { place: place("") }, Date.parse(run?.nextTryAt ?? ""));
  await mended.round();
  expect((await runsOf(ground, "lake"))[0]?.state).toBe("delivered");
  expect(s3.objects.size).toBe(2);
  await ground.close();
});
