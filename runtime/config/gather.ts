import { readFileSync } from "node:fs";
import { z } from "zod";
import { nearest, unknownFault } from "#runtime/config/fault.ts";
import { SETTING_NAMES, type SettingName, settingOf } from "#runtime/config/schema.ts";

export type Env = Readonly<Record<string, string | undefined>>;

/** What was given for a setting, and by which name or file, for the fault. */
export interface Given {
  readonly text: string;
  readonly origin: string;
}

export interface Gathered {
  readonly given: ReadonlyMap<SettingName, Given>;
  readonly faults: readonly string[];
}

/** Names under our prefix that are no settings of a program: where the file is, and what only the command line reads. */
const OTHER_NAMES = new Set([
  "SPENDTRAIL_CONFIG",
  "SPENDTRAIL_DEBUG",
  "SPENDTRAIL_API_URL",
  "SPENDTRAIL_API_KEY",
]);
const KNOWN_NAMES: readonly string[] = SETTING_NAMES.flatMap((name) =>
  mayBeFile(name) ? [name, `${name}_FILE`] : [name],
);

/**
 * The text of every setting: the environment first, then the file; a secret or certificate also from the file that
 * `<NAME>_FILE` names. An empty variable counts as absent, as compose files set them. Nothing throws: faults are
 * collected, so that all are told at once.
 */
export function gather(env: Env, file: string | undefined): Gathered {
  const faults: string[] = [];
  const given = new Map<SettingName, Given>();
  const path = file ?? (env["SPENDTRAIL_CONFIG"] || undefined);
  const fromFile = path === undefined ? {} : readSettingsFile(path, faults);
  for (const layer of [fromFile, env]) gatherLayer(layer, layer === env ? "" : ` in ${path}`, given, faults);
  for (const name of Object.keys(env)) checkName(name, env[name], faults);
  return { given, faults };
}

function gatherLayer(layer: Env, where: string, given: Map<SettingName, Given>, faults: string[]): void {
  for (const name of SETTING_NAMES) {
    const text = layer[name] || undefined;
    const textFile = mayBeFile(name) ? layer[`${name}_FILE`] || undefined : undefined;
    if (text !== undefined && textFile !== undefined)
      faults.push(`${name}${where}: given both by itself and by ${name}_FILE; give one`);
    else if (text !== undefined) given.set(name, { text, origin: `${name}${where}` });
    else if (textFile !== undefined) {
      const origin = `${name}_FILE${where}`;
      const content = readText(textFile, origin, faults);
      if (content !== null) given.set(name, { text: content.replace(/\r?\n$/, ""), origin });
    }
  }
}

/** A misspelt setting would silently be its default: any unknown name of ours, and a near miss of the others. */
function checkName(name: string, value: string | undefined, faults: string[]): void {
  if (KNOWN_NAMES.includes(name) || OTHER_NAMES.has(name) || value === undefined) return;
  if (name.startsWith("SPENDTRAIL_")) faults.push(unknownFault(name, KNOWN_NAMES));
  // Other programs have variables under these prefixes too, so only what is one or two letters off is a fault.
  else if (/^(KAFKA|CLICKHOUSE)_/.test(name) && nearest(name, KNOWN_NAMES, 2) !== null)
    faults.push(unknownFault(name, KNOWN_NAMES));
}

const FileValue = z.union([
  z.string(),
  z.number().transform(String),
  z.boolean().transform(String),
  z.array(z.string()).transform((list) => list.join(",")),
]);

function readSettingsFile(path: string, faults: string[]): Env {
  const content = readText(path, "the configuration file", faults);
  if (content === null) return {};
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch (error) {
    faults.push(`${path}: is not JSON (${(error as Error).message}); accepted: one JSON object`);
    return {};
  }
  const object = z.record(z.string(), z.unknown()).safeParse(json);
  if (!object.success) {
    faults.push(`${path}: accepted: one JSON object with the settings' names as keys`);
    return {};
  }
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(object.data)) {
    if (!KNOWN_NAMES.includes(name)) {
      faults.push(`${unknownFault(name, KNOWN_NAMES)} (in ${path})`);
      continue;
    }
    const read = FileValue.safeParse(value);
    if (read.success) values[name] = read.data;
    else faults.push(`${name} in ${path}: accepted: a string, a number, true, false or a list of strings`);
  }
  return values;
}

function readText(path: string, origin: string, faults: string[]): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    faults.push(`${origin}: cannot read ${path} (${(error as NodeJS.ErrnoException).code ?? "unknown"})`);
    return null;
  }
}

function mayBeFile(name: SettingName): boolean {
  const { secret, file } = settingOf(name);
  return secret === true || file === true;
}
