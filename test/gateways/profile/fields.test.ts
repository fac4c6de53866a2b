import { describe, expect, test } from "vitest";
import type { SourceSetting } from "#core/settings/source.ts";
import { byProfile, refusal } from "#test/gateways/profile/support.ts";
import { contextOf } from "#test/gateways/support.ts";

const T = "2026-11-19T10:00:00.125Z";
const T_MS = Date.parse(T);
const read = (map: object, record: object, source: Partial<SourceSetting> = {}) =>
  byProfile({ map }, record, contextOf({ gateway: "profile", ...source })).data;

describe("times", () => {
  test.each<[string, object, unknown]>([
    ["ISO", { path: "t" }, T],
    ["seconds", { path: "t", unit: "s" }, T_MS / 1000],
    ["milliseconds", { path: "t", unit: "ms" }, T_MS],
    ["microseconds", { path: "t", unit: "us" }, T_MS * 1000],
    ["nanoseconds, which no double holds", { path: "t", unit: "ns" }, `${T_MS}999999`],
    ["by their size", { path: "t" }, `${T_MS}000000`],
    ["digits in quotes", { path: "t", unit: "ms" }, String(T_MS)],
    ["a UUID of version 7", { path: "t", unit: "uuid7" }, "01a1f33f-b17d-7d10-8a4e-6a1f3c2b0601"],
  ])("%s", (_what, start, value) => {
    expect(read({ times: { start } }, { t: value })).toMatchObject({ started_at: T, time_quality: "stated" });
  });
  test.each<[string, object, unknown]>([
    ["a number where ISO was declared", { path: "t", unit: "iso" }, T_MS],
    ["a UUID of version 4", { path: "t", unit: "uuid7" }, "01a1f33f-b17d-4d10-8a4e-6a1f3c2b0601"],
    ["milliseconds declared as seconds", { path: "t", unit: "s" }, T_MS],
    ["a word", { path: "t", unit: "ms" }, "soon"],
    ["an object", { path: "t" }, {}],
  ])("%s is refused", (_what, start, value) => {
    expect(refusal({ map: { times: { start } } }, { t: value })).toMatch(/^bad_time/);
  });

  test.each<[string, object, unknown, string | null]>([
    ["milliseconds", { unit: "ms" }, 3310, "2026-11-19T10:00:03.435Z"],
    ["seconds", { unit: "s" }, 3.31, "2026-11-19T10:00:03.435Z"],
    ["digits in quotes", { unit: "s" }, "3.31", "2026-11-19T10:00:03.435Z"],
    ["nanoseconds", { unit: "ns" }, 3_310_000_000, "2026-11-19T10:00:03.435Z"],
    ["3310ms", { unit: "text" }, "3310ms", "2026-11-19T10:00:03.435Z"],
    ["1m2.5s", { unit: "text" }, "1m2.5s", "2026-11-19T10:01:02.625Z"],
    ["text says its own unit, whatever is declared", { unit: "s" }, "3310ms", "2026-11-19T10:00:03.435Z"],
    ["a bare number where text was declared", { unit: "text" }, 3310, null],
    ["negative", {}, -1, null],
    ["eleven days and more", {}, 1e9, null],
    ["a word", {}, "fast", null],
  ])("a duration: %s", (_what, unit, value, ended) => {
    const times = { start: { path: "t" }, duration: { path: "d", ...unit } };
    expect(read({ times }, { t: T, d: value }).ended_at).toBe(ended);
  });

  test("an end and a duration are a start; the first token and the overhead are told", () => {
    const times = {
      end: { path: "e" },
      duration: { path: "d" },
      first_token_after: { path: "f", unit: "s" },
      overhead: { path: "o" },
    };
    expect(read({ times }, { e: "2026-11-19T10:00:03.435Z", d: 3310, f: 2.583, o: 1.5 })).toMatchObject({
      started_at: T,
      time_quality: "stated",
      ended_at: "2026-11-19T10:00:03.435Z",
      first_token_at: "2026-11-19T10:00:02.708Z",
      gateway_overhead_us: 1500,
    });
  });
  test("an end alone is one; no time at all is the append time", () => {
    expect(read({ times: { end: { path: "e" } } }, { e: T })).toMatchObject({
      started_at: T,
      time_quality: "end_only",
    });
    expect(read({}, {})).toMatchObject({ time_quality: "missing" });
  });
});

