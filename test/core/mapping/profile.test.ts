import { describe, expect, test } from "vitest";
import { readProfile } from "#core/mapping/profile.ts";
import { SHIPPED_PROFILES } from "#gateways/profile/shipped.ts";

const read = (profile: unknown) =>
  readProfile(typeof profile === "string" ? profile : JSON.stringify(profile));
const faultsOf = (profile: unknown): string => {
  const result = read(profile);
  return result.ok ? "none" : result.detail;
};

test("a profile with nothing but a name reads every record as a call of which nothing is known", () => {
  const profile = read({ name: "acme" });
  expect(profile).toMatchObject({
    ok: true,
    value: {
      roots: ["$"],
      variants: [{ name: "call", make: "response", when: [] }],
      redaction: { person: [] },
    },
  });
});

describe("a fault names the member", () => {
  test.each<[string, unknown, string]>([
    ["no JSON", "{", "JSON"],
    ["no object", [], "the profile: "],
    ["no name", {}, "name: "],
    ["a name with spaces", { name: "my gateway" }, "name: lower-case letters"],
    ["an unknown member", { name: "a", maps: {} }, 'the profile: Unrecognized key: "maps"'],
    ["an unknown field", { name: "a", map: { modle: "m" } }, 'map: Unrecognized key: "modle"'],
    [
      "a path that is none",
      { name: "a", map: { model: "a..b" } },
      "map.model: a name is missing at character 3 of a..b",
    ],
    ["the second of two paths", { name: "a", map: { model: ["ok", "a["] } }, "map.model.1: "],
    ["a path that is a number", { name: "a", map: { team: 7 } }, "map.team: "],
    [
      "a path deep inside",
      { name: "a", map: { meters: { prompt: "a." } } },
      "map.meters.prompt: a name is missing",
    ],
    [
      "a unit",
      { name: "a", map: { times: { start: { path: "t", unit: "min" } } } },
      "map.times.start.unit: ",
    ],
    ["an operation", { name: "a", map: { operation: { table: { x: "chat" } } } }, "map.operation.table.x: "],
    [
      "an outcome",
      { name: "a", map: { outcome: { rules: [{ when: [], is: "ok" }] } } },
      "map.outcome.rules.0.is: ",
    ],
    [
      "a condition without a test",
      { name: "a", variants: [{ name: "v", when: [{ path: "p" }] }] },
      "variants.0.when.0: needs one of equals",
    ],
    [
      "a reason of no reject",
      { name: "a", variants: [{ name: "v", make: "reject", reason: "nope" }] },
      "variants.0.reason: ",
    ],
    [
      "variants that are never reached",
      { name: "a", variants: [{ name: "v" }, { name: "w" }] },
      "variants.0.when: is empty, so that the variants after v are never reached",
    ],
    [
      "a name that stands twice",
      { name: "a", variants: [{ name: "v", when: [{ path: "p", exists: true }] }, { name: "v" }] },
      "variants.1.name: v stands twice",
    ],
    [
      "an audit that says nothing",
      { name: "a", variants: [{ name: "v", make: "audit" }] },
      "variants.0.make: is audit, and the map has no `audit`",
    ],
  ])("%s", (_what, profile, fault) => {
    expect(faultsOf(profile)).toContain(fault);
  });

  test("all faults are told together", () => {
    expect(faultsOf({ name: "a b", map: { model: ".", team: "." } }).split("\n")).toHaveLength(3);
  });
});

describe("what is redacted cannot be read, since the stored record does not have it", () => {
  const redaction = { content: ["request.body"], person: ["client.name"], credential: ["pass"] };
  test.each<[string, object, string]>([
    [
      "content",
      { map: { model: "request.body.model" } },
      "map.model: reads request.body.model, which is not stored: redaction.content cuts it",
    ],
    [
      "a person as a team",
      { map: { team: "client.name" } },
      "map.team: reads client.name, which is not stored: redaction.person cuts it",
    ],
    [
      "the user as a team",
      { map: { team: "login", user: "login" } },
      "map.team: reads login, which is not stored: redaction.person cuts it",
    ],
    [
      "a credential of the profile",
      { map: { api_key: "pass" } },
      "map.api_key: reads pass, which is not stored",
    ],
    [
      "a credential by its name",
      { map: { call_id: "headers.authorization" } },
      "map.call_id: reads headers.authorization, which is not stored: its name is that of a credential",
    ],
    [
      "a condition",
      { variants: [{ name: "v", when: [{ path: "request.body", equals: "x" }] }] },
      "variants.0.when.0.path: reads request.body",
    ],
    [
      "a rule",
      { map: { outcome: { rules: [{ when: [{ path: "client.name", equals: "x" }], is: "error" }] } } },
      "map.outcome.rules.0.when.0.path: reads client.name",
    ],
    [
      "a variant's member",
      { variants: [{ name: "v", map: { meters: { prompt: "request.body.n" } } }] },
      "variants.0.map.meters.prompt: reads",
    ],
  ])("%s", (_what, profile, fault) => {
    expect(faultsOf({ name: "a", redaction, ...profile })).toContain(fault);
  });

  test.each<[string, object]>([
    ["the user", { map: { user: "client.name" } }],
    ["a session in Claude Code's user id", { map: { session: { body: "client.name" } } }],
    [
      "whether something is there",
      { variants: [{ name: "v", when: [{ path: "request.body", exists: true }] }] },
    ],
    ["a member beside", { map: { model: "request.model" } }],
  ])("but %s", (_what, profile) => {
    expect(faultsOf({ name: "a", redaction, ...profile })).toBe("none");
  });
});

test("each shipped profile says what its records are", () => {
  for (const profile of SHIPPED_PROFILES) {
    expect(profile.about).toMatch(/^[A-Z].*\.$/s);
    expect(profile.redaction.content.length + profile.redaction.person.length).toBeGreaterThan(0);
  }
});
