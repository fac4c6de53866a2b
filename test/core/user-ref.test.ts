import { expect, test } from "vitest";
import { USER_REF, userRef } from "#core/user-ref.ts";

const SALT = Buffer.from("a salt for tests only");

test("a pseudonym is stable under one salt and another under another", () => {
  expect(userRef(SALT, "jane@example.com")).toMatch(USER_REF);
  expect(userRef(SALT, "jane@example.com")).toBe(userRef(SALT, "jane@example.com"));
  expect(userRef(Buffer.from("other"), "jane@example.com")).not.toBe(userRef(SALT, "jane@example.com"));
  expect(userRef(SALT, "Jane@example.com")).not.toBe(userRef(SALT, "jane@example.com"));
});

test("a pseudonym passes unchanged; what only looks like one does not", () => {
  const ref = userRef(SALT, "jane");
  expect(userRef(SALT, ref)).toBe(ref);
  for (const name of [`${ref} `, ref.toUpperCase(), ref.slice(0, -1), `x${ref}`]) {
    expect(userRef(SALT, name)).not.toBe(name);
  }
});

test("is HMAC-SHA256: RFC 4231, test case 2", () => {
  expect(userRef(Buffer.from("Jefe"), "what do ya want for nothing?")).toBe(
    "u_5bdcc146bf60754e6a042426089575c7",
  );
});
