import { describe, expect, test } from "vitest";
import { REJECT_BYTES_MAX, scrubBytes } from "#core/redaction-bytes.ts";

const bytes = (text: string) => Buffer.from(text, "utf8");

describe("what is kept of a value that is no record", () => {
  test.each([
    ["prose with a key", "ERROR 401 sk-ant-api03-canary0 end", "ERROR 401 [credential] end"],
    ["a header dump", "POST /\nx-api-key: canary\nhost: h", "POST /\nx-api-key: [credential]\nhost: h"],
    ["JSON cut inside a password", `{"a":1,"password":"can`, `{"a":1,"password":"[credential]"`],
    ["JSON cut inside content", `{"a":1,"messages":[{"role":"us`, `{"a":1,"messages":"[content 12 bytes]"`],
    ["two documents", `{"a":1}{"password":"canary"}`, `{"a":1}{"password":"[credential]"}`],
    ["content after a fault", `{"a":NaN,"messages":["canary"]}`, `{"a":NaN,"[content 22 bytes]"`],
    [
      "a list of credentials after a fault",
      `oops {"client_secret":["canary","canary"]}`,
      `oops {"client_secret":"[content 20 bytes]"`,
    ],
    ["a person after a fault", `{"a":NaN,"user":"jane"}`, `{"a":NaN,"user":"[credential]"}`],
  ])("%s", (_, text, expected) => {
    expect(scrubBytes(bytes(text))).toBe(expected);
  });

  test("bytes that are not UTF-8 are kept one character a byte, as valid UTF-8", () => {
    const kept = scrubBytes(Buffer.from([0x41, 0xff, 0x00, 0xe9]));
    expect(kept).toBe("A\u00ff\u0000\u00e9");
  });

  test("a long value keeps its beginning and says its length; no character and no secret is cut in half", () => {
    const secret = "sk-ant-canary-0123456789";
    const long = `${"é".repeat(REJECT_BYTES_MAX / 2 - 5)} ${secret} ${"x".repeat(100_000)}`;
    const kept = scrubBytes(bytes(long));
    expect(kept).toMatch(/…\[cut: \d+ bytes in full\]$/);
    expect(kept).not.toContain("canary");
    for (const start of ["", "x"]) {
      const accents = scrubBytes(bytes(start + "é".repeat(100_000)));
      expect(accents).not.toContain("\ufffd");
      expect(Buffer.byteLength(accents)).toBeLessThan(REJECT_BYTES_MAX + 100);
    }
    expect(Buffer.byteLength(scrubBytes(bytes("x".repeat(10_000_000))))).toBeLessThan(REJECT_BYTES_MAX + 100);
  });

  test("a secret on the edge of what is kept leaves no piece of itself", () => {
    for (let before = 80; before < 110; before++) {
      const kept = scrubBytes(
        bytes(`${"x".repeat(before)} Bearer canary0123456789canary0123456789`),
        undefined,
        undefined,
        100,
      );
      expect(kept).not.toContain("canar");
    }
  });
});
