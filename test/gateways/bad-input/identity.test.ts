import { describe, expect, test } from "vitest";
import { GATEWAYS, type Gateway, recordOf, taken } from "#test/gateways/bad-input/taken.ts";
import type { Json } from "#test/gateways/support.ts";

const UUID = "0b6e6f0c-5d3a-4c1e-9a0e-3f4b8d2c7a11";
const TEAM: Readonly<Record<Gateway, (team: unknown) => Json>> = {
  canonical: (team) => ({ "data.team": team }),
  litellm: (team) => ({ "metadata.user_api_key_team_id": team }),
  kong: (team) => ({ "consumer.tags": [], consumer_groups: [{ name: team }] }),
};
const SESSION: Readonly<Record<Gateway, (session: unknown) => Json>> = {
  canonical: (session) => ({ "data.session_id": session }),
  litellm: (session) => ({ session_id: session }),
  kong: (session) => ({ "request.headers": session === null ? {} : { "x-claude-code-session-id": session } }),
};
const MODEL: Readonly<Record<Gateway, (model: string) => Json>> = {
  canonical: (model) => ({ "data.model": model }),
  litellm: (model) => ({ model }),
  kong: (model) => ({ "ai.proxy.meta.response_model": model }),
};
const ID: Readonly<Record<Gateway, (id: unknown) => Json>> = {
  canonical: (id) => ({ id }),
  litellm: (id) => ({ litellm_call_id: id, id }),
  kong: (id) => ({ "request.id": id, "response.headers": {} }),
};
const row = (gateway: Gateway, changes: Json = {}, more = {}) =>
  taken(gateway, recordOf(gateway, changes), more);
const idOf = (gateway: Gateway, id: unknown, more = {}) => row(gateway, ID[gateway](id), more)["event_id"];

describe("event_id", () => {
  test.each([
    ["missing", undefined],
    ["null", null],
    ["empty", ""],
  ])(
    "%s: refused where the contract demands one, else the stamp or the position tells records apart",
    (_entry, id) => {
      expect(row("canonical", ID.canonical(id)).is).toBe("bad_identity");
      for (const gateway of ["litellm", "kong"] as const) {
        expect(row(gateway, ID[gateway](id))).toMatchObject({ is: "accepted", identity_quality: "position" });
        expect(idOf(gateway, id, { at: { offset: 2n } })).not.toBe(idOf(gateway, id));
        const stamped = new Map([
          ["spendtrail-source", `${gateway}-eu`],
          ["spendtrail-record-id", UUID],
        ]);
        expect(row(gateway, ID[gateway](id), { at: { headers: stamped } })).toMatchObject({
          identity_quality: "stamped",
        });
        expect(idOf(gateway, id, { at: { headers: stamped, offset: 2n } })).toBe(
          idOf(gateway, id, { at: { headers: stamped } }),
        );
      }
    },
  );

  test("empty request_id (LiteLLM #6633): every row after the first is an event of its own", () => {
    const rows = Array.from({ length: 20 }, (_, at) => idOf("litellm", "", { at: { offset: BigInt(at) } }));
    expect(new Set(rows).size).toBe(20);
  });

  test("10 KB: refused by the contract, hashed whole where a gateway wrote it", () => {
    const long = "x".repeat(10_240);
    expect(row("canonical", ID.canonical(long)).is).toBe("bad_identity");
    for (const gateway of ["litellm", "kong"] as const) {
      expect(row(gateway, ID[gateway](long))).toMatchObject({ is: "accepted", identity_quality: "vendor" });
      expect(idOf(gateway, long)).not.toBe(idOf(gateway, `${long}y`));
      expect(String(idOf(gateway, long))).toMatch(/^[0-9a-f]{32}$/);
    }
  });

  test("same with another team or month: still the same event, so that both rows can be found and one reversed", () => {
    const later = "2026-12-20T10:00:00.000Z";
    const moved: Readonly<Record<Gateway, readonly Json[]>> = {
      canonical: [TEAM.canonical("ads"), { time: later, "data.started_at": later }],
      // Of these two the start is a part of the identity: attempts of one call share all else.
      litellm: [TEAM.litellm("ads")],
      kong: [TEAM.kong("ads")],
    };
    for (const gateway of GATEWAYS)
      for (const changes of moved[gateway])
        expect(row(gateway, changes)["event_id"]).toBe(row(gateway)["event_id"]);
  });

  test("same with different content: the same event under the same key, so one row stays", () => {
    const more: Readonly<Record<Gateway, Json>> = {
      canonical: { "data.meters.output_tokens": 7 },
      litellm: { completion_tokens: 7, total_tokens: 1007 },
      kong: { "ai.proxy.usage.completion_tokens": 7 },
    };
    for (const gateway of GATEWAYS) {
      const keyOf = ({ bucket, gateway_team, model, session_id, event_id, epoch, sign }: Json) =>
        [bucket, gateway_team, model, session_id, event_id, epoch, sign].join();
      const [first, second] = [
        row(gateway),
        row(gateway, more[gateway], { at: { appendTimeMs: 1_795_500_000_000 } }),
      ];
      expect(keyOf(second)).toBe(keyOf(first));
      expect([first["output_tokens"], second["output_tokens"]]).toEqual([100, 7]);
      // ReplacingMergeTree keeps the largest version: the one that was appended first.
      expect(first["version"]).toBeGreaterThan(second["version"] as bigint);
    }
  });

  test("same id, different source: two events", () => {
    for (const gateway of GATEWAYS)
      expect(row(gateway, {}, { source: { name: "other" } })["event_id"]).not.toBe(row(gateway)["event_id"]);
    expect(row("canonical", { source: "other/gateway" })["event_id"]).not.toBe(row("canonical")["event_id"]);
  });

  test("UUID upper/lower case: compared as it stands, nothing is folded", () => {
    for (const gateway of GATEWAYS) {
      expect(idOf(gateway, UUID.toUpperCase())).not.toBe(idOf(gateway, UUID));
      expect(idOf(gateway, UUID)).toBe(idOf(gateway, UUID));
    }
  });
});

