import { describe, expect, test } from "vitest";
import { readClaudeUserId, redactClaudeUserId } from "#core/claude-user-id.ts";
import { userRef } from "#core/user-ref.ts";

const SESSION = "0f3c2a51-7d0e-4f6b-9a52-6b1f5ad0c7e4";
const person = (name: string) => userRef(Buffer.from("a salt for tests only"), name);
const json = (members: object) => JSON.stringify(members);

describe("Claude Code's metadata.user_id", () => {
  test.each<[string, string, { person: string | null; session: string | null } | null]>([
    [
      "until 2.1.77",
      `user_ab_account_cd_session_${SESSION}`,
      { person: "user_ab_account_cd", session: SESSION },
    ],
    [
      "from 2.1.78",
      json({ device_id: "d", account_uuid: "a", session_id: SESSION }),
      { person: "a", session: SESSION },
    ],
    [
      "without an account",
      json({ device_id: "d", account_uuid: "", session_id: SESSION }),
      { person: "d", session: SESSION },
    ],
    ["with nothing in it", json({ session_id: "" }), { person: null, session: null }],
    ["a name", "noor@shop.example", null],
    ["other JSON", json({ id: "a" }), null],
    ["broken JSON", `{"session_id":`, null],
  ])("%s", (_, text, parts) => {
    expect(readClaudeUserId(text)).toEqual(parts);
  });

  test("redacted it keeps the session, holds no one, and stays as it is", () => {
    for (const text of [
      `user_ab_account_cd_session_${SESSION}`,
      json({ device_id: "ab", account_uuid: "cd", email: ["ab@cd.example"], session_id: SESSION }),
      "ab@cd.example",
    ]) {
      const redacted = redactClaudeUserId(text, person);
      expect(redacted).not.toMatch(/ab_|"ab"|"cd"|ab@cd/);
      expect(redactClaudeUserId(redacted, person)).toBe(redacted);
      expect(readClaudeUserId(redacted)?.session).toBe(readClaudeUserId(text)?.session);
      const [name, ref] = [readClaudeUserId(text)?.person, readClaudeUserId(redacted)?.person];
      if (name) expect(ref).toBe(person(name));
    }
  });

  test("a secret in the place of the session goes", () => {
    expect(redactClaudeUserId(json({ session_id: "sk-ant-0123456789abcdef" }), person)).not.toContain(
      "0123456789",
    );
  });
});
