/** A whole file on this machine with everything that is told of it. */
export interface Delivery {
  /** Of the schedule and the due time: the same whenever it is delivered again. */
  readonly id: string;
  readonly schedule: string;
  readonly dueAt: string;
  /** Its name there; the manifest's is the same with `.manifest.json`. */
  readonly file: string;
  readonly mediaType: string;
  /** Where the file lies here, for as long as it is delivered. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly rowCount: number;
  /** The manifest's bytes, the same for the same file. */
  readonly manifest: Buffer;
  /** Path and query with which the API gives the same bytes to a key that sees as much. */
  readonly address: string;
}

/** Where exports go. A delivery bears repeating: who has the file already ends with it once, or can tell. */
export interface Destination {
  readonly type: "folder" | "s3" | "webhook" | "email";
  /** For people: the folder, the address; never a secret. */
  readonly place: string;
  /** Resolves when all of it is there, the manifest last. Throws what went wrong, in words without secrets. */
  deliver(delivery: Delivery, signal: AbortSignal): Promise<void>;
}

export function manifestName(file: string): string {
  return `${file}.manifest.json`;
}
