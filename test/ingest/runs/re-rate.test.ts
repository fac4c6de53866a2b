import { randomUUID } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import { planDiscounts } from "#core/discount-import.ts";
import { planPrices } from "#core/price-import.ts";
import { RunScope } from "#core/settings/run-scope.ts";
import { applyProposal, proposeRun } from "#ingest/runs/proposals.ts";
import { applyPlan, changeSettings } from "#runtime/settings/change-settings.ts";
import { discountRow } from "#test/core/discount-rows.ts";
import { priceRow } from "#test/core/price-rows.ts";
import { beliefs, count, ingested, replay, setRate, WISH } from "#test/ingest/replay/replay-kit.ts";
import { doRun, EVERYTHING, proposer, rowsAt, runDeps, tryRun } from "#test/ingest/runs/run-kit.ts";
import { canonicalEvent } from "#test/support/canonical-event.ts";
import { type Ground, makeGround } from "#test/support/pipeline.ts";

const open: Ground[] = [];
const ground = async (): Promise<Ground> => {
  const made = await makeGround({ partitions: 2 });
  open.push(made);
  return made;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

const SOURCE = { name: "app", gateway: "canonical", allow_gateway_cost: true, account: "acct-1" };
const TABLES = ["records_v1", "events_v1", "batches_v1"] as const;
const rowsOf = (at: Ground) => Promise.all(TABLES.map((table) => count(at, table)));

/** Calls of two months in all shapes that decide a price: parts, other meters, gateway figures, failures, no clock. */
function records(): string[] {
  const calls = Array.from({ length: 60 }, (_, at) =>
    canonicalEvent(`call-${at}`, {
      started_at: `2026-${at % 2 === 0 ? "10" : "11"}-${String(10 + (at % 9))}T10:0${at % 6}:00.000Z`,
      team: ["search", "ads", "maps"][at % 3],
      model: ["acme/one", "acme/two", "claude-opus-5", "nobody/knows"][at % 4],
      session_id: `session-${at % 7}`,
      outcome: at % 11 === 0 ? "error" : "success",
      usage_quality: at % 13 === 0 ? "provisional" : "final",
      meters: {
        input_tokens: 1000 + at,
        output_tokens: 10 * at,
        ...(at % 5 === 0 ? { other: [{ unit: "image", quantity: "1.5" }] } : {}),
      },
      ...(at % 6 === 0 || at % 13 === 0 ? { gateway_cost: { amount: "0.0123", currency: "USD" } } : {}),
      ...(at % 5 === 3
        ? { parts: [{ model: "acme/one", kind: "message", meters: { input_tokens: 5, output_tokens: 1 } }] }
        : {}),
    }),
  );
  return [...calls, calls[7] as string, "{ not json"];
}

async function filled(): Promise<Ground> {
  const at = await ground();
  await at.setSources([SOURCE]);
  await at.send("app", "canonical", records());
  await ingested(at, 62);
  // 60 calls and 12 further parts: a record that is refused would test nothing.
  const stands = (await beliefs(at)).reduce((all, { calls }) => all + Number(calls), 0);
  expect(stands).toBe(72);
  return at;
}

/** A new price, one that changes, a discount. */
async function newBook(at: Ground, factor = 1): Promise<void> {
  const by = { actor: "test", reason: "test" };
  const rows = ["acme/one", "nobody/knows"].map((model, index) =>
    priceRow(`row-${index}`, {
      model,
      usd_per_mtok: { input_tokens: String(2 * factor + index), output_tokens: "1" },
    }),
  );
  await applyPlan(at.producer, at.settings, planPrices(at.settings.state(), rows), by);
  const discount = discountRow("opus", { model: "claude-opus-5", percent: "7.5" });
  await applyPlan(at.producer, at.settings, planDiscounts(at.settings.state(), [discount]), by);
}

describe("a re-rate", () => {
  test("comes to the very rows that a replay comes to when only prices changed", {
    timeout: 180_000,
  }, async () => {
    const [rated, replayed] = [await filled(), await filled()];
    const before = await beliefs(rated);
    expect(await beliefs(replayed)).toEqual(before);
    for (const at of [rated, replayed]) await newBook(at);
    // One proposal more on the one side, so that both stand on the same settings; nothing of it is read.
    const { figures } = await doRun(rated);
    const other = await replay(replayed);
    expect(figures.changed).toBe(other.figures.rows_stated);
    expect(figures.cost_after_usd).toBe(other.figures.cost_after_usd);
    expect(figures.cost_before_usd).toBe(other.figures.cost_before_usd);
    expect(figures.newly_priced).toBeGreaterThan(0);
    expect(await beliefs(rated)).toEqual(await beliefs(replayed));
    expect(await beliefs(rated, 0)).toEqual(before);
    const plain = async (at: Ground, table: string) =>
      JSON.parse(JSON.stringify(await rowsAt(at, table, 1)).replaceAll(at.database, "t"));
    const [mine, theirs] = await Promise.all([plain(rated, "events_v1"), plain(replayed, "events_v1")]);
    expect(comparable(mine)).toEqual(comparable(theirs));
    expect((await rowsAt(rated, "records_v1", 1)).length).toBe(
      (await rowsAt(replayed, "records_v1", 1)).length,
    );
    // And either finds nothing left to do for the other.
    expect((await tryRun(replayed)).changed).toBe(0);
    expect((await replay(rated)).figures).toMatchObject({ changed: 0 });
    const rows = await rowsOf(rated);
    expect((await tryRun(rated)).changed).toBe(0);
    expect(await rowsOf(rated)).toEqual(rows);
  });

  test("of a back-dated price: nothing moves until it, and a dry run writes nothing", {
    timeout: 120_000,
  }, async () => {
    const at = await filled();
    const [before, rows] = [await beliefs(at), await rowsOf(at)];
    await newBook(at);
    expect(await beliefs(at)).toEqual(before);
    const dry = await tryRun(at);
    expect(dry.changed).toBeGreaterThan(0);
    expect(await beliefs(at)).toEqual(before);
    expect(await rowsOf(at)).toEqual(rows);
    const { figures } = await doRun(at);
    expect(figures).toEqual(dry);
    const after = await beliefs(at);
    expect(after).not.toEqual(before);
    expect(sum(after)).toBe(figures.cost_after_usd);
    expect(sum(before)).toBe(figures.cost_before_usd);
    for (const line of figures.lines)
      expect(Number(line.cost_after_usd) - Number(line.cost_before_usd)).toBeCloseTo(
        Number(line.change_usd),
        9,
      );
  });

  test("touches its scope alone, by time of the call, team, model, platform and status", {
    timeout: 180_000,
  }, async () => {
    const at = await filled();
    await newBook(at);
    const november = { from: "2026-11-01T00:00:00.000Z", to: "2026-12-01T00:00:00.000Z" };
    const scope = RunScope.parse({ teams: ["ads"], models: ["nobody/knows"], cost_statuses: ["unpriced"] });
    const asked = { ...november, scope };
    const before = await beliefs(at);
    const { figures } = await doRun(at, "re_rate", asked);
    // Five such calls; one has images, which the new row has no rate for, so only its note changes.
    expect(figures).toMatchObject({ calls: 5, changed: 5, newly_priced: 4, newly_unpriced: 0 });
    const moved = (await beliefs(at)).filter((line) => !before.some((one) => sameLine(one, line)));
    expect(moved.length).toBeGreaterThan(0);
    for (const { team, model, month } of moved)
      expect([team, model, month]).toEqual(["ads", "nobody/knows", "202611"]);
    expect(
      (await tryRun(at, "re_rate", { ...november, scope: RunScope.parse({ platforms: ["bedrock"] }) })).calls,
    ).toBe(0);
    expect(
      (await tryRun(at, "re_rate", { ...november, scope: RunScope.parse({ sources: ["other"] }) })).calls,
    ).toBe(0);
    expect(await tryRun(at, "re_rate", asked)).toMatchObject({ calls: 1, changed: 0 });
    // Four calls and a part began at 10:00 of that day; the bucket of five minutes alone would take them in.
    const on = (from: string, to: string) => ({
      from: `2026-10-10T10:0${from}.000Z`,
      to: `2026-10-10T10:0${to}.000Z`,
      scope: RunScope.parse({}),
    });
    expect((await tryRun(at, "re_rate", on("0:00", "0:01"))).calls).toBe(5);
    expect((await tryRun(at, "re_rate", on("0:01", "4:00"))).calls).toBe(0);
    const all = await tryRun(at, "re_rate", EVERYTHING);
    expect(all.changed).toBeGreaterThan(figures.changed);
  });

  test("stands by the settings it names and not by those of today, and back again by an earlier offset", {
    timeout: 180_000,
  }, async () => {
    const at = await filled();
    const before = await beliefs(at);
    const earlier = at.settings.state().offset;
    await newBook(at);
    const named = at.settings.state().offset;
    await newBook(at, 50);
    await doRun(at, "re_rate", EVERYTHING, named);
    const after = await beliefs(at);
    const { figures } = await doRun(at);
    expect(Number(figures.change_usd)).toBeGreaterThan(0);
    await doRun(at, "re_rate", EVERYTHING, named);
    expect(await beliefs(at)).toEqual(after);
    await doRun(at, "re_rate", EVERYTHING, earlier);
    expect(await beliefs(at)).toEqual(before);
    expect(await beliefs(at, 1)).toEqual(after);
  });

  test("is refused when calls came in or another run moved the figures since it was proposed", {
    timeout: 180_000,
  }, async () => {
    const at = await filled();
    await newBook(at);
    const settingsOffset = at.settings.state().offset;
    const proposed = { kind: "re_rate", ...EVERYTHING, settingsOffset } as const;
    const { proposal } = await proposeRun(proposer(at), proposed, runDeps(at));
    const late = canonicalEvent("late", { started_at: "2026-10-12T10:00:00.000Z", model: "acme/one" });
    await at.send("app", "canonical", [late]);
    await ingested(at, 63);
    const rows = await rowsOf(at);
    const apply = (id: string | undefined) => applyProposal(proposer(at), id ?? "", runDeps(at));
    await expect(apply(proposal?.id)).rejects.toMatchObject({ code: "PROPOSAL_MOVED" });
    expect(await rowsOf(at)).toEqual(rows);
    expect(at.settings.state().runs.size).toBe(0);
    const again = await proposeRun(proposer(at), proposed, runDeps(at));
    await apply(again.proposal?.id);
    await expect(apply(again.proposal?.id)).rejects.toMatchObject({ code: "PROPOSAL_REFUSED" });
    await expect(apply("proposal-99")).rejects.toMatchObject({ code: "PROPOSAL_UNKNOWN" });
  });

  test("needs somebody else's approval where the policy says so; so no replay goes around it", {
    timeout: 180_000,
  }, async () => {
    const at = await filled();
    await newBook(at);
    const change = (
      kind: "approval_policy" | "run_proposal",
      value: object,
      version: number,
      actor: string,
    ) =>
      changeSettings(at.producer, at.settings, {
        ...{ kind, id: (value as { id: string }).id, value, expected_version: version },
        ...{ change_id: randomUUID(), actor, reason: "test" },
      } as never);
    await change("approval_policy", { id: "runs", approval: "other" }, 0, "boss");
    const settingsOffset = at.settings.state().offset;
    const proposed = { kind: "re_rate", ...EVERYTHING, settingsOffset } as const;
    const { proposal } = await proposeRun(proposer(at), proposed, runDeps(at));
    if (proposal === null) throw new Error("nothing would change");
    const apply = () => applyProposal(proposer(at, "operator"), proposal.id, runDeps(at));
    await expect(apply()).rejects.toMatchObject({ code: "PROPOSAL_REFUSED" });
    await expect(replay(at, WISH)).rejects.toMatchObject({ code: "SETTING_REFUSED" });
    await replay(at, { ...WISH, rejected_only: true });
    const approved = (by: string) => ({ ...proposal, state: "approved", approved_by: by });
    // Neither the requester, nor in another's name, nor with other figures.
    expect(await change("run_proposal", approved("test"), 1, "test")).toMatchObject({ outcome: "invalid" });
    expect(await change("run_proposal", approved("kim"), 1, "test")).toMatchObject({ outcome: "invalid" });
    const wider = { ...approved("kim"), to: "2098-01-01T00:00:00.000Z" };
    expect(await change("run_proposal", wider, 1, "kim")).toMatchObject({ outcome: "invalid" });
    expect(await change("run_proposal", approved("kim"), 1, "kim")).toMatchObject({ outcome: "applied" });
    const { run } = await apply();
    expect(at.settings.state().runs.get(run.id)?.value).toMatchObject({
      state: "ended",
      proposal: proposal.id,
    });
  });
});

describe("a re-attribution", () => {
  test("moves who pays and nothing else, to where a fresh ingest has it", { timeout: 180_000 }, async () => {
    const [at, fresh] = [await filled(), await ground()];
    for (const one of [at, fresh])
      await one.setSources([{ ...SOURCE, team_from: "fixed", team: "platform" }]);
    // A price that changed meanwhile is no part of it.
    await setRate(at, "acme/one", "9");
    const { figures } = await doRun(at, "re_attribute");
    expect(figures.cost_after_usd).toBe(figures.cost_before_usd);
    await fresh.send("app", "canonical", records());
    await ingested(fresh, 62);
    expect(await beliefs(at)).toEqual(await beliefs(fresh));
    expect(new Set(figures.lines.map(({ team }) => team))).toEqual(
      new Set(["ads", "maps", "search", "platform"]),
    );
    expect((await tryRun(at, "re_attribute")).changed).toBe(0);
  });
});

/** Rows without what differs from one test's topics and settings to another's. */
function comparable(rows: unknown[]): unknown[] {
  return rows.map((row) => {
    const {
      append_time: _append,
      version: _version,
      settings_offset: _offset,
      offset: _at,
      partition: _in,
      ...rest
    } = row as Record<string, unknown>;
    return rest;
  });
}

type Line = Awaited<ReturnType<typeof beliefs>>[number];

function sameLine(a: Line, b: Line): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** In units of 1e-12, so that no digit goes. */
function sum(lines: readonly Line[]): string {
  const units = lines.reduce((all, { cost }) => {
    const [whole = "0", part = ""] = cost.split(".");
    return all + BigInt(whole) * 10n ** 12n + BigInt(part.padEnd(12, "0"));
  }, 0n);
  const text = `${units / 10n ** 12n}.${String(units % 10n ** 12n).padStart(12, "0")}`;
  return text.replace(/\.?0+$/, "");
}
