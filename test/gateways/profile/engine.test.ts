import { describe, expect, test } from "vitest";
import { eventId } from "#core/identity.ts";
import { allByProfile, byProfile, refusal } from "#test/gateways/profile/support.ts";
import { contextOf } from "#test/gateways/support.ts";

const at = (source: object = {}, position: object = {}) =>
  contextOf({ gateway: "profile", ...source }, {}, position);
const START = { times: { start: { path: "t" } } };
const T = { t: "2026-11-19T10:00:00Z" };

describe("paths", () => {
  const model = (written: object, record: object) =>
    byProfile({ map: { ...START, model: written }, absent: ["-"] }, { ...T, ...record }).data.model;
  test.each<[string, unknown, object, string | null]>([
    ["nested", "a.b", { a: { b: "m" } }, "m"],
    ["a key with dots", "'a.b'", { "a.b": "m" }, "m"],
    ["the first of two that is there", ["x", "y"], { x: null, y: "m" }, "m"],
    ["an empty text is none", ["x", "y"], { x: "", y: "m" }, "m"],
    ["what the profile calls absent is none", ["x", "y"], { x: "-", y: "m" }, "m"],
    ["an element", "a[1]", { a: ["l", "m"] }, "m"],
    ["the last element", "a[-1]", { a: ["l", "m"] }, "m"],
    ["JSON in a string", "a@json.b", { a: '{"b":"m"}' }, "m"],
    ["JSON that is no string", "a@json.b", { a: { b: "m" } }, "m"],
    ["JSON in JSON", "a@json.b@json.c", { a: JSON.stringify({ b: '{"c":"m"}' }) }, "m"],
    ["text that is no JSON", "a@json.b", { a: "b=m" }, null],
    ["JSON that is cut off", "a@json.b", { a: '{"b":"m' }, null],
    ["a member of a text", "a.length", { a: "text" }, null],
    ["an object where text was due", "a", { a: { b: 1 } }, null],
  ])("%s", (_what, path, record, expected) => {
    expect(model(path as never, record)).toBe(expected);
  });

  test("what every object inherits is not there", () => {
    const written = { variants: [{ name: "v", when: [{ path: "constructor", exists: true }] }] };
    expect(refusal(written, T)).toMatch(/^unknown_event_type/);
  });

  test("each path is tried from each root", () => {
    const written = { roots: ["attributes", "$"], map: { ...START, model: ["'m.name'"], team: "team" } };
    const { data } = byProfile(written, { ...T, attributes: { "m.name": "m" }, team: "search" });
    expect(data).toMatchObject({ model: "m", team: "search", gateway: "acme" });
  });
});

describe("variants", () => {
  const written = {
    map: {
      ...START,
      identity: ["id"],
      audit: { action: "gateway", action_path: "what", target_id: "who", details: { n: "n" } },
    },
    variants: [
      {
        name: "old",
        when: [{ path: "v", below: 2 }],
        make: "reject",
        reason: "unsupported_version",
        detail: "update it",
      },
      { name: "bad", when: [{ path: "v", starts_with: "x" }], make: "reject" },
      { name: "note", when: [{ path: "kind", one_of: ["note", 7, true] }], make: "audit" },
      {
        name: "call",
        when: [
          { path: "kind", equals: "call" },
          { path: "v", at_least: 2 },
        ],
        map: { model: "m" },
      },
    ],
  };
  const kindOf = (record: object) => {
    const found = refusal(written, { ...T, id: "1", ...record });
    return found === "accepted" ? allByProfile(written, { ...T, id: "1", ...record })[0]?.kind : found;
  };
  test.each<[object, string]>([
    [{ v: 3, kind: "call" }, "response"],
    [{ v: "3", kind: "call" }, "response"],
    [{ v: 3, kind: "note" }, "audit"],
    [{ v: 3, kind: "7" }, "audit"],
    [{ v: 3, kind: "true" }, "audit"],
    [{ v: 1, kind: "call" }, "unsupported_version: update it"],
    [{ v: "xx", kind: "call" }, "bad_shape: is a record of bad, which the profile refuses"],
    [
      { v: 3 },
      "unknown_event_type: is none of the records that the profile acme knows: old, bad, note, call",
    ],
    [
      { v: 3, kind: ["call"] },
      "unknown_event_type: is none of the records that the profile acme knows: old, bad, note, call",
    ],
  ])("%j becomes %s", (record, expected) => {
    expect(kindOf(record)).toBe(expected);
  });

  test("an audit event says what was done, and never usage", () => {
    const [event] = allByProfile(written, {
      ...T,
      id: "1",
      v: 3,
      kind: "note",
      what: "started",
      who: "k-1",
      n: 4,
    });
    expect(event).toMatchObject({
      kind: "audit",
      data: {
        action: "gateway.started",
        target_id: "k-1",
        details: { n: "4" },
        outcome: null,
        gateway: "acme",
      },
    });
    expect(event?.data).not.toHaveProperty("meters");
  });

  test("an audit event and the call of the same id are two events", () => {
    const id = (kind: string) => allByProfile(written, { ...T, id: "1", v: 3, kind })[0]?.eventId;
    expect(id("note")).not.toBe(id("call"));
  });
});

