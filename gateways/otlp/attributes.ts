import { listText, ObjectText } from "#gateways/otlp/object-text.ts";
import { OtlpFault } from "#gateways/otlp/otlp-fault.ts";
import { doubleText, int64Text } from "#gateways/otlp/scalar-text.ts";
import type { WireReader } from "#gateways/otlp/wire-reader.ts";

/** As deep as protobuf's own parsers go; an element is refused by itself from 64 levels of JSON on. */
export const VALUE_DEPTH_MAX = 100;

/** Adds one `KeyValue`, opentelemetry/proto/common/v1/common.proto. */
export function addKeyValue(keyValue: WireReader, into: ObjectText, depth = 0): void {
  let key = '""';
  let value: string | null = null;
  while (keyValue.next()) {
    if (keyValue.field === 1) key = JSON.stringify(keyValue.latin1());
    else if (keyValue.field === 2) value = anyValueText(keyValue.message(), depth);
    else keyValue.skip();
  }
  into.add(key, value ?? "null");
}

/** JSON text of an `AnyValue`; null where none of its kinds is set. Of several the last counts, as on any wire. */
export function anyValueText(value: WireReader, depth = 0): string | null {
  if (depth >= VALUE_DEPTH_MAX) throw tooDeep();
  let text: string | null = null;
  while (value.next()) text = kindText(value, depth) ?? text;
  return text;
}

export function tooDeep(): OtlpFault {
  return new OtlpFault("json_too_deep", `nests values deeper than ${VALUE_DEPTH_MAX} levels`);
}

function kindText(value: WireReader, depth: number): string | null {
  switch (value.field) {
    case 1:
      return JSON.stringify(value.latin1());
    case 2:
      return value.bool() ? "true" : "false";
    case 3:
      return int64Text(value.int64());
    case 4:
      return doubleText(value.double());
    case 5:
      return arrayText(value.message(), depth + 1);
    case 6:
      return kvlistText(value.message(), depth + 1);
    case 7:
      return `"${value.base64()}"`;
    default:
      value.skip();
      return null;
  }
}

function arrayText(array: WireReader, depth: number): string {
  const values: string[] = [];
  while (array.next()) {
    if (array.field === 1) values.push(anyValueText(array.message(), depth) ?? "null");
    else array.skip();
  }
  return listText(values) ?? "[]";
}

function kvlistText(list: WireReader, depth: number): string {
  const members = new ObjectText();
  while (list.next()) {
    if (list.field === 1) addKeyValue(list.message(), members, depth);
    else list.skip();
  }
  return members.text();
}
