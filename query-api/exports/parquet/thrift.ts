/** A value of Thrift's compact protocol, as far as Parquet's metadata needs it. */
export type ThriftValue =
  | { readonly kind: "i32" | "i64"; readonly value: number | bigint }
  | { readonly kind: "binary"; readonly value: string }
  | { readonly kind: "list"; readonly of: ThriftValue["kind"]; readonly values: readonly ThriftValue[] }
  | { readonly kind: "struct"; readonly fields: Readonly<Record<number, ThriftValue>> }
  | { readonly kind: "struct"; readonly encoded: Buffer };

export const i32 = (value: number): ThriftValue => ({ kind: "i32", value });
export const i64 = (value: number | bigint): ThriftValue => ({ kind: "i64", value });
export const binary = (value: string): ThriftValue => ({ kind: "binary", value });
export const struct = (fields: Readonly<Record<number, ThriftValue | undefined>>): ThriftValue => ({
  kind: "struct",
  fields: Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Record<
    number,
    ThriftValue
  >,
});
/** A struct that is its bytes already: a thirtieth of what it is as values, where many wait for the end of a file. */
export const encoded = (value: ThriftValue): ThriftValue => ({ kind: "struct", encoded: thriftBytes(value) });
export const list = (of: ThriftValue["kind"], values: readonly ThriftValue[]): ThriftValue => ({
  kind: "list",
  of,
  values,
});

const TYPE_CODES: Readonly<Record<ThriftValue["kind"], number>> = {
  i32: 5,
  i64: 6,
  binary: 8,
  list: 9,
  struct: 12,
};
const LIST_SIZE_IN_HEAD_MAX = 14;

/** The bytes of a value in Thrift's compact protocol. */
export function thriftBytes(value: ThriftValue): Buffer {
  const parts: Buffer[] = [];
  write(value, parts);
  return Buffer.concat(parts);
}

function write(value: ThriftValue, parts: Buffer[]): void {
  switch (value.kind) {
    case "i32":
    case "i64":
      parts.push(varint(zigzag(BigInt(value.value))));
      return;
    case "binary": {
      const bytes = Buffer.from(value.value);
      parts.push(varint(BigInt(bytes.length)), bytes);
      return;
    }
    case "list": {
      const size = value.values.length;
      const code = TYPE_CODES[value.of];
      if (size <= LIST_SIZE_IN_HEAD_MAX) parts.push(Buffer.of((size << 4) | code));
      else parts.push(Buffer.of(0xf0 | code), varint(BigInt(size)));
      for (const each of value.values) write(each, parts);
      return;
    }
    case "struct": {
      if ("encoded" in value) {
        parts.push(value.encoded);
        return;
      }
      let before = 0;
      for (const [id, field] of Object.entries(value.fields)) {
        // A field's head is its distance from the one before; ids are small and in order here.
        parts.push(Buffer.of(((Number(id) - before) << 4) | TYPE_CODES[field.kind]));
        before = Number(id);
        write(field, parts);
      }
      parts.push(Buffer.of(0));
    }
  }
}

const zigzag = (value: bigint) => (value >= 0n ? value * 2n : value * -2n - 1n);

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 0x80n; left >>= 7n) bytes.push(Number(left & 0x7fn) | 0x80);
  bytes.push(Number(left));
  return Buffer.from(bytes);
}
