import { createHash, createHmac } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Delivery } from "#jobs/exports/destination.ts";
import { INLINE_BYTES_MAX, webhookDestination } from "#jobs/exports/webhook-destination.ts";
import {
  begun,
  callsBefore,
  exportsLeader,
  type Hook,
  iso,
  makeKey,
  nextDue,
  runsOf,
  setSchedule,
  startHook,
} from "#test/jobs/exports/exports-kit.ts";
import { type Ground, makeGround } from "#test/support/pipeline.ts";

const SECRET = `whsec_${Buffer.from("a secret of the test of 32 bytes").toString("base64")}`;

let ground: Ground;
let hook: Hook;
let owner: string;
const due = nextDue();
beforeAll(async () => {
  [ground, hook] = await Promise.all([makeGround({ partitions: 1, prices: false }), startHook()]);
  owner = (await makeKey(ground)).id;
  await callsBefore(ground, due);
}, 60_000);
afterAll(async () => {
  await Promise.all([ground.close(), hook.close()]);
});
beforeEach(() => {
  hook.posts.length = 0;
  hook.answers.length = 0;
});

const place = (at: () => number) =>
  webhookDestination({ url: hook.url, secret: SECRET }, () => new Date(at()));

/** As a receiver checks it by the specification, built here anew. */
function isSigned({ headers, body }: Hook["posts"][number]): boolean {
  const key = Buffer.from(SECRET.slice(6), "base64");
  const said = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  return headers["webhook-signature"] === `v1,${createHmac("sha256", key).update(said).digest("base64")}`;
}

test("that fails and then succeeds gets the same message under the same id, signed at each try", async () => {
  await setSchedule(ground, "hook", { owner });
  hook.answers.push(500, 503);
  let now = begun(due);
  const leader = exportsLeader(ground, { place: place(() => now) }, now);
  for (let tries = 0; tries < 3; tries++) {
    await leader.round(now);
    const [run] = await runsOf(ground, "hook");
    if (run?.nextTryAt == null) break;
    expect(run.failure).toMatchObject({ code: "EXPORT_DESTINATION_REFUSED" });
    expect(run.failure?.message).toMatch(/it answered 50[03]/);
    now = Date.parse(run.nextTryAt);
  }
  expect((await runsOf(ground, "hook"))[0]).toMatchObject({ state: "delivered", attempts: 3 });
  expect(hook.posts).toHaveLength(3);
  expect(hook.posts.every(isSigned)).toBe(true);
  expect(new Set(hook.posts.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
  expect(new Set(hook.posts.map(({ headers }) => headers["webhook-timestamp"])).size).toBe(3);
  expect(new Set(hook.posts.map(({ body }) => body)).size).toBe(1);

  const message = JSON.parse(hook.posts[2]?.body ?? "");
  const { file, manifest } = message.data;
  const content = Buffer.from(file.content_base64, "base64");
  expect(message).toMatchObject({
    type: "export.delivered",
    timestamp: iso(due),
    data: { schedule: "hook" },
  });
  expect(createHash("sha256").update(content).digest("hex")).toBe(file.sha256);
  expect(manifest).toMatchObject({ sha256: file.sha256, sums: { cost_usd: "10" }, file: file.name });
  // The address of a webhook is often a secret: only its origin is ever told.
  const told = JSON.stringify([leader.acts, await runsOf(ground, "hook")]);
  expect(told).not.toContain("a-secret-path");
  expect(told).toContain(new URL(hook.url).origin);
  await setSchedule(ground, "hook", null);
});

test("that redirects is not followed, and one that is not there fails with the system's word", async () => {
  await setSchedule(ground, "moved", { owner });
  hook.answers.push(302);
  await exportsLeader(ground, { place: place(() => begun(due)) }, begun(due)).round();
  expect(hook.posts).toHaveLength(1);
  expect((await runsOf(ground, "moved"))[0]?.failure?.message).toContain("it answered 302");
  await setSchedule(ground, "moved", null);

  await setSchedule(ground, "gone", { owner });
  const other = await startHook();
  await other.close();
  const gone = webhookDestination({ url: other.url, secret: SECRET }, () => new Date());
  await exportsLeader(ground, { place: gone }, begun(due)).round();
  expect((await runsOf(ground, "gone"))[0]?.failure?.message).toMatch(/place did not take .*ECONNREFUSED/);
  await setSchedule(ground, "gone", null);
});

test("a file that is too large for a message is named with its hash and the address of the same bytes", async () => {
  const path = join(mkdtempSync(join(tmpdir(), "hook-")), "large.csv");
  writeFileSync(path, Buffer.alloc(INLINE_BYTES_MAX + 1, "x"));
  const delivery: Delivery = {
    ...{ id: "one", schedule: "large", dueAt: iso(due), file: "large.csv", mediaType: "text/csv", path },
    ...{ bytes: INLINE_BYTES_MAX + 1, sha256: "0".repeat(64), rowCount: 1, manifest: Buffer.from("{}") },
    address: "/v1/exports/costs?from=2026-11-01",
  };
  await place(() => due).deliver(delivery, new AbortController().signal);
  const { file } = JSON.parse(hook.posts[0]?.body ?? "").data;
  expect(file).toMatchObject({
    content_base64: null,
    address: delivery.address,
    bytes: INLINE_BYTES_MAX + 1,
  });
});
