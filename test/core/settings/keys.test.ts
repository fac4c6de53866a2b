import { describe, expect, test } from "vitest";
import { foldAll } from "#core/settings/fold.ts";
import { issueKey, KEY_RANDOM_BYTES } from "#core/settings/issue-key.ts";
import { NO_SETTINGS, type SettingsState } from "#core/settings/state.ts";
import { verifyKey } from "#core/settings/verify-key.ts";
import { keyChange, messages } from "#test/core/settings/changes.ts";

const RANDOM = Buffer.from(Array.from({ length: KEY_RANDOM_BYTES }, (_, index) => index * 5));
const NOW_MS = Date.UTC(2026, 10, 23);
const issued = issueKey(RANDOM, { label: "finance", role: "finance" });

function stateWith(...values: object[]): SettingsState {
  const contents = values.map((value, index) =>
    keyChange(issued.setting.id, index, { ...issued.setting, ...value }),
  );
  const { state, outcomes } = foldAll(NO_SETTINGS, messages(...contents));
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(values.map(() => "applied"));
  return state;
}

describe("a key", () => {
  test("is shown once and kept as a hash", () => {
    expect(issued.token).toMatch(/^st_[a-z0-9]{12}_[A-Za-z0-9_-]{43}$/);
    const secret = issued.token.slice(-43);
    expect(JSON.stringify(issued.setting)).not.toContain(secret);
    expect(Buffer.from(secret, "base64url")).toEqual(RANDOM.subarray(12));
    expect(() => issueKey(RANDOM.subarray(1), { label: "x", role: "admin" })).toThrow("random bytes");
    expect(() => issueKey(RANDOM, { label: "x", role: "viewer" })).toThrow("at least one team");
  });

  test("is let in by its token alone", () => {
    const state = stateWith({});
    expect(verifyKey(state, issued.token, NOW_MS)).toEqual({ ok: true, value: issued.setting });
    const end = issued.token.at(-2) === "A" ? "B" : "A";
    const refusals: [string, string][] = [
      ["", "malformed"],
      [issued.token.slice(0, -1), "malformed"],
      [`${issued.token} `, "malformed"],
      [`st_${"z".repeat(12)}_${issued.token.slice(-43)}`, "unknown"],
      [`${issued.token.slice(0, -2)}${end}${issued.token.slice(-1)}`, "wrong_secret"],
    ];
    for (const [token, reason] of refusals)
      expect(verifyKey(state, token, NOW_MS)).toMatchObject({ ok: false, reason });
  });

  test("is shut out once revoked, and from its expiry on", () => {
    expect(verifyKey(stateWith({}, { revoked: true }), issued.token, NOW_MS)).toMatchObject({
      reason: "revoked",
    });
    const expiring = stateWith({ expires_at: "2026-11-23T00:00:00.000Z" });
    expect(verifyKey(expiring, issued.token, NOW_MS)).toMatchObject({ ok: false, reason: "expired" });
    expect(verifyKey(expiring, issued.token, NOW_MS - 1)).toMatchObject({ ok: true });
  });

  test("that is revoked says so only to who has the secret", () => {
    const wrong = `${issued.token.slice(0, -5)}AAAAA`;
    expect(verifyKey(stateWith({}, { revoked: true }), wrong, NOW_MS)).toMatchObject({
      reason: "wrong_secret",
    });
  });
});