describe("who", () => {
  const map = {
    team: "team",
    consumer: "login",
    user: "user",
    end_user: "end",
    tags: "tags",
    claimed_team: "x",
  };
  const record = { team: "search", login: "noor", end: "jo", tags: "team:ads, nightly", x: "t" };
  test("consumers are users, or teams where the source says so", () => {
    expect(read(map, record)).toMatchObject({
      team: "search",
      user: "noor",
      end_user: "jo",
      claimed_team: "t",
    });
    const context = contextOf({ gateway: "profile", team_from: "consumer" });
    expect(byProfile({ map }, record, context)).toMatchObject({
      attributedTeam: "noor",
      data: { user: null },
    });
    const tagged = contextOf({ gateway: "profile", team_from: "consumer_tag" });
    expect(byProfile({ map }, record, tagged)).toMatchObject({
      attributedTeam: "ads",
      data: { tags: ["team:ads", "nightly"] },
    });
  });
  test("the profile's user counts before its consumer, and nobody where the source says so", () => {
    expect(read(map, { ...record, user: "ana" }).user).toBe("ana");
    expect(read(map, record, { user_from: "none" })).toMatchObject({ user: null, end_user: null });
  });
  test("what a client can set is cut and never refused", () => {
    const data = read({ claimed_team: "x", session: { gateway: "s" } }, { x: "x".repeat(9000), s: { a: 1 } });
    expect(data.claimed_team).toHaveLength(512);
    expect(data.session_id).toBeNull();
  });
});

describe("the session", () => {
  const session = { header: "h", gateway: "g", body: "b", telemetry: "t" };
  const user = '{"device_id":"d","account_uuid":"a","session_id":"body-1"}';
  test.each<[object, string | null, string | null]>([
    [{ h: "h-1", g: "g-1", b: user, t: "t-1" }, "h-1", "header"],
    [{ h: "", g: "g-1", b: user, t: "t-1" }, "g-1", "gateway"],
    [{ b: user, t: "t-1" }, "body-1", "body"],
    [{ b: "jo", t: "t-1" }, "t-1", "telemetry"],
    [{ h: "", g: "" }, null, null],
  ])("%j", (record, id, source) => {
    expect(read({ session }, record)).toMatchObject({ session_id: id, session_id_source: source });
  });
});

describe("what was asked of whom", () => {
  const map = {
    operation: { path: "op", table: { chat: "generate", vec: "embed" }, request_path: "url", method: "m" },
    platform: { path: "p", table: { anthropic: "anthropic-api" }, host: "h", otherwise: "elsewhere" },
    model: "model",
    model_prefixes: ["anthropic::"],
    stream: "s",
  };
  test.each<[object, object]>([
    [{ op: "VEC" }, { operation: "embed" }],
    [
      { op: "unheard", url: "/v1/messages?beta=true" },
      { operation: "generate", api_format: "anthropic_messages" },
    ],
    [{ url: "https://x.example/v1/messages/count_tokens", m: "POST" }, { operation: "count_tokens" }],
    [{ url: "/v1/models", m: "GET" }, { operation: "list_models" }],
    [{ url: "/v1/messages", m: "HEAD" }, { operation: "other" }],
    [{ op: "constructor" }, { operation: "generate" }],
    [{ p: "Anthropic" }, { platform: "anthropic-api" }],
    [
      { p: "acme", h: "https://bedrock-runtime.eu-central-1.amazonaws.com/model" },
      { platform: "bedrock", region: "eu-central-1" },
    ],
    [{ p: "constructor" }, { platform: "elsewhere" }],
    [{ model: "anthropic::claude-opus-5" }, { model: "claude-opus-5" }],
    [{ model: "anthropic::" }, { model: "anthropic::" }],
    [{ s: "TRUE" }, { stream: true }],
    [{ s: 0 }, { stream: false }],
    [{ s: "maybe" }, { stream: null }],
  ])("%j", (record, expected) => {
    expect(read(map, record)).toMatchObject(expected);
  });
  test("the source's platform counts where the record says none", () => {
    expect(read(map, {}, { platform: "bedrock" }).platform).toBe("bedrock");
    expect(read({}, {}).platform).toBe("unknown");
  });
  test("attempts are counted from 1", () => {
    expect(read({ attempt: "n", attempt_from: 0 }, { n: 0 }).attempt).toBe(1);
    expect(read({ attempt: "n" }, { n: "2" }).attempt).toBe(2);
    expect(read({ attempt: "n" }, { n: 1.5 }).attempt).toBeNull();
  });
});
