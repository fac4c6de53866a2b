import { describe, expect, test } from "vitest";
import { type CallParties, createAttribution } from "#core/attribution.ts";
import { ALLOCATION_MATCHES, AllocationSetting } from "#core/settings/allocation.ts";
import { foldAll } from "#core/settings/fold.ts";
import { NO_SETTINGS } from "#core/settings/state.ts";
import { seeded } from "#test/core/seeded.ts";
import { allocationChange, messages } from "#test/core/settings/changes.ts";

const rule = (id: string, fields: object): AllocationSetting =>
  AllocationSetting.parse({ id, effective_from: "2026-01-01T00:00:00.000Z", ...fields });

const CALL: CallParties = {
  key: "k1",
  user: `u_${"0".repeat(32)}`,
  tags: ["env:prod", "cc:blue"],
  project: "p1",
  organization: "o1",
  team: "t1",
  source: "s1",
};
const AT = Date.parse("2026-11-01T00:00:00Z");

/** A rule of each kind that fits the call. */
const OF_EACH = ALLOCATION_MATCHES.map((match) =>
  rule(match, { match, value: match === "tag" ? "cc:blue" : CALL[match], cost_center: `of-${match}` }),
);

describe("precedence", () => {
  test("the most specific rule counts alone: key, user, tag, project, organization, team, source", () => {
    for (let left = OF_EACH; left.length > 0; left = left.slice(1))
      expect(createAttribution(left.toReversed())(CALL, AT)).toEqual({
        team: "t1",
        costCenter: `of-${left[0]?.match}`,
        allocationId: left[0]?.match,
      });
    expect(createAttribution([])(CALL, AT)).toEqual({ team: "t1", costCenter: "", allocationId: "" });
  });

  test("of a call's labels, the first that has a rule", () => {
    const rules = [
      rule("blue", { match: "tag", value: "cc:blue", cost_center: "blue" }),
      rule("red", { match: "tag", value: "cc:red", cost_center: "red" }),
    ];
    const of = (tags: string[]) => createAttribution(rules)({ ...CALL, tags }, AT).costCenter;
    expect([of(["x", "cc:red", "cc:blue"]), of(["cc:blue", "cc:red"]), of(["cc:blue:1"])]).toEqual([
      "red",
      "blue",
      "",
    ]);
  });

  test("what the call does not say fits no rule", () => {
    const nobody = {
      ...CALL,
      key: "",
      user: "",
      tags: [],
      project: "",
      organization: "",
      team: "",
      source: "",
    };
    expect(createAttribution(OF_EACH)(nobody, AT)).toEqual({ team: "", costCenter: "", allocationId: "" });
  });
});

describe("time", () => {
  const [before, after] = [
    rule("before", {
      match: "team",
      value: "t1",
      cost_center: "1",
      effective_to: "2026-10-01T00:00:00.000Z",
    }),
    rule("after", {
      match: "team",
      value: "t1",
      cost_center: "2",
      effective_from: "2026-10-01T00:00:00.000Z",
    }),
  ];

  test("the rule in force when the call begins: its first moment belongs to it, its end to the next", () => {
    const at = (text: string) => createAttribution([after, before])(CALL, Date.parse(text)).costCenter;
    expect(at("2025-12-31T23:59:59.999Z")).toBe("");
    expect(at("2026-01-01T00:00:00.000Z")).toBe("1");
    expect(at("2026-09-30T23:59:59.999Z")).toBe("1");
    expect(at("2026-10-01T00:00:00.000Z")).toBe("2");
  });

  test("a cancelled rule counts for nothing", () => {
    expect(
      createAttribution([{ ...before, status: "cancelled" }])(CALL, Date.parse("2026-02-01")).costCenter,
    ).toBe("");
  });
});

