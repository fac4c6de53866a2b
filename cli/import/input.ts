/** Elements in the order of their input, with the place just behind them where an input knows one. */
export interface Portion {
  readonly elements: readonly Buffer[];
  /** Where to go on from, for an input that can begin in its middle; null: it is read from its beginning again. */
  readonly cursor: string | null;
}

/** One thing that is imported: a file, an object in S3, a table. Its elements are the bytes of one record each. */
export interface Input {
  /** For people; holds no credentials. */
  readonly name: string;
  /** What it is, where that is known before it is read; null: its first element tells. */
  readonly id: string | null;
  /** Never changes under the same id: once it was read to its end it need not be opened again. */
  readonly isFinal: boolean;
  /** Whether its elements keep their order for ever, so that "the 5th" says which one. */
  readonly isOrdered: boolean;
  /** Reads from a cursor of an earlier run, or from the beginning. */
  read(cursor: string | null): AsyncIterable<Portion>;
}

/** A record that is larger is no record: what is read of it must fit into memory. */
export const ELEMENT_BYTES_MAX = 64 * 1024 * 1024;
