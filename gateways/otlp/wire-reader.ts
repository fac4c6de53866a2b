import { OtlpFault } from "#gateways/otlp/otlp-fault.ts";

/** Wire types of Protocol Buffers, protobuf.dev/programming-guides/encoding; 3 and 4 (groups) are refused. */
export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/**
 * Walks the fields of one protobuf message without copying it: `next` moves to a field, then exactly one of the
 * value methods (or `skip`) is called. A known field of another wire type than its own is a fault, though parsers may
 * skip it: so traces that were sent as logs are told from logs, and not stored as something else.
 * @throws OtlpFault not_otlp
 */
export class WireReader {
  readonly bytes: Buffer;
  readonly #end: number;
  #at: number;
  /** The wire type of the field that `next` moved to, see WIRE. */
  wire = 0;
  /** The number of the field that `next` moved to. */
  field = 0;
  /** The last varint, unsigned, in halves. */
  #low = 0;
  #high = 0;
  /** Where the last length-delimited value began; it ends where the reader stands. */
  #start = 0;

  /** How many messages may still be opened; shared by all readers of one message. */
  readonly #budget: { left: number };

  constructor(bytes: Buffer, start = 0, end = bytes.length, budget = { left: MESSAGES_MAX }) {
    this.bytes = bytes;
    this.#budget = budget;
    this.#at = start;
    this.#end = end;
  }

  /** False at the end of the message. */
  next(): boolean {
    if (this.#at === this.#end) return false;
    this.#varint();
    this.field = ((this.#high << 29) | (this.#low >>> 3)) >>> 0;
    this.wire = this.#low & 7;
    if (this.#high > 0 || this.field === 0) throw fault("a field number is out of range");
    return true;
  }

  /** The message inside this field. */
  message(): WireReader {
    this.#delimited();
    if (--this.#budget.left < 0) {
      throw new OtlpFault("record_too_large", `holds more than ${MESSAGES_MAX} values`);
    }
    return new WireReader(this.bytes, this.#start, this.#at, this.#budget);
  }

  /** A string's bytes as Latin-1, one character a byte: whether it is UTF-8 is told where the element is read. */
  latin1(): string {
    this.#delimited();
    return this.bytes.toString("latin1", this.#start, this.#at);
  }

  base64(): string {
    this.#delimited();
    return this.bytes.toString("base64", this.#start, this.#at);
  }

  /** An id as lower-case hex; "" for none. @throws OtlpFault when it is neither empty nor of `idBytes` bytes */
  hex(idBytes: number): string {
    this.#delimited();
    const length = this.#at - this.#start;
    if (length !== 0 && length !== idBytes) throw fault(`an id has ${length} bytes, ${idBytes} were due`);
    return this.bytes.toString("hex", this.#start, this.#at);
  }

  /** An enum or int32; a negative one takes ten bytes on the wire. */
  int32(): number {
    this.#expect(WIRE.varint);
    this.#varint();
    return this.#low | 0;
  }

  bool(): boolean {
    this.#expect(WIRE.varint);
    this.#varint();
    return this.#low !== 0 || this.#high !== 0;
  }

  /** A number where that is exact, else a bigint. */
  int64(): number | bigint {
    this.#expect(WIRE.varint);
    this.#varint();
    const high = this.#high | 0;
    // Within 2^53 - 1 either way; the lowest double that is no safe integer is left to bigint too.
    if (high >= -0x20_0000 && high < 0x20_0000) {
      const value = high * 0x1_0000_0000 + this.#low;
      if (value >= Number.MIN_SAFE_INTEGER) return value;
    }
    return (BigInt(high) << 32n) | BigInt(this.#low);
  }

  fixed64(): bigint {
    return this.bytes.readBigUInt64LE(this.#fixed(WIRE.fixed64, 8));
  }

  fixed32(): number {
    return this.bytes.readUInt32LE(this.#fixed(WIRE.fixed32, 4));
  }

  double(): number {
    return this.bytes.readDoubleLE(this.#fixed(WIRE.fixed64, 8));
  }

  /** Steps over a field that is not known. */
  skip(): void {
    if (this.wire === WIRE.varint) this.#varint();
    else if (this.wire === WIRE.bytes) this.#delimited();
    else if (this.wire === WIRE.fixed64) this.#fixed(WIRE.fixed64, 8);
    else if (this.wire === WIRE.fixed32) this.#fixed(WIRE.fixed32, 4);
    else throw fault(`field ${this.field} has the wire type ${this.wire}`);
  }

  #expect(wire: number): void {
    if (this.wire !== wire) {
      throw fault(`field ${this.field} has the wire type ${this.wire} where ${wire} was due`);
    }
  }

  #fixed(wire: number, size: number): number {
    this.#expect(wire);
    const at = this.#at;
    if (this.#end - at < size) throw fault("it ends inside a value");
    this.#at = at + size;
    return at;
  }

  #delimited(): void {
    this.#expect(WIRE.bytes);
    this.#varint();
    if (this.#high !== 0 || this.#low > this.#end - this.#at) throw fault("a length leads beyond the end");
    this.#start = this.#at;
    this.#at += this.#low;
  }

  #varint(): void {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < VARINT_BITS; shift += 7) {
      if (this.#at >= this.#end) throw fault("it ends inside a value");
      const byte = this.bytes[this.#at++] ?? 0;
      const bits = byte & 0x7f;
      if (shift < 32) low |= bits << shift;
      if (shift === 28) high = bits >>> 4;
      else if (shift > 28) high |= bits << (shift - 32);
      if (byte < 0x80) {
        this.#low = low >>> 0;
        this.#high = high >>> 0;
        return;
      }
    }
    throw fault("a number has more than ten bytes");
  }
}

/** Two for an attribute: 10,000 records of 100 attributes. Two bytes on the wire make a value of fifty in memory. */
const MESSAGES_MAX = 2_000_000;
/** Ten bytes of seven bits. */
const VARINT_BITS = 70;

function fault(detail: string): OtlpFault {
  return new OtlpFault("not_otlp", `is no OTLP message: ${detail}`);
}
