import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { KeySetting } from "#core/settings/key.ts";
import { SourceSetting } from "#core/settings/source.ts";
import { NO_SETTINGS, type SettingsState, type Versioned } from "#core/settings/state.ts";
import type { Log } from "#runtime/log.ts";
import { makeMissing } from "#runtime/make-missing.ts";
import type { SettingsLog } from "#runtime/settings/settings-log.ts";

const Offset = z
  .string()
  .regex(/^-?\d{1,19}$/)
  .transform(BigInt);

function entries<Value extends z.ZodType>(value: Value) {
  return z.array(z.tuple([z.string(), z.object({ version: z.int(), offset: Offset, value })]));
}

const Copy = z.object({
  format: z.literal(1),
  topic: z.string(),
  offset: Offset,
  sources: entries(SourceSetting),
  keys: entries(KeySetting),
});

/**
 * The sources and keys that a copy on disk has of one settings topic; null where there is none, or none that can be
 * read (an older or newer program wrote it). Keys are in it as hashes, as on the topic.
 */
export function readSettingsCopy(path: string, topic: string, log: Log): SettingsState | null {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return null;
  }
  try {
    const copy = Copy.parse(JSON.parse(text));
    if (copy.topic !== topic) return null;
    return { ...NO_SETTINGS, offset: copy.offset, sources: new Map(copy.sources), keys: new Map(copy.keys) };
  } catch (error) {
    log.warn({ err: error, path }, "the copy of the settings cannot be read; it is written anew");
    return null;
  }
}

/**
 * Keeps such a copy up to date from now on, readable by this user alone; gives a function that ends it. A disk that
 * does not take it is named in the log and keeps nobody from working.
 */
export function keepSettingsCopy(path: string, settings: SettingsLog, log: Log): () => void {
  const write = (state: SettingsState) => {
    const copy = { format: 1, topic: settings.topic, offset: state.offset, ...listsOf(state) };
    try {
      makeMissing(dirname(path), 0o700);
      const text = JSON.stringify(copy, (_name, value) =>
        typeof value === "bigint" ? String(value) : value,
      );
      writeFileSync(`${path}.draft`, text, { mode: 0o600 });
      renameSync(`${path}.draft`, path);
    } catch (error) {
      log.warn({ err: error, path }, "the copy of the settings could not be written");
    }
  };
  write(settings.state());
  return settings.onChange(write);
}

function listsOf({ sources, keys }: SettingsState) {
  const listOf = <Value>(map: ReadonlyMap<string, Versioned<Value>>) => [...map];
  return { sources: listOf(sources), keys: listOf(keys) };
}
