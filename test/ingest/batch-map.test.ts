import { expect, test } from "vitest";
import { rowsHash } from "#core/rows-hash.ts";
import { ADAPTERS } from "#gateways/registry.ts";
import { createBatchBuilder } from "#ingest/batch-builder.ts";
import type { LogRecord } from "#runtime/kafka/types.ts";
import { createFoldedLog } from "#runtime/settings/settings-log.ts";
import { allocationChange, messages, sourceChange } from "#test/core/settings/changes.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";

const RECORDS = "records";
const record = (at: number, data: Record<string, unknown>): LogRecord => ({
  topic: "app-topic",
  partition: 0,
  offset: BigInt(at),
  appendTimeMs: Date.UTC(2026, 10, 20),
  key: null,
  value: Buffer.from(canonicalEvent(`map-${at}`, data)),
  headers: new Map(),
});
const CALLS = [
  record(0, {
    team: "search",
    started_at: "2026-11-14T23:59:59.999Z",
    parts: [{ kind: "message", model: "x", meters: { input_tokens: 1 } }],
  }),
  record(1, { team: "search", started_at: "2026-11-15T00:00:00.000Z" }),
  record(2, { team: "ads", started_at: "2026-11-15T00:00:00.000Z", user: "ada@example.com" }),
  record(3, { team: null, api_key: "nightly", tags: ["cc:blue"] }),
];

/** A builder over settings that stand in memory, and the offset of the last. */
function builder(...changes: readonly object[]) {
  const log = createFoldedLog("settings");
  log.add(messages(sourceChange("app", 0, { gateway: "canonical", topic: "app-topic" }), ...changes));
  const settings = { ...log, waitFor: async () => {} };
  const salt = Buffer.from("salt");
  /** As a program that has just started: it remembers no map. */
  const started = () =>
    createBatchBuilder({ settings, adapters: ADAPTERS, personSalt: salt, recordsTopic: RECORDS });
  return { log, started, build: started() };
}

const paid = (rows: readonly Readonly<Record<string, unknown>>[]) =>
  rows.map((row) => [row["gateway_team"], row["team"], row["cost_center"], row["allocation_id"]]);

test("each row of a call has the paying team and the cost centre of its event time, and the rule", async () => {
  const { build } = builder(
    allocationChange("old", 0, { effective_to: "2026-11-15T00:00:00.000Z" }),
    allocationChange("new", 0, { cost_center: "4250", effective_from: "2026-11-15T00:00:00.000Z" }),
    allocationChange("nightly", 0, { match: "key", value: "nightly", team: "batch", cost_center: "4900" }),
    allocationChange("blue", 0, { match: "tag", value: "cc:blue", cost_center: "1" }),
  );
  const { batch } = await build(CALLS, null);
  expect(paid(batch.eventRows)).toEqual([
    ["search", "search", "4200", "old"],
    ["search", "search", "4200", "old"],
    ["search", "search", "4250", "new"],
    ["ads", "ads", "", ""],
    ["", "batch", "4900", "nightly"],
  ]);
});

test("a person's rule goes by the pseudonym that the rows have", async () => {
  const before = await builder().build(CALLS, null);
  const ref = String(before.batch.eventRows.find((row) => row["gateway_team"] === "ads")?.["user_ref"]);
  const { build } = builder(
    allocationChange("ada", 0, { match: "user", value: ref, team: "search", cost_center: null }),
    allocationChange("s", 0),
  );
  const { batch } = await build(CALLS, null);
  expect(paid(batch.eventRows)[3]).toEqual(["ads", "search", "4200", "ada>s"]);
});

test("a batch that was begun under one map is repeated under that map, whatever the map became since", async () => {
  const { build, started, log } = builder(allocationChange("old", 0));
  const begun = log.state().offset;
  const first = await build(CALLS, null);
  log.add([
    ...messages(
      allocationChange("old", 1, { status: "cancelled" }),
      allocationChange("new", 0, { cost_center: "9" }),
    ).map((message) => ({ ...message, offset: message.offset + begun + 1n })),
  ]);
  const repeated = await started()(CALLS, begun);
  expect(repeated.batch.root).toBe(first.batch.root);
  expect(repeated.batch.eventRows).toEqual(first.batch.eventRows);
  const now = await build(CALLS, null);
  expect(now.batch.root).not.toBe(first.batch.root);
  expect(paid(now.batch.eventRows)[0]).toEqual(["search", "search", "9", "new"]);
});

test("without a map, rows hash as they did before there was one", async () => {
  const { batch } = await builder().build(CALLS, null);
  const without = batch.eventRows.map(({ cost_center: _c, allocation_id: _a, ...row }) => row);
  expect(rowsHash(batch.eventRows)).toBe(rowsHash(without));
});
