import { describe, expect, test } from "vitest";
import { DELIVERY_REQUESTS_MAX, deliveryRequestRule } from "#core/settings/delivery-request.ts";
import { defaultReceivers, RECEIVERS_MAX, ReceiverSetting, receiverRule } from "#core/settings/receiver.ts";

const URL_ = "https://example.com/hook";
const named = (...wishes: object[]) =>
  new Map(
    wishes.map((wish) => {
      const value = ReceiverSetting.parse(wish);
      return [value.id, { value }] as const;
    }),
  );

describe("a receiver", () => {
  test.each([
    ["no type", { id: "a", url: URL_ }],
    ["an unknown type", { id: "a", type: "sms", to: ["1"] }],
    ["members of another type", { id: "a", type: "slack", url_secret: "s", routing_key_secret: "k" }],
    ["a secret in the place of its name", { id: "a", type: "slack", url_secret: URL_ }],
    [
      "a signing secret",
      { id: "a", type: "webhook", url: URL_, secrets: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS+"] },
    ],
    ["nobody to mail to", { id: "a", type: "email", to: [] }],
    ["a list for an address", { id: "a", type: "email", to: ["a@example.com, b@example.com"] }],
    ["a header in an address", { id: "a", type: "email", to: ["a@example.com\nbcc:b@example.com"] }],
    ["a name of capital letters", { id: "Finance", type: "email", to: ["a@example.com"] }],
    ["a fragment", { id: "a", type: "alertmanager", url: `${URL_}#x` }],
    ["a list of places that are private", { id: "a", type: "alertmanager", url: URL_, allow_private: true }],
  ])("with %s is refused", (_what, wish) => {
    expect(ReceiverSetting.safeParse(wish).success).toBe(false);
  });

  test("are so many at most; one that is there may change", () => {
    const all = named(
      ...Array.from({ length: RECEIVERS_MAX }, (_, at) => ({ id: `r${at}`, type: "slack", url_secret: "s" })),
    );
    const wish = (id: string) => ReceiverSetting.parse({ id, type: "slack", url_secret: "t" });
    expect(receiverRule(all, wish("r1"))).toBeNull();
    expect(receiverRule(all, wish("one-more"))).toContain("which is the most");
    expect(receiverRule(all, null)).toBeNull();
  });
});

test("what names nobody is told to the receivers that are marked, in the order of their names", () => {
  const slack = { type: "slack", url_secret: "s" };
  const all = named(
    { id: "b", ...slack, is_default: true },
    { id: "c", ...slack },
    { id: "a", ...slack, is_default: true },
  );
  expect(defaultReceivers(all.values())).toEqual(["a", "b"]);
  expect(defaultReceivers([])).toEqual([]);
});

test("a request to send again stays, is its actor's, and there are so many at most", () => {
  const value = { id: "0".repeat(32), requested_by: "key" };
  expect(deliveryRequestRule(new Map(), value, "key")).toBeNull();
  expect(deliveryRequestRule(new Map(), value, "other")).toContain("who asks");
  expect(deliveryRequestRule(new Map(), null, "key")).toContain("stays on record");
  const many = new Map(Array.from({ length: DELIVERY_REQUESTS_MAX }, (_, at) => [String(at), 1]));
  expect(deliveryRequestRule(many, value, "key")).toContain("which is the most");
  expect(deliveryRequestRule(many.set(value.id, 1), value, "key")).toBeNull();
});
