import { z } from "zod";
import { Condition } from "#core/mapping/condition.ts";
import { DurationField, TimeField } from "#core/mapping/figures.ts";
import { MappingProfile } from "#core/mapping/profile.ts";
import type { JsonSchema } from "#test/generate/event-schema.ts";

/** docs/gateways/profile-members.md: every member of a mapping profile, as its schema says it. */
export function profileMembersPage(): string {
  const profile = schemaOf(MappingProfile);
  const { map, variants, redaction, ...own } = profile.properties ?? {};
  const variant = { ...variants?.items?.properties };
  delete variant["map"];
  const sections: readonly (readonly [string, Readonly<Record<string, JsonSchema>>])[] = [
    ["The profile", { ...own, map: map ?? {}, variants: variants ?? {}, redaction: redaction ?? {} }],
    ["`map`: where the fields lie", map?.properties ?? {}],
    ...nested(map?.properties ?? {}),
    ["A time", schemaOf(TimeField).properties ?? {}],
    ["A duration", schemaOf(DurationField).properties ?? {}],
    [
      "`variants[]`: kinds of records",
      {
        ...variant,
        map: { description: "Members that replace those of the profile's `map`, each as a whole." },
      },
    ],
    ["A condition", schemaOf(Condition).properties ?? {}],
    ["`redaction`: what is not stored", redaction?.properties ?? {}],
  ];
  return `${[HEAD, ...sections.map(([title, members]) => `## ${title}\n\n${table(members)}`)].join("\n\n")}\n`;
}

const named = ({ type }: JsonSchema): string =>
  [type ?? "object"]
    .flat()
    .filter((name) => name !== "null")
    .join(" or ");

/** The members of the map that have members of their own. */
function nested(map: Readonly<Record<string, JsonSchema>>): [string, Readonly<Record<string, JsonSchema>>][] {
  return Object.entries(map).flatMap(([name, schema]) => {
    const members = schema.properties;
    if (members === undefined) return [];
    const listed = Object.entries(members).filter(([, member]) => member.items?.properties !== undefined);
    return [
      [`\`map.${name}\``, members],
      ...listed.map(([inner, member]): [string, Readonly<Record<string, JsonSchema>>] => [
        `\`map.${name}.${inner}[]\``,
        member.items?.properties ?? {},
      ]),
    ];
  });
}

function table(members: Readonly<Record<string, JsonSchema>>): string {
  const rows = Object.entries(members).map(
    ([name, schema]) =>
      `| \`${name}\` | ${kindOf(schema)} | ${defaultOf(schema)} | ${(schema.description ?? "").replaceAll("|", "\\|")} |`,
  );
  return ["| member | is | if left out | meaning |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

function kindOf(schema: JsonSchema): string {
  const any = schema.anyOf ?? [];
  if (any.length === 2 && any[0]?.["maxLength"] === 256 && any[1]?.type === "array") return "path or paths";
  if (any.some(({ type }) => type === "null")) return kindOf(any.find(({ type }) => type !== "null") ?? {});
  if (any.length > 0)
    return any
      .map((one) => (one["const"] === undefined ? kindOf(one) : `\`${JSON.stringify(one["const"])}\``))
      .join(" or ");
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(", ");
  if (schema.type === "array") return `list of ${kindOf(schema.items ?? {})}`;
  if (schema.type !== "object") return schema.type === "integer" ? "whole number" : named(schema);
  const unit = schema.properties?.["unit"]?.enum;
  if (unit !== undefined && schema.properties?.["path"] !== undefined)
    return unit.includes("uuid7") ? "a time" : "a duration";
  const values = schema["additionalProperties"];
  return typeof values === "object" && values !== null
    ? `table of ${kindOf(values as JsonSchema)}`
    : "object";
}

const defaultOf = ({ default: value }: JsonSchema): string =>
  value === undefined ||
  value === null ||
  (Object.keys(Object(value)).length === 0 && typeof value === "object")
    ? ""
    : `\`${JSON.stringify(value)}\``;

function schemaOf(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { target: "draft-2020-12", io: "input" }) as JsonSchema;
}

const HEAD = `<!-- Generated from core/mapping by \`npm run generate\`; changes belong there. -->
# Members of a mapping profile

How to write one: [profiles](profiles.md). A member that is not listed here is refused.

A path is text: names with dots between them, a name that holds dots in quotes, \`[n]\` for the element of a list
(\`[-1]\` is the last), \`@json\` behind text that holds JSON. A list of paths is tried in order; the first that leads to a
value counts.`;
