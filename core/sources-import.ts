import { z } from "zod";
import { no, ok, type Result } from "#core/result.ts";
import { type ImportPlan, planImport } from "#core/settings/import-plan.ts";
import { SourceSetting } from "#core/settings/source.ts";
import type { SettingsState } from "#core/settings/state.ts";

export type SourcesFileFault = "not_json" | "bad_shape" | "named_twice";

/** A sources file: a JSON array of source settings, or an object with that under `sources`. */
const SourceList = z.array(SourceSetting);
const SourcesFile = z.strictObject({ sources: SourceList }).transform((file) => file.sources);

/** Reads a sources file's text; every fault names the entry and the field. */
export function readSourcesFile(text: string): Result<readonly SourceSetting[], SourcesFileFault> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return no("not_json", (error as Error).message);
  }
  const isObject = typeof json === "object" && json !== null && !Array.isArray(json);
  const list = isObject ? SourcesFile.safeParse(json) : SourceList.safeParse(json);
  if (!list.success) return no("bad_shape", list.error.issues.map(describeIssue).join("\n"));
  const names = list.data.map((source) => source.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return no("named_twice", `source ${twice} is in the file twice`);
  return ok(list.data);
}

/** What has to change so that the sources are as the file says; sources that it does not name stay. */
export function planSources(
  state: Pick<SettingsState, "sources">,
  wanted: readonly SourceSetting[],
  options: { readonly removeExtra?: boolean } = {},
): ImportPlan {
  return planImport("source", state.sources, wanted, options);
}

function describeIssue(issue: z.core.$ZodIssue): string {
  return `${issue.path.map(String).join(".") || "the file"}: ${issue.message}`;
}
