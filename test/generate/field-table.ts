import type { JsonSchema } from "#test/generate/event-schema.ts";

/** A Markdown table of members: name, type, whether it must be there, meaning. */
export function fieldTable(
  fields: Readonly<Record<string, JsonSchema>>,
  required: readonly string[],
): string {
  const rows = Object.entries(fields).map(
    ([name, schema]) =>
      `| \`${name}\` | ${typeOf(schema)} | ${required.includes(name) ? "yes" : defaultOf(schema)} | ${cell(schema.description ?? "")} |`,
  );
  return ["| field | type | required | meaning |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

/** The type in words, with the bounds that a writer must know. */
function typeOf(schema: JsonSchema): string {
  const variants = (schema.anyOf ?? []).filter((variant) => variant.type !== "null");
  const [only] = variants;
  if (only !== undefined) return typeOf({ ...only });
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(", ");
  if (schema["const"] !== undefined) return `\`${String(schema["const"])}\``;
  switch (schema.type) {
    case "string":
      return textOf(schema);
    case "integer":
      return `whole number${boundsOf(schema)}`;
    case "array":
      return `list of at most ${String(schema["maxItems"])}: ${typeOf(schema.items ?? {})}`;
    case "object":
      return `object: ${Object.keys(schema.properties ?? {})
        .map((name) => `\`${name}\``)
        .join(", ")}`;
    default:
      return [schema.type ?? "any"]
        .flat()
        .filter((name) => name !== "null")
        .join(" or ");
  }
}

function textOf(schema: JsonSchema): string {
  const pattern = String(schema["pattern"] ?? "");
  if (pattern.startsWith("^\\d{4}-")) return "time";
  if (pattern.startsWith("^-?\\d") || pattern.startsWith("^\\d{1,20}")) return "decimal text";
  return schema["maxLength"] === undefined
    ? "text"
    : `text, at most ${String(schema["maxLength"])} characters`;
}

function boundsOf(schema: JsonSchema): string {
  const min = schema["minimum"];
  const max = schema["maximum"];
  if (max === undefined || max === Number.MAX_SAFE_INTEGER)
    return min === undefined ? "" : `, at least ${String(min)}`;
  return `, ${String(min)} to ${String(max)}`;
}

function defaultOf(schema: JsonSchema): string {
  return schema.default === undefined || schema.default === null
    ? ""
    : `else \`${JSON.stringify(schema.default)}\``;
}

const cell = (text: string): string => text.replaceAll("|", "\\|");