describe("a rule without a cost centre hands on to that of its team", () => {
  const person = rule("ada", { match: "user", value: CALL.user, team: "payments" });

  test("whose cost centre counts, and both are named", () => {
    const team = rule("pay", { match: "team", value: "payments", cost_center: "77" });
    expect(createAttribution([team, person])(CALL, AT)).toEqual({
      team: "payments",
      costCenter: "77",
      allocationId: "ada>pay",
    });
  });

  test("and on, to the team that pays for that one", () => {
    const rules = [
      person,
      rule("sold", { match: "team", value: "payments", team: "bank" }),
      rule("bank", { match: "team", value: "bank", cost_center: "1" }),
    ];
    expect(createAttribution(rules)(CALL, AT)).toEqual({
      team: "bank",
      costCenter: "1",
      allocationId: "ada>sold>bank",
    });
  });

  test("and is UNALLOCATED where that team has none", () => {
    expect(createAttribution([person])(CALL, AT)).toEqual({
      team: "payments",
      costCenter: "",
      allocationId: "ada",
    });
  });

  test("a circle, which the settings let nobody make, ends all the same", () => {
    const rules = [
      rule("a", { match: "team", value: "t1", team: "b" }),
      rule("b", { match: "team", value: "b", team: "t1" }),
    ];
    expect(createAttribution(rules)(CALL, AT)).toEqual({ team: "t1", costCenter: "", allocationId: "a>b" });
  });
});

test("over random maps every call has exactly one team and cost centre, whatever the order of the rules", () => {
  let [allocated, chained] = [0, 0];
  for (let seed = 1; seed <= 40; seed++) {
    const random = seeded(seed);
    const month = () => new Date(Date.UTC(2026, random.below(12), 1)).toISOString();
    const changes = Array.from({ length: 40 }, (_, at) => {
      const match = random.pick(ALLOCATION_MATCHES);
      const value =
        match === "user" ? `u_${String(random.below(3)).repeat(32)}` : `${match}${random.below(3)}`;
      const [from, to] = [month(), month()].sort();
      const team = random.below(2) === 0 ? `team${random.below(3)}` : null;
      return allocationChange(`r${at}`, 0, {
        ...{ match, value, team, effective_from: from, effective_to: random.below(3) === 0 ? null : to },
        cost_center: random.below(3) === 0 ? null : `cc${random.below(4)}`,
        status: random.below(8) === 0 ? "cancelled" : "active",
      });
    });
    const rules = [...foldAll(NO_SETTINGS, messages(...changes)).state.allocations.values()].map(
      ({ value }) => value,
    );
    const shuffled = rules.map((one) => ({ one, at: random.below(1e6) })).sort((a, b) => a.at - b.at);
    const [attribute, other] = [createAttribution(rules), createAttribution(shuffled.map(({ one }) => one))];
    for (let call = 0; call < 60; call++) {
      const some = (match: string) => (random.below(3) === 0 ? "" : `${match}${random.below(4)}`);
      const parties: CallParties = {
        key: some("key"),
        user: random.below(2) === 0 ? "" : `u_${String(random.below(4)).repeat(32)}`,
        tags: Array.from({ length: random.below(3) }, () => `tag${random.below(4)}`),
        project: some("project"),
        organization: some("organization"),
        team: some("team"),
        source: some("source"),
      };
      const atMs = Date.UTC(2026, random.below(12), 1 + random.below(28), random.below(24));
      const found = attribute(parties, atMs);
      expect(found, `seed ${seed}`).toEqual(other(parties, atMs));
      // The fold let at most one rule in for each value and moment, so a search of the whole map finds the same.
      const inForce = (one: AllocationSetting) =>
        one.status === "active" &&
        Date.parse(one.effective_from) <= atMs &&
        (one.effective_to === null || atMs < Date.parse(one.effective_to));
      for (const match of ALLOCATION_MATCHES)
        for (const value of match === "tag" ? parties.tags : [parties[match]])
          expect(
            rules.filter((one) => inForce(one) && one.match === match && one.value === value).length,
          ).toBeLessThan(2);
      const deciding = rules.find(({ id }) => id === found.allocationId.split(">").at(-1));
      expect(found.costCenter).toBe(deciding?.cost_center ?? "");
      if (deciding === undefined) expect(found.team).toBe(parties.team);
      else expect(inForce(deciding)).toBe(true);
      if (found.costCenter !== "") allocated += 1;
      if (found.allocationId.includes(">")) chained += 1;
    }
  }
  expect(allocated, "the generator makes rules that fit").toBeGreaterThan(500);
  expect(chained).toBeGreaterThan(70);
});
