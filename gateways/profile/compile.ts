import type { RedactionRules } from "#core/adapter.ts";
import type { Condition } from "#core/mapping/condition.ts";
import type { FieldMap } from "#core/mapping/field-map.ts";
import type { MappingProfile, Variant } from "#core/mapping/profile.ts";
import { redactionOfProfile } from "#core/mapping/redaction-of.ts";
import { type PathTable, pathTable } from "#gateways/profile/record-reader.ts";

export interface CompiledVariant extends Omit<Variant, "map" | "when"> {
  readonly when: readonly Condition[];
  /** The profile's map with this variant's members in place of its own. */
  readonly map: FieldMap;
}

export interface CompiledProfile {
  readonly name: string;
  readonly version: number;
  readonly cloudevents: boolean;
  readonly otlp: boolean;
  readonly paths: PathTable;
  readonly variants: readonly CompiledVariant[];
  /** Both are made once: the redactor compiles rules once per object. */
  readonly redaction: RedactionRules;
  readonly redactionConsumersAreTeams: RedactionRules;
}

/** A profile, ready to read records; made once per profile object. */
export function compiled(profile: MappingProfile): CompiledProfile {
  const known = COMPILED.get(profile);
  if (known !== undefined) return known;
  const made: CompiledProfile = {
    name: profile.name,
    version: profile.version,
    cloudevents: profile.cloudevents,
    otlp: profile.otlp,
    paths: pathTable(profile),
    variants: profile.variants.map((variant) => ({
      ...variant,
      map: { ...profile.map, ...given(variant.map) },
    })),
    redaction: redactionOfProfile(profile, false),
    redactionConsumersAreTeams: redactionOfProfile(profile, true),
  };
  COMPILED.set(profile, made);
  return made;
}

const COMPILED = new WeakMap<MappingProfile, CompiledProfile>();

/** A member that a variant leaves out is the profile's. */
function given(map: Variant["map"]): Partial<FieldMap> {
  return Object.fromEntries(Object.entries(map).filter(([, value]) => value !== undefined));
}
