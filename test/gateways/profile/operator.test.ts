import { describe, expect, test } from "vitest";
import { redactionFor } from "#core/adapter.ts";
import { redact } from "#core/redaction.ts";
import { SourceSetting } from "#core/settings/source.ts";
import { adapterOf, contextOf, eventOf, reasonOf } from "#test/gateways/support.ts";

const written = {
  name: "house",
  absent: ["-"],
  map: {
    identity: ["id"],
    user: "login",
    consumer: "'auth.consumer'",
    model: "model",
    times: { start: { path: "at" } },
  },
  redaction: { content: ["body"], person: ["ip"] },
};
const record = {
  id: "r-1",
  at: "2026-11-19T10:00:00Z",
  login: "noor",
  "auth.consumer": "search",
  model: "claude-opus-5",
  ip: "192.0.2.17",
  body: "what does the ranker do",
};
const source = (more: object = {}) =>
  contextOf({
    gateway: "profile",
    profile: SourceSetting.parse({ name: "a", gateway: "profile", profile: written }).profile,
    ...more,
  });
const stored = (value: object, more: object = {}) => {
  const context = source(more);
  return JSON.parse(
    redact(JSON.stringify(value), redactionFor(adapterOf("profile"), context.source), (name) => `<${name}>`),
  );
};

describe("an operator's own profile", () => {
  test("reads the records of its source, under its own name", () => {
    expect(eventOf(record, source()).data).toMatchObject({
      gateway: "house",
      model: "claude-opus-5",
      user: "noor",
    });
  });

  test("says what is not stored; whom it reads as a user is a person by itself", () => {
    expect(stored(record)).toMatchObject({ login: "<noor>", ip: "<192.0.2.17>", body: "[content 23 bytes]" });
  });

  test("a consumer is a person unless consumers are teams", () => {
    const nested = { ...record, "auth.consumer": undefined, auth: { consumer: "search" } };
    expect(stored(nested)).toMatchObject({ auth: { consumer: "<search>" } });
    expect(stored(nested, { team_from: "consumer" })).toMatchObject({ auth: { consumer: "search" } });
  });

  test("text that stands for no value is nobody", () => {
    expect(stored({ ...record, login: "-" })).toMatchObject({ login: "-" });
    expect(eventOf({ ...record, login: "-", "auth.consumer": "-" }, source()).data.user).toBeNull();
  });

  test("the same rules are the same object, which is compiled once", () => {
    const adapter = adapterOf("profile");
    const context = source();
    expect(redactionFor(adapter, context.source)).toBe(redactionFor(adapter, context.source));
  });

  test("OTLP only where the profile says so", () => {
    const reads = adapterOf("profile").readsOtlp;
    expect(reads?.(source().source)).toBe(false);
    const otlp = SourceSetting.parse({ name: "a", gateway: "profile", profile: { ...written, otlp: true } });
    expect(reads?.(otlp)).toBe(true);
  });
});

test("a source of this gateway without a profile refuses each record, and stores no content", () => {
  const context = contextOf({ gateway: "profile" });
  expect(reasonOf(record, context)).toBe("unknown_source");
  expect(redactionFor(adapterOf("profile"), context.source).content).toContain("body");
});

test("a faulty profile is a faulty source, by the member's name", () => {
  const read = SourceSetting.safeParse({
    name: "a",
    gateway: "profile",
    profile: { ...written, map: { model: "body.model" } },
  });
  expect(read.error?.issues[0]?.path).toEqual(["profile", "map", "model"]);
});
