import {
  createJsonSchemaTransform,
  createJsonSchemaTransformObject,
  createSerializerCompiler,
} from "fastify-type-provider-zod";

/** Node 24 has it (ECMAScript "JSON.parse source text access"); TypeScript's library does not know it yet. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };

/** A bigint becomes a JSON number with all its digits; what a double holds exactly is written faster as one. */
export function exactInteger(_key: string, value: unknown): unknown {
  if (typeof value !== "bigint") return value;
  return value <= SAFE && value >= -SAFE ? Number(value) : rawJSON(value.toString());
}

const SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** Answers hold only what their schema names: a column that slipped into a row does not leave. */
export const serializerCompiler = createSerializerCompiler({ replacer: exactInteger });

/** Schemas for the OpenAPI document; a bigint is an integer there. */
const zodToJsonConfig: NonNullable<Parameters<typeof createJsonSchemaTransform>[0]["zodToJsonConfig"]> = {
  unrepresentable: "any",
  override: ({ zodSchema, jsonSchema }) => {
    if (zodSchema._zod.def.type === "bigint") jsonSchema.type = "integer";
  },
};

export const schemaTransform = createJsonSchemaTransform({ zodToJsonConfig });

const withComponents = createJsonSchemaTransformObject({ zodToJsonConfig });

/**
 * The whole document with the schemas that have a name. Each comes twice, as it is written and as it is read
 * (`AmountInput`); answers are only ever read, so the second ones go.
 */
export const documentTransform: typeof withComponents = (document) => {
  const made = withComponents(document) as { components?: { schemas?: Record<string, unknown> } };
  const schemas = Object.entries(made.components?.schemas ?? {}).filter(([name]) => !name.endsWith("Input"));
  return { ...made, components: { ...made.components, schemas: Object.fromEntries(schemas) } } as ReturnType<
    typeof withComponents
  >;
};
