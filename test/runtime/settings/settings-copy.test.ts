import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { SourceSetting } from "#core/settings/source.ts";
import { NO_SETTINGS, type SettingsState } from "#core/settings/state.ts";
import { createLog } from "#runtime/log.ts";
import { keepSettingsCopy, readSettingsCopy } from "#runtime/settings/settings-copy.ts";
import type { SettingsListener, SettingsLog } from "#runtime/settings/settings-log.ts";

const log = createLog("test", "silent");
const TOPIC = "spendtrail.settings";

/** A settings log in the hands of the test: what its listeners are told is what `become` gets. */
function settingsInHand(state: SettingsState) {
  const listeners = new Set<SettingsListener>();
  const settings: Pick<SettingsLog, "topic" | "state" | "onChange"> = {
    topic: TOPIC,
    state: () => state,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return {
    settings: settings as SettingsLog,
    become: (next: SettingsState) => {
      state = next;
      for (const listener of listeners) listener(next, []);
    },
  };
}

function copyIn() {
  const dir = mkdtempSync(join(tmpdir(), "settings-copy-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  return join(dir, "deep", "settings.json");
}

function withSource(name: string, offset: bigint): SettingsState {
  const value = SourceSetting.parse({ name, gateway: "litellm" });
  return { ...NO_SETTINGS, offset, sources: new Map([[name, { version: 1, offset, value }]]) };
}

test("a copy gives back the sources and the offset it was made at, and follows every change until it is ended", () => {
  const path = copyIn();
  const { settings, become } = settingsInHand(withSource("a", 2n ** 53n + 1n));
  const end = keepSettingsCopy(path, settings, log);
  expect(readSettingsCopy(path, TOPIC, log)).toEqual(withSource("a", 2n ** 53n + 1n));
  expect(statSync(path).mode & 0o777).toBe(0o600);
  become(withSource("b", 2n ** 53n + 2n));
  expect(readSettingsCopy(path, TOPIC, log)).toEqual(withSource("b", 2n ** 53n + 2n));
  end();
  become(withSource("c", 9n));
  expect(readSettingsCopy(path, TOPIC, log)?.sources.has("b")).toBe(true);
});

test("a copy of another topic is none: its sources may be another cluster's", () => {
  const path = copyIn();
  keepSettingsCopy(path, settingsInHand(withSource("a", 1n)).settings, log)();
  expect(readSettingsCopy(path, "other.settings", log)).toBeNull();
});

test.each([
  ["cut off", (text: string) => text.slice(0, -9)],
  ["empty", () => ""],
  ["of another format", (text: string) => text.replace('"format":1', '"format":2')],
  ["with a source that no program writes", (text: string) => text.replace('"litellm"', "7")],
])("a copy that is %s is none", (_how, broken) => {
  const path = copyIn();
  keepSettingsCopy(path, settingsInHand(withSource("a", 1n)).settings, log)();
  const text = readFileSync(path, "utf8");
  expect(broken(text)).not.toBe(text);
  writeFileSync(path, broken(text));
  expect(readSettingsCopy(path, TOPIC, log)).toBeNull();
});

test("no copy is none, and one that cannot be written keeps nobody from working", () => {
  expect(readSettingsCopy(copyIn(), TOPIC, log)).toBeNull();
  const below = join(copyIn(), "file");
  writeFileSync(join(below, "..", "..", "..", "deep"), "a file where the folder should be");
  expect(() => keepSettingsCopy(below, settingsInHand(NO_SETTINGS).settings, log)()).not.toThrow();
});
