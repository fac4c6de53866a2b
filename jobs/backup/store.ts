/** Where a back-up lies: a folder, or a prefix of a bucket. Names are paths with `/`. */
export interface BackupStore {
  /** For people: the folder or the address. */
  readonly place: string;
  /** Null when there is no such file. */
  read(name: string): Promise<Buffer | null>;
  /** Whole or not at all; what stands there is replaced. */
  write(name: string, content: Buffer): Promise<void>;
  /** As `write`, but only where nothing stands yet; false when something does. */
  create(name: string, content: Buffer): Promise<boolean>;
}
