import { expect, test } from "vitest";
import { allowedPlaces, receiverSecrets, receiverSmtp } from "#runtime/config/receiver-settings.ts";

test("places are read as the addresses of receivers are", () => {
  const read = allowedPlaces.parse(
    "Alertmanager.Internal:9093, [FD00::1]:80,10.20.0.0/16,fd00::/8,0x0a000001",
  );
  expect(read).toEqual([
    { kind: "host", host: "alertmanager.internal", port: 9093 },
    { kind: "host", host: "[fd00::1]", port: 80 },
    { kind: "network", address: "10.20.0.0", prefix: 16 },
    { kind: "network", address: "fd00::", prefix: 8 },
    { kind: "host", host: "10.0.0.1", port: null },
  ]);
});

test.each([
  ["no JSON", "{"],
  ["a list", "[]"],
  ["a number", '{"a": 1}'],
  ["an empty secret", '{"a": ""}'],
  ["a line break", '{"a": "b\\nc: d"}'],
  ["a name with a blank", '{"a b": "c"}'],
])("secrets that are %s are refused", (_what, text) => {
  expect(receiverSecrets.safeParse(text).success).toBe(false);
});

test.each([
  ["no sender", '{"host": "mail.example.com"}'],
  ["a sender that is a list", '{"host": "mail.example.com", "from": "a@b.c, d@e.f"}'],
  ["an unknown member", '{"host": "mail.example.com", "from": "a@b.c", "to": "d@e.f"}'],
  ["another kind of TLS", '{"host": "mail.example.com", "from": "a@b.c", "tls": "ssl"}'],
])("a mail server with %s is refused", (_what, text) => {
  expect(receiverSmtp.safeParse(text).success).toBe(false);
});
