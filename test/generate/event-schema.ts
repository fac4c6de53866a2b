import { z } from "zod";
import { CanonicalEvent } from "#core/event.ts";

export interface JsonSchema {
  readonly [keyword: string]: unknown;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
}

/** JSON Schema (draft 2020-12) of a canonical event in structured mode, as an emitter writes it. */
export function eventSchema(): JsonSchema {
  const schema = z.toJSONSchema(CanonicalEvent, { target: "draft-2020-12", io: "input" }) as JsonSchema;
  const { $schema, ...rest } = schema;
  return {
    $schema,
    title: "spendtrail event, version 1",
    description:
      "A CloudEvents 1.0 event in structured mode: the request or the response of one call of a model.",
    ...rest,
  };
}
