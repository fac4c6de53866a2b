import { tooDeep, VALUE_DEPTH_MAX } from "#gateways/otlp/attributes.ts";
import { bytesJson, doubleJson, int64Json } from "#gateways/otlp/json-scalars.ts";
import { listText, ObjectText } from "#gateways/otlp/object-text.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The first of the names that is there with a value. */
export function member(object: JsonObject, ...names: readonly string[]): unknown {
  for (const name of names) {
    const value = object[name];
    if (value !== undefined && value !== null) return value;
  }
  return undefined;
}

/** A list of `KeyValue`s as one flat object; what is no such list is passed on as it came. */
export function attributesJson(list: unknown, depth = 0): string {
  if (list === undefined || list === null) return "{}";
  if (!Array.isArray(list) || !list.every(isKeyValue)) return JSON.stringify(list);
  const members = new ObjectText();
  for (const { key, value } of list) {
    members.add(JSON.stringify(key ?? ""), (isObject(value) ? anyValueJson(value, depth) : null) ?? "null");
  }
  return members.text();
}

function isKeyValue(entry: unknown): entry is { readonly key?: string | null; readonly value?: unknown } {
  if (!isObject(entry)) return false;
  const { key, value } = entry;
  const isValue = value === undefined || value === null || isObject(value);
  return isValue && (key === undefined || key === null || typeof key === "string");
}

/** JSON text of an `AnyValue`; null where none of its kinds is set. */
export function anyValueJson(value: JsonObject, depth = 0): string | null {
  if (depth >= VALUE_DEPTH_MAX) throw tooDeep();
  let text: string | null = null;
  for (const name in value) {
    const kind = KINDS[name];
    const inner = value[name];
    if (kind !== undefined && inner !== undefined && inner !== null) text = kind(inner, depth + 1);
  }
  return text;
}

type Kind = (value: unknown, depth: number) => string;

const array: Kind = (value, depth) => {
  if (!isObject(value)) return JSON.stringify(value);
  const values = member(value, "values");
  if (values === undefined) return "[]";
  if (!Array.isArray(values) || !values.every(isObject)) return JSON.stringify(values);
  return listText(values.map((item) => anyValueJson(item, depth) ?? "null")) ?? "[]";
};

const kvlist: Kind = (value, depth) =>
  isObject(value) ? attributesJson(value["values"], depth) : JSON.stringify(value);

const string: Kind = (value) => JSON.stringify(value);

const KINDS: Readonly<Record<string, Kind>> = Object.assign(Object.create(null), {
  stringValue: string,
  string_value: string,
  boolValue: string,
  bool_value: string,
  intValue: int64Json,
  int_value: int64Json,
  doubleValue: doubleJson,
  double_value: doubleJson,
  arrayValue: array,
  array_value: array,
  kvlistValue: kvlist,
  kvlist_value: kvlist,
  bytesValue: bytesJson,
  bytes_value: bytesJson,
});