describe("identity", () => {
  const written = { map: { ...START, identity: ["id", "try"] } };
  const of = (record: object, position = {}) => {
    const { eventId: id, identityQuality } = byProfile(written, { ...T, ...record }, at({}, position));
    return `${identityQuality} ${id}`;
  };
  test("is all parts together; it does not move with the position", () => {
    expect(of({ id: "a", try: 1 })).toBe(`vendor ${eventId("profile-eu", ["a", "1"])}`);
    expect(of({ id: "a", try: 1 }, { offset: 99n })).toBe(of({ id: "a", try: 1 }));
    expect(of({ id: "a", try: 2 })).not.toBe(of({ id: "a", try: 1 }));
    expect(of({ id: "a" })).toMatch(/^vendor/);
  });
  test("without its first part it is the position", () => {
    expect(of({ try: 1 })).toMatch(/^position/);
    expect(of({ try: 1 }, { offset: 99n })).not.toBe(of({ try: 1 }));
  });
});

describe("two events of one call", () => {
  const written = {
    map: { ...START, identity: ["id"], call_by: ["request"] },
    variants: [
      {
        name: "in",
        when: [{ path: "side", equals: "in" }],
        make: "part",
        map: { meters: { prompt: "n", elsewhere: ["output"] } },
      },
      {
        name: "out",
        when: [{ path: "side", equals: "out" }],
        map: { meters: { output: "n", elsewhere: ["prompt"] } },
      },
    ],
  };
  test("the part names the call by what both share, whichever comes first, and each counts its own side", () => {
    const part = byProfile(written, { ...T, id: "1", request: "r", side: "in", n: 20 });
    const call = byProfile(written, { ...T, id: "2", request: "r", side: "out", n: 5 });
    expect(part).toMatchObject({
      kind: "part",
      partOf: call.eventId,
      data: { meters: { input_tokens: 20, output_tokens: 0 } },
    });
    expect(call).toMatchObject({ kind: "response", data: { meters: { input_tokens: 0, output_tokens: 5 } } });
    expect(part.eventId).not.toBe(call.eventId);
  });
  test("where nothing is shared, each is known by its own id", () => {
    const part = byProfile(written, { ...T, id: "1", side: "in", n: 20 });
    const call = byProfile(written, { ...T, id: "2", side: "out", n: 5 });
    expect(part).toMatchObject({ kind: "part", identityQuality: "vendor" });
    expect("partOf" in part && part.partOf).not.toBe(call.eventId);
    expect(call.eventId).toBe(eventId("profile-eu", ["2"]));
  });
});

test.each<[string, unknown]>([
  ["text", "a"],
  ["a list", []],
  ["null", null],
])("%s is no record", (_what, record) => {
  expect(refusal({}, record)).toBe("not_a_record: is no JSON object");
});
