import { describe, expect, test } from "vitest";
import { redactionFor } from "#core/adapter.ts";
import { CanonicalEvent } from "#core/event.ts";
import { redact } from "#core/redaction.ts";
import { userRef } from "#core/user-ref.ts";
import { adapterOf, contextOf, eventsOf, FIXTURES, fixture, gatewayOf } from "#test/gateways/support.ts";

const person = (name: string) => userRef(Buffer.from("a salt for tests only"), name);

/** Events as they are stored: people as pseudonyms. */
function asStored(record: unknown, context: ReturnType<typeof contextOf>) {
  const ref = (name: string | null) => (name === null ? null : person(name));
  return eventsOf(record, context).map((event) => ({
    ...event,
    data: { ...event.data, user: ref(event.data.user), end_user: ref(event.data.end_user) },
  }));
}

describe.each(FIXTURES)("%s", (name) => {
  const gateway = gatewayOf(name);
  const received = fixture(name);

  test.each(["gateway", "consumer", "consumer_tag"] as const)(
    "gives the same event redacted as received, with the team from %s",
    (team_from) => {
      const context = contextOf({ gateway, team_from });
      const rules = redactionFor(adapterOf(gateway), context.source);
      const stored = redact(JSON.stringify(received), rules, person);
      expect(stored).not.toBe(JSON.stringify(received));
      expect(asStored(JSON.parse(stored), context)).toEqual(asStored(received, context));
      expect(redact(stored, rules, person)).toBe(stored);
    },
  );

  test("fits the contract", () => {
    for (const { kind, data } of asStored(received, contextOf({ gateway }))) {
      const type = kind === "audit" ? "spendtrail.audit.v1" : "spendtrail.response.v1";
      const event = { specversion: "1.0", id: "a", source: "/a", time: data.started_at, type, data };
      expect(CanonicalEvent.safeParse(event).error).toBeUndefined();
    }
  });

  test("is stored without what people wrote, who they are and what they log in with", () => {
    const { source } = contextOf({ gateway });
    const stored = redact(JSON.stringify(received), redactionFor(adapterOf(gateway), source), person);
    for (const secret of [
      "what does the ranker do",
      "It ranks",
      "you are a helper",
      "Bearer abcdef",
      "gw-key-SHOULD",
      "noor@",
      "jo@shop",
      "7a3d0c1e-1111",
      "dddddddd",
      "10.4.0.9",
      "Traceback",
    ]) {
      expect(stored).not.toContain(secret);
    }
  });
});
