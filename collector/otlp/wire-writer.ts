/** Writes the few protobuf messages that OTLP's answers are made of; protobuf.dev/programming-guides/encoding. */
export function varintField(field: number, value: number): Buffer {
  return value === 0 ? NOTHING : Buffer.concat([varint(field << 3), varint(value)]);
}

/** A string, or a message's bytes. An empty string is left out; an empty message is not. */
export function bytesField(field: number, value: string | Buffer): Buffer {
  const bytes = typeof value === "string" ? Buffer.from(value) : value;
  if (value === "") return NOTHING;
  return Buffer.concat([varint((field << 3) | 2), varint(bytes.length), bytes]);
}

const NOTHING = Buffer.alloc(0);

/** Of a whole number that is not negative. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}
