import type { RedactionRules } from "#core/adapter.ts";
import { type FieldMap, PERSON_FIELDS } from "#core/mapping/field-map.ts";
import { namesOf, parsePath, pathList } from "#core/mapping/path.ts";

interface Redacting {
  readonly map: Partial<FieldMap>;
  readonly variants: readonly { readonly map: Partial<FieldMap> }[];
  readonly redaction: RedactionRules;
  readonly absent: readonly string[];
}

/** A profile's rules, with the people that its map reads; a consumer is one unless consumers are teams. */
export function redactionOfProfile(profile: Redacting, consumersAreTeams: boolean): RedactionRules {
  const maps = [profile.map, ...profile.variants.map((variant) => variant.map)];
  const fields = consumersAreTeams ? PERSON_FIELDS : ([...PERSON_FIELDS, "consumer"] as const);
  const people = maps.flatMap((map) => fields.flatMap((field) => pathsOf(map[field])));
  const teams = consumersAreTeams ? maps.flatMap((map) => pathsOf(map.consumer)) : [];
  const person = [...new Set([...profile.redaction.person, ...people])].filter(
    (path) => !teams.includes(path),
  );
  return { ...profile.redaction, person, absent: profile.absent };
}

function pathsOf(paths: FieldMap["user"]): string[] {
  return paths === undefined ? [] : pathList(paths).map(dotted);
}

/** As redaction compares it: lower case, list elements left out. */
export function dotted(path: string): string {
  const steps = parsePath(path);
  return steps.ok ? namesOf(steps.value).join(".") : path.toLowerCase();
}
