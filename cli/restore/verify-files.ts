import type { Link } from "#core/backup/chain.ts";
import { PEOPLE } from "#core/backup/manifest.ts";
import { failure } from "#core/failure.ts";
import { expandRows, readRowFile, type StoredRow } from "#jobs/backup/files.ts";
import { readChain } from "#jobs/backup/read-chain.ts";
import type { BackupStore } from "#jobs/backup/store.ts";

/**
 * Reads a back-up from end to end before anything is written anywhere: the chain, and each file against its hash.
 * @throws failure BACKUP_NOT_FOUND, BACKUP_CHAIN_BROKEN, BACKUP_FILE_MISSING, BACKUP_FILE_DAMAGED
 */
export async function verifyFiles(
  store: BackupStore,
  progress: (line: string) => void,
): Promise<readonly Link[]> {
  const chain = await readChain(store);
  if (chain.length === 0) throw failure("BACKUP_NOT_FOUND", { place: store.place });
  for (const { manifest } of chain) {
    progress(`Verifying ${manifest.sequence} of ${chain.length} (${manifest.hour?.hour ?? "topics"})`);
    for (const file of manifest.files) await readRowFile(store, file);
  }
  await readPeople(store);
  return chain;
}

/** The file of people, which erasures replace: it may be absent, and its own checksum must hold. */
export async function readPeople(store: BackupStore): Promise<readonly StoredRow[]> {
  const content = await store.read(PEOPLE);
  if (content === null) return [];
  try {
    return await expandRows(content);
  } catch (error) {
    const reason = (error as Error).message;
    throw failure("BACKUP_FILE_DAMAGED", { place: store.place, file: PEOPLE, reason }, error);
  }
}
