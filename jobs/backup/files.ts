import { hash } from "node:crypto";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { BackupFile, BackupKind } from "#core/backup/manifest.ts";
import { failure } from "#core/failure.ts";
import type { BackupStore } from "#jobs/backup/store.ts";

/** Text of a file before it is compressed: whoever reads it back holds that much. */
const FILE_LENGTH_MAX = 16 * 1024 * 1024;
const [compress, expand] = [promisify(gzip), promisify(gunzip)];

export interface RowFiles {
  add(row: object): Promise<void>;
  /** The files written, after the last row. */
  end(): Promise<readonly BackupFile[]>;
}

/**
 * Writes rows as compressed JSON lines, cut into files that fit into memory. The name ends in the content's hash, so
 * that two back-ups that run at once, or one that runs again, never write other bytes under a name.
 */
export function rowFiles(store: BackupStore, kind: BackupKind, folder: string): RowFiles {
  const files: BackupFile[] = [];
  let [text, rows] = ["", 0];
  const flush = async () => {
    if (rows === 0) return;
    const content = await compress(text);
    const sha256 = hash("sha256", content, "hex");
    const number = String(files.length + 1).padStart(5, "0");
    const name = `${folder}/${kind}-${number}-${sha256.slice(0, 16)}.jsonl.gz`;
    await store.write(name, content);
    files.push({ name, kind, rows, bytes: content.length, sha256 });
    [text, rows] = ["", 0];
  };
  return {
    add: async (row) => {
      text += `${JSON.stringify(row)}\n`;
      rows += 1;
      if (text.length >= FILE_LENGTH_MAX) await flush();
    },
    end: async () => {
      await flush();
      return files;
    },
  };
}

export type StoredRow = Readonly<Record<string, unknown>>;

/** The rows of a file, after its hash was compared. @throws failure BACKUP_FILE_MISSING, BACKUP_FILE_DAMAGED */
export async function readRowFile(store: BackupStore, file: BackupFile): Promise<readonly StoredRow[]> {
  const { place } = store;
  const content = await store.read(file.name);
  if (content === null) throw failure("BACKUP_FILE_MISSING", { place, file: file.name });
  const damaged = (reason: string) => failure("BACKUP_FILE_DAMAGED", { place, file: file.name, reason });
  if (hash("sha256", content, "hex") !== file.sha256) throw damaged("its SHA-256 is another one");
  const rows = await expandRows(content);
  if (rows.length !== file.rows) throw damaged(`it has ${rows.length} rows, and ${file.rows} were written`);
  return rows;
}

export async function expandRows(content: Buffer): Promise<readonly StoredRow[]> {
  const text = (await expand(content)).toString("utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as StoredRow);
}

export async function compressRows(rows: readonly object[]): Promise<Buffer> {
  return compress(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
}
