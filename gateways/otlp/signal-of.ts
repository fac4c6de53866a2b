import type { OtlpSignal } from "#gateways/otlp/decode.ts";
import { WIRE, WireReader } from "#gateways/otlp/wire-reader.ts";

/**
 * Fields of `LogRecord` and `Span` that share a number and differ in type, so that one of them tells which it is.
 * By number: the wire type of a log's, that of a span's; -1 where it has no such field.
 */
const TELLING: ReadonlyMap<number, readonly [log: number, span: number]> = new Map([
  [1, [WIRE.fixed64, WIRE.bytes]], // time, trace id: every valid span has this one
  [2, [WIRE.varint, WIRE.bytes]],
  [6, [WIRE.bytes, WIRE.varint]],
  [7, [WIRE.varint, WIRE.fixed64]],
  [8, [WIRE.fixed32, WIRE.fixed64]],
  [10, [WIRE.bytes, WIRE.varint]],
  [11, [WIRE.fixed64, WIRE.bytes]],
  [12, [WIRE.bytes, WIRE.varint]],
  [13, [-1, WIRE.bytes]],
  [15, [-1, WIRE.bytes]],
  [16, [-1, WIRE.fixed32]],
]);

/**
 * Whether a protobuf message holds logs or spans: both are lists of lists in field 1, and their records differ in the
 * types of their fields. null: it tells neither. The decoder of that signal checks every record afterwards.
 * @throws OtlpFault where it is no protobuf
 */
export function signalOf(bytes: Buffer): OtlpSignal | null {
  for (const group of messages(new WireReader(bytes), [1])) {
    for (const scope of messages(group, [2, 1000])) {
      for (const item of messages(scope, [2])) {
        const signal = signalOfItem(item);
        if (signal !== null) return signal;
      }
    }
  }
  return null;
}

function* messages(reader: WireReader, fields: readonly number[]): Generator<WireReader> {
  while (reader.next()) {
    if (fields.includes(reader.field) && reader.wire === WIRE.bytes) yield reader.message();
    else reader.skip();
  }
}

function signalOfItem(item: WireReader): OtlpSignal | null {
  while (item.next()) {
    const [log, span] = TELLING.get(item.field) ?? [];
    if (item.wire === log) return "logs";
    if (item.wire === span) return "traces";
    item.skip();
  }
  return null;
}