describe("team", () => {
  test.each([
    ["unknown", "nobody-declared-it"],
    ["*", "*"],
    ["../", "../../etc"],
    ["with quotes", `o'"\\\`x`],
    ["300 chars", "t".repeat(300)],
    ["look-alikes", "ѕearch"],
  ])("%s is text like any other", (_entry, team) => {
    for (const gateway of GATEWAYS)
      expect([gateway, row(gateway, TEAM[gateway](team))]).toEqual([
        gateway,
        expect.objectContaining({ is: "accepted", team, gateway_team: team, cost_usd: "0.0075" }),
      ]);
  });

  test("empty or missing: a gateway's is no team, the contract's has to be null", () => {
    expect(row("canonical", TEAM.canonical("")).is).toBe("bad_shape");
    for (const gateway of GATEWAYS)
      for (const team of gateway === "canonical" ? [null] : [null, ""])
        expect(row(gateway, TEAM[gateway](team))).toMatchObject({
          is: "accepted",
          team: "",
          cost_usd: "0.0075",
        });
  });

  test("too long or unprintable is refused and never cut into another team's name", () => {
    for (const gateway of GATEWAYS)
      for (const team of ["t".repeat(513), "search\u0000", "search\n", "search\ud800"])
        expect([gateway, row(gateway, TEAM[gateway](team)).is]).toEqual([gateway, "bad_shape"]);
  });

  test("moved mid-session: each call is its own team's", () => {
    for (const gateway of GATEWAYS) {
      const [before, after] = ["search", "ads"].map((team, at) =>
        row(gateway, { ...TEAM[gateway](team), ...SESSION[gateway]("one"), ...ID[gateway](`call-${at}`) }),
      );
      expect(before).toMatchObject({ session_id: "one", team: "search", cost_usd: "0.0075" });
      expect(after).toMatchObject({ session_id: "one", team: "ads", cost_usd: "0.0075" });
      expect(after?.["event_id"]).not.toBe(before?.["event_id"]);
    }
  });
});

describe("session id", () => {
  test("null: a call without a session", () => {
    for (const gateway of GATEWAYS)
      expect([gateway, row(gateway, SESSION[gateway](null))]).toEqual([
        gateway,
        expect.objectContaining({ is: "accepted", session_id: "", cost_usd: "0.0075" }),
      ]);
  });

  test("reused across teams: it decides neither team nor identity", () => {
    for (const gateway of GATEWAYS) {
      const [one, other] = ["search", "ads"].map((team) =>
        row(gateway, { ...TEAM[gateway](team), ...SESSION[gateway]("shared") }),
      );
      expect([one?.["team"], other?.["team"]]).toEqual(["search", "ads"]);
      expect(row(gateway, SESSION[gateway]("another"))["event_id"]).toBe(one?.["event_id"]);
    }
  });
});

describe("model", () => {
  test.each<[string, string, string | null]>([
    ["alias with a date", "claude-opus-4-5-20251101", "claude-opus-4-5"],
    ["alias with a route: slash", "anthropic/claude-opus-5", "claude-opus-5"],
    ["alias of Bedrock: colon", "us.anthropic.claude-opus-5-v1:0", "claude-opus-5"],
    ["alias of an operator", "our-best-model", null],
    ["unknown", "claude-opus-99", null],
    ["spaces", "claude opus 5", null],
    ["a space behind", "claude-opus-5 x", null],
    ["slashes", "a/b/c//d", null],
    ["colons", "llama3:70b:q4", null],
    ["upper case", "Claude-Opus-5", null],
    ["unicode look-alikes: a Cyrillic a", "clаude-opus-5", null],
    ["unicode look-alikes: full width", "ｃｌａｕｄｅ-opus-5", null],
    ["unicode look-alikes: a zero-width space", "claude-opus-5\u200b", null],
    ["a name that every object has", "constructor", null],
  ])("%s is mapped by table or visibly unpriced", (_entry, model, canonical) => {
    for (const gateway of GATEWAYS) {
      const found = row(gateway, MODEL[gateway](model));
      expect([gateway, found]).toEqual([
        gateway,
        expect.objectContaining({ is: "accepted", model, model_canonical: canonical ?? "" }),
      ]);
      if (canonical === null)
        expect(found).toMatchObject({ cost_usd: null, cost_status: "unpriced", cost_note: "unmapped_model" });
    }
  });
});
