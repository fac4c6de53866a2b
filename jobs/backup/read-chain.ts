import { type Link, latestFault, linkOf } from "#core/backup/chain.ts";
import { LATEST, manifestName } from "#core/backup/manifest.ts";
import { failure } from "#core/failure.ts";
import type { BackupStore } from "#jobs/backup/store.ts";

/** Far above an hourly back-up of a century. */
const LINKS_MAX = 10_000_000;

/**
 * The manifests of a back-up in order, each checked against the one before it; none where there is no back-up.
 * `known` are those that were read before: a manifest never changes.
 * @throws failure BACKUP_CHAIN_BROKEN
 */
export async function readChain(store: BackupStore, known: readonly Link[] = []): Promise<readonly Link[]> {
  const chain = [...known];
  while (chain.length < LINKS_MAX) {
    const content = await store.read(manifestName(chain.length + 1));
    if (content === null) break;
    const link = linkOf(content.toString("utf8"), chain);
    if ("reason" in link) throw failure("BACKUP_CHAIN_BROKEN", { place: store.place, ...link });
    chain.push(link);
  }
  const latest = await store.read(LATEST);
  if (chain.length === 0 && latest === null) return chain;
  const fault = latestFault(latest?.toString("utf8") ?? null, chain);
  if (fault !== null) throw failure("BACKUP_CHAIN_BROKEN", { place: store.place, ...fault });
  return chain;
}
