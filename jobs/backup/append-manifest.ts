import { hash } from "node:crypto";
import type { Link } from "#core/backup/chain.ts";
import { type BackupFile, LATEST, Manifest, manifestName } from "#core/backup/manifest.ts";
import { failure } from "#core/failure.ts";
import type { BackupStore } from "#jobs/backup/store.ts";

/** Puts the next manifest behind a chain: the moment from which its files count. @throws failure BACKUP_TAKEN_OVER */
export async function appendManifest(
  store: BackupStore,
  before: Link | undefined,
  content: Pick<Manifest, "hour" | "topics" | "written_at"> & { readonly files: readonly BackupFile[] },
): Promise<Link> {
  const sequence = (before?.manifest.sequence ?? 0) + 1;
  const manifest = Manifest.parse({
    format: "spendtrail.backup.v1",
    sequence,
    previous_sha256: before?.sha256 ?? null,
    ...content,
  });
  const text = `${JSON.stringify(manifest)}\n`;
  const file = manifestName(sequence);
  const isFirst = await store.create(file, Buffer.from(text));
  if (!isFirst) throw failure("BACKUP_TAKEN_OVER", { place: store.place, file });
  const link = { manifest, sha256: hash("sha256", text, "hex") };
  await markLatest(store, link);
  return link;
}

/** Says where the chain ends. To be done again before the next link, because writing may have broken off before it. */
export async function markLatest(store: BackupStore, { manifest, sha256 }: Link): Promise<void> {
  const text = `${JSON.stringify({ sequence: manifest.sequence, sha256 })}\n`;
  const there = await store.read(LATEST);
  if (there?.toString("utf8") !== text) await store.write(LATEST, Buffer.from(text));
}
