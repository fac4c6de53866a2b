/** What a codec of the LZ77 family writes to: literals and copies of what is there already, up to a bound. */
export class InflatedBytes {
  readonly #codec: string;
  readonly #bytesMax: number;
  #bytes = Buffer.alloc(0);
  #length = 0;

  /** @param codec begins the errors' sentences */
  constructor(bytesMax: number, codec: string) {
    this.#codec = codec;
    this.#bytesMax = bytesMax;
  }

  get length(): number {
    return this.#length;
  }

  /** Makes room for so many more at once, where it is known. */
  reserve(more: number): void {
    const needed = Math.min(this.#length + more, this.#bytesMax);
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.alloc(Math.min(Math.max(needed, this.#bytes.length * 2), this.#bytesMax));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }

  append(from: Buffer, start: number, end: number): void {
    this.#room(end - start);
    const bytes = this.#bytes;
    let to = this.#length;
    // Most literals are a few bytes long, and for those a call of copy costs more than the loop.
    if (end - start > LOOP_BYTES_MAX) from.copy(bytes, to, start, end);
    else for (let at = start; at < end; ) bytes[to++] = from[at++] ?? 0;
    this.#length += end - start;
  }

  /**
   * Copies what lies `back` bytes behind; the copy may run into itself, which repeats it. `base` is where the block
   * begins that may be copied from.
   */
  repeat(back: number, count: number, base = 0): void {
    if (back === 0 || back > this.#length - base)
      throw new Error(`${this.#codec}: points before the beginning`);
    this.#room(count);
    const bytes = this.#bytes;
    let to = this.#length;
    for (let from = to - back, end = to + count; to < end; ) bytes[to++] = bytes[from++] ?? 0;
    this.#length = to;
  }

  all(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #room(count: number): void {
    if (this.#length + count > this.#bytesMax)
      throw new Error(`${this.#codec}: inflates beyond ${this.#bytesMax} bytes`);
    this.reserve(count);
  }
}

const LOOP_BYTES_MAX = 32;
