import type { z } from "zod";
import { failure } from "#core/failure.ts";
import { assembleConfig } from "#runtime/config/assemble.ts";
import type { Config } from "#runtime/config/config.ts";
import { settingFault } from "#runtime/config/fault.ts";
import { type Env, type Given, gather } from "#runtime/config/gather.ts";
import { missingFaults, type Program } from "#runtime/config/needs.ts";
import { SETTING_NAMES, type SettingName, type SettingValues, settingOf } from "#runtime/config/schema.ts";

/**
 * Reads the configuration: the environment first, then the JSON file (`file`, else `SPENDTRAIL_CONFIG`), then the
 * defaults. `program` says what is required: `up` runs the servers that are not named; without one nothing is
 * required but what other settings imply.
 *
 * @throws failure CONFIG_INVALID with every fault, one a line.
 */
export function loadConfig(env: Env, options: { file?: string; program?: Program } = {}): Config {
  const { given, faults } = gather(env, options.file);
  const { values, faults: unread } = readValues(given);
  const refused = new Set(unread.map((fault) => fault.name));
  const missing = missingFaults(values, options.program ?? null).filter(({ name }) => !refused.has(name));
  const all = [...faults, ...unread.map((fault) => fault.text), ...missing.map((fault) => fault.text)];
  if (all.length > 0)
    throw failure("CONFIG_INVALID", { faults: all.map((fault) => `  ${fault}`).join("\n") });
  return assembleConfig(values, options.program ?? null);
}

function readValues(given: ReadonlyMap<SettingName, Given>): {
  values: SettingValues;
  faults: readonly { name: SettingName; text: string }[];
} {
  const values: Partial<Record<SettingName, unknown>> = {};
  const faults: { name: SettingName; text: string }[] = [];
  for (const name of SETTING_NAMES) {
    const { schema, fallback } = settingOf(name);
    const source = given.get(name);
    const text = source?.text ?? fallback;
    if (text === undefined) continue;
    const read = schema.safeParse(text);
    if (read.success) values[name] = read.data;
    else faults.push({ name, text: settingFault(name, text, source?.origin ?? name) + within(read.error) });
  }
  // Each value was read by the schema of its own name, so the record has the type that the schema says.
  return { values: values as SettingValues, faults };
}

/** Where in a value of many parts the fault is, never what stands there. Of a plain text there is nothing to say. */
function within(error: z.ZodError): string {
  const inner = error.issues.filter(({ path }) => path.length > 0);
  return inner.map(({ path, message }) => `; ${path.join(".")}: ${message}`).join("");
}
