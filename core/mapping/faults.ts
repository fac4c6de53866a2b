import type { Condition } from "#core/mapping/condition.ts";
import type { FieldMap } from "#core/mapping/field-map.ts";
import { namesOf, parsePath } from "#core/mapping/path.ts";
import { type ReadPath, readPaths } from "#core/mapping/read-paths.ts";
import { redactionOfProfile } from "#core/mapping/redaction-of.ts";
import { compileRules } from "#core/redaction-rules.ts";

interface Checked {
  readonly absent: readonly string[];
  readonly map: Partial<FieldMap>;
  readonly variants: readonly {
    readonly name: string;
    readonly make: string;
    readonly when: readonly Condition[];
    readonly map: Partial<FieldMap>;
  }[];
  readonly redaction: {
    readonly credential: string[];
    readonly content: string[];
    readonly person: string[];
  };
}

export interface ProfileFault {
  readonly path: (string | number)[];
  readonly message: string;
}

/** Members that say people, or ids of Claude Code's in which redaction leaves the session as it is. */
const MAY_READ_PERSON = /^(?:user|end_user|consumer|session)$/;

/** What is wrong with a profile beyond its shape: variants that cannot be reached or made, reading what is cut. */
export function profileFaults(profile: Checked): ProfileFault[] {
  return [...variantFaults(profile), ...redactionFaults(profile)];
}

function variantFaults({ map, variants }: Checked): ProfileFault[] {
  const faults: ProfileFault[] = [];
  const names = variants.map((variant) => variant.name);
  for (const [at, variant] of variants.entries()) {
    const fault = (member: string, message: string) =>
      faults.push({ path: ["variants", at, member], message });
    if (names.indexOf(variant.name) !== at) fault("name", `${variant.name} stands twice`);
    if (variant.when.length === 0 && at < variants.length - 1)
      fault("when", `is empty, so that the variants after ${variant.name} are never reached`);
    const audit = variant.map.audit ?? map.audit;
    if (variant.make === "audit" && audit === undefined)
      fault("make", "is audit, and the map has no `audit` that says what was done");
  }
  return faults;
}

/** What is redacted is not in the stored record, so that a replay would give other rows. */
function redactionFaults(profile: Checked): ProfileFault[] {
  const rules = compileRules(redactionOfProfile(profile, false));
  const classOf = ({ path }: ReadPath): string => {
    const steps = parsePath(path);
    const names = steps.ok ? namesOf(steps.value) : [];
    const classes = names.map((_name, at) => rules.classOf(names.slice(0, at + 1)));
    return classes.find((found) => found !== "none" && found !== "key_or_hash") ?? "none";
  };
  const read = [
    ...readPaths(profile.map).map((one) => ({ ...one, member: ["map", ...one.member] })),
    ...profile.variants.flatMap((variant, at) => [
      ...readPaths(variant.map).map((one) => ({ ...one, member: ["variants", at, "map", ...one.member] })),
      ...readPaths(variant.when).map((one) => ({
        ...one,
        member: ["variants", at, "when", ...one.member],
      })),
    ]),
  ];
  return read.flatMap((one) => {
    const found = classOf(one);
    const field = String(one.member[one.member.indexOf("map") + 1]);
    if (found === "none" || (found === "person" && MAY_READ_PERSON.test(field))) return [];
    const why =
      found === "person" || found === "content"
        ? `redaction.${found} cuts it`
        : "its name is that of a credential";
    return [{ path: [...one.member], message: `reads ${one.path}, which is not stored: ${why}` }];
  });
}
