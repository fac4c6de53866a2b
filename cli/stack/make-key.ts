import { randomBytes, randomUUID } from "node:crypto";
import type { Base } from "#cli/stack/base.ts";
import { failure } from "#core/failure.ts";
import { issueKey, KEY_RANDOM_BYTES, type KeyFields } from "#core/settings/issue-key.ts";
import type { KeySetting } from "#core/settings/key.ts";
import { changeSettings } from "#runtime/settings/change-settings.ts";

/** Makes a key and waits until it is in force. The token is told this once and kept nowhere. */
export async function makeKey(
  { producer, settings }: Pick<Base, "producer" | "settings">,
  fields: KeyFields & { readonly reason: string },
): Promise<{ readonly token: string; readonly setting: KeySetting }> {
  const { reason, ...key } = fields;
  const issued = issueKey(randomBytes(KEY_RANDOM_BYTES), key);
  const outcome = await changeSettings(producer, settings, {
    kind: "key",
    change_id: randomUUID(),
    id: issued.setting.id,
    expected_version: 0,
    value: issued.setting,
    actor: "command line",
    reason,
  });
  if (outcome.outcome !== "applied") {
    throw failure("SETTING_REFUSED", { kind: "key", id: issued.setting.id, reason: outcome.detail });
  }
  return issued;
}

/** Ends a key. A key that was ended already stays so. @throws failure KEY_UNKNOWN, SETTING_REFUSED */
export async function revokeKey(
  { producer, settings }: Pick<Base, "producer" | "settings">,
  id: string,
  reason: string,
): Promise<void> {
  const found = settings.state().keys.get(id);
  if (found === undefined) throw failure("KEY_UNKNOWN", { id });
  if (found.value.revoked) return;
  const outcome = await changeSettings(producer, settings, {
    kind: "key",
    change_id: randomUUID(),
    id,
    expected_version: found.version,
    value: { ...found.value, revoked: true },
    actor: "command line",
    reason,
  });
  if (outcome.outcome !== "applied")
    throw failure("SETTING_REFUSED", { kind: "key", id, reason: outcome.detail });
}
