import { existsSync, readFileSync } from "node:fs";
import type { Adapter } from "#core/adapter.ts";
import { failure } from "#core/failure.ts";
import { type MappingProfile, readProfile } from "#core/mapping/profile.ts";
import { SourceSetting } from "#core/settings/source.ts";
import { readSourcesFile } from "#core/sources-import.ts";
import { ADAPTERS } from "#gateways/registry.ts";

export interface TrySource {
  readonly profile?: string;
  readonly gateway?: string;
  readonly source?: string;
  readonly sources?: string;
}

export interface TriedSource {
  readonly adapter: Adapter;
  readonly source: SourceSetting;
}

/** The adapter that is asked for and the source's setting it reads with; what does not go together is told. */
export function triedSource(options: TrySource): TriedSource {
  const { profile, gateway } = options;
  const declared = declaredSource(options);
  const own = profile === undefined || ADAPTERS.has(profile) ? null : profileIn(profile);
  const named = own !== null ? "profile" : (profile ?? gateway ?? declared?.gateway);
  if (named === undefined)
    throw failure("OPTION_INVALID", { option: "--profile", value: "missing", accepts: acceptedNames() });
  if (gateway !== undefined && gateway !== named)
    throw failure("OPTION_INVALID", {
      option: "--gateway",
      value: gateway,
      accepts: `${named}, which --profile is read by, or leave --profile out`,
    });
  const adapter = ADAPTERS.get(named);
  if (adapter === undefined)
    throw failure("OPTION_INVALID", { option: "--gateway", value: named, accepts: acceptedNames() });
  const base = declared ?? SourceSetting.parse({ name: sourceName(options), gateway: named });
  return { adapter, source: { ...base, gateway: named, profile: own ?? base.profile } };
}

function acceptedNames(): string {
  return `a profile's file, or one of ${[...ADAPTERS.keys()].sort().join(", ")}`;
}

function profileIn(file: string): MappingProfile {
  if (!existsSync(file))
    throw failure("OPTION_INVALID", {
      option: "--profile",
      value: `${file}, which is no file`,
      accepts: acceptedNames(),
    });
  const read = readProfile(textOf(file));
  if (!read.ok) throw failure("FILE_UNREADABLE", { file, reason: read.detail });
  return read.value;
}

/** The source's own settings, where a sources file is given; an event's identity holds the source's name. */
function declaredSource({ source, sources }: TrySource): SourceSetting | null {
  if (sources === undefined) return null;
  const read = readSourcesFile(textOf(sources));
  if (!read.ok) throw failure("FILE_UNREADABLE", { file: sources, reason: read.detail });
  const names = read.value.map(({ name }) => name);
  const found =
    source === undefined && read.value.length === 1
      ? read.value[0]
      : read.value.find(({ name }) => name === source);
  if (found === undefined)
    throw failure("OPTION_INVALID", {
      option: "--source",
      value: source ?? "missing",
      accepts: names.join(", "),
    });
  return found;
}

function sourceName({ source = "try" }: TrySource): string {
  const name = SourceSetting.shape.name.safeParse(source);
  if (name.success) return name.data;
  throw failure("OPTION_INVALID", {
    option: "--source",
    value: source,
    accepts: name.error.issues[0]?.message ?? "a source's name",
  });
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw failure("FILE_UNREADABLE", { file, reason: (error as Error).message }, error);
  }
}
