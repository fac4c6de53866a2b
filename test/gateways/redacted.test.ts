import { describe, expect, test } from "vitest";
import { redactionFor } from "#core/adapter.ts";
import { ResponseEvent } from "#core/event.ts";
import { redact } from "#core/redaction.ts";
import { userRef } from "#core/user-ref.ts";
import { adapterOf, contextOf, eventOf, FIXTURES, fixture } from "#test/gateways/support.ts";

const person = (name: string) => userRef(Buffer.from("a salt for tests only"), name);

/** An event as it is stored: people as pseudonyms. */
function asStored(record: unknown, context: ReturnType<typeof contextOf>) {
  const { data, ...rest } = eventOf(record, context);
  const ref = (name: string | null) => (name === null ? null : person(name));
  return { ...rest, data: { ...data, user: ref(data.user), end_user: ref(data.end_user) } };
}

describe.each(FIXTURES)("%s", (name) => {
  const gateway = name.split("-")[0] ?? "";
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
    const { data } = asStored(received, contextOf({ gateway }));
    const event = {
      specversion: "1.0",
      id: "a",
      source: "/a",
      time: data.started_at,
      type: "spendtrail.response.v1",
      data,
    };
    expect(ResponseEvent.safeParse(event).error).toBeUndefined();
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
