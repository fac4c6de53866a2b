/**
 * Writes a request in OTLP's JSON as protobuf, from the field numbers of opentelemetry-proto 1.10 alone; shares
 * nothing with the reader that it is compared with.
 */
type Json = { readonly [name: string]: unknown };
type Field = readonly [number: number, write: (number: number, value: never) => Buffer];
type Fields = Readonly<Record<string, Field>>;

export function encodeProto(request: Json, signal: "logs" | "traces"): Buffer {
  return message(signal === "logs" ? LOGS : TRACES, request);
}

/** A length-delimited field, for hand-made vectors too. */
export function delimited(number: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([varint(BigInt((number << 3) | 2)), varint(BigInt(bytes.length)), bytes]);
}

export function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  do {
    const more = rest > 0x7fn;
    bytes.push(Number(rest & 0x7fn) | (more ? 0x80 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Buffer.from(bytes);
}

function message(fields: Fields, value: Json): Buffer {
  const parts = Object.entries(value).flatMap(([name, inner]) => {
    const field = fields[name];
    if (field === undefined || inner === undefined || inner === null) return [];
    const [number, write] = field;
    return (Array.isArray(inner) ? inner : [inner]).map((one) => write(number, one as never));
  });
  return Buffer.concat(parts);
}

const nested = (fields: () => Fields) => (number: number, value: Json) =>
  delimited(number, message(fields(), value));
const text = (number: number, value: string) => delimited(number, Buffer.from(value));
const hex = (number: number, value: string) => delimited(number, Buffer.from(value, "hex"));
const base64 = (number: number, value: string) => delimited(number, Buffer.from(value, "base64"));
const whole = (number: number, value: string | number | boolean) =>
  Buffer.concat([varint(BigInt(number << 3)), varint(BigInt(value))]);

function fixed64(number: number, value: string | number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return Buffer.concat([varint(BigInt((number << 3) | 1)), bytes]);
}

function fixed32(number: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return Buffer.concat([varint(BigInt((number << 3) | 5)), bytes]);
}

function double(number: number, value: number | string): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(Number(value));
  return Buffer.concat([varint(BigInt((number << 3) | 1)), bytes]);
}

const ANY: Fields = {
  stringValue: [1, text],
  boolValue: [2, whole],
  intValue: [3, whole],
  doubleValue: [4, double],
  arrayValue: [5, nested(() => ({ values: [1, nested(() => ANY)] }))],
  kvlistValue: [6, nested(() => ({ values: [1, nested(() => KEY_VALUE)] }))],
  bytesValue: [7, base64],
};
const KEY_VALUE: Fields = { key: [1, text], value: [2, nested(() => ANY)] };
const ATTRIBUTE = nested(() => KEY_VALUE);
const RESOURCE: Fields = { attributes: [1, ATTRIBUTE], droppedAttributesCount: [2, whole] };
const SCOPE: Fields = { name: [1, text], version: [2, text], attributes: [3, ATTRIBUTE] };
const LOG: Fields = {
  timeUnixNano: [1, fixed64],
  severityNumber: [2, whole],
  severityText: [3, text],
  body: [5, nested(() => ANY)],
  attributes: [6, ATTRIBUTE],
  droppedAttributesCount: [7, whole],
  flags: [8, fixed32],
  traceId: [9, hex],
  spanId: [10, hex],
  observedTimeUnixNano: [11, fixed64],
  eventName: [12, text],
};
const EVENT: Fields = { timeUnixNano: [1, fixed64], name: [2, text], attributes: [3, ATTRIBUTE] };
const LINK: Fields = {
  traceId: [1, hex],
  spanId: [2, hex],
  traceState: [3, text],
  attributes: [4, ATTRIBUTE],
};
const SPAN: Fields = {
  traceId: [1, hex],
  spanId: [2, hex],
  traceState: [3, text],
  parentSpanId: [4, hex],
  name: [5, text],
  kind: [6, whole],
  startTimeUnixNano: [7, fixed64],
  endTimeUnixNano: [8, fixed64],
  attributes: [9, ATTRIBUTE],
  events: [11, nested(() => EVENT)],
  links: [13, nested(() => LINK)],
  status: [15, nested(() => ({ message: [2, text], code: [3, whole] }))],
  flags: [16, fixed32],
};
const GROUP = (scopes: string, items: string, item: Fields): Fields => ({
  resource: [1, nested(() => RESOURCE)],
  [scopes]: [
    2,
    nested(() => ({
      scope: [1, nested(() => SCOPE)],
      [items]: [2, nested(() => item)],
      schemaUrl: [3, text],
    })),
  ],
  schemaUrl: [3, text],
});
const LOGS: Fields = { resourceLogs: [1, nested(() => GROUP("scopeLogs", "logRecords", LOG))] };
const TRACES: Fields = { resourceSpans: [1, nested(() => GROUP("scopeSpans", "spans", SPAN))] };
