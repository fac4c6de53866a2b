import { hash } from "node:crypto";
import {
  BACKUP_TOPICS,
  type BackedUpHour,
  type BackupTopic,
  LATEST,
  Latest,
  Manifest,
  manifestName,
} from "#core/backup/manifest.ts";

/** A manifest as it was read. */
export interface Link {
  readonly manifest: Manifest;
  readonly sha256: string;
}

export type ChainFault = { readonly file: string; readonly reason: string };

/** The next link of a chain, or what is wrong with it. */
export function linkOf(text: string, chain: readonly Link[]): Link | ChainFault {
  const before = chain.at(-1);
  const sequence = (before?.manifest.sequence ?? 0) + 1;
  const file = manifestName(sequence);
  const read = Manifest.safeParse(parsed(text));
  if (!read.success) return { file, reason: "it is no manifest" };
  const manifest = read.data;
  if (manifest.sequence !== sequence) return { file, reason: `it is number ${manifest.sequence}` };
  if (manifest.previous_sha256 !== (before?.sha256 ?? null))
    return { file, reason: "it does not continue the manifest before it" };
  for (const topic of BACKUP_TOPICS) {
    const part = manifest.topics[topic];
    const next = part === undefined ? null : nextOf(chain, topic);
    if (part !== undefined && next !== null && part.from !== next)
      return { file, reason: `its ${topic} begin at ${part.from}, and ${next} is due` };
  }
  return { manifest, sha256: hash("sha256", text, "hex") };
}

/** Whether the chain reaches as far as it once did. A manifest more is fine: writing broke off just behind it. */
export function latestFault(text: string | null, chain: readonly Link[]): ChainFault | null {
  if (text === null) return chain.length === 1 ? null : { file: LATEST, reason: "it is missing" };
  const latest = Latest.safeParse(parsed(text));
  if (!latest.success) return { file: LATEST, reason: "it cannot be read" };
  const { sequence, sha256 } = latest.data;
  const link = chain[sequence - 1];
  if (link === undefined) return { file: manifestName(sequence), reason: "it is missing" };
  return link.sha256 === sha256
    ? null
    : { file: manifestName(sequence), reason: "it is another one than was written" };
}

/** The first offset of a topic that the chain does not have; null when it has none of it. */
export function nextOf(chain: readonly Link[], topic: BackupTopic): string | null {
  return (
    chain.findLast(({ manifest }) => manifest.topics[topic] !== undefined)?.manifest.topics[topic]?.next ??
    null
  );
}

/** What the chain has of each hour, added up. */
export function hoursOf(chain: readonly Link[]): Map<string, Pick<BackedUpHour, "batches" | "corrections">> {
  const hours = new Map<string, { batches: number; corrections: number }>();
  for (const { manifest } of chain) {
    if (manifest.hour === null) continue;
    const { hour, batches, corrections } = manifest.hour;
    hours.set(hour, { batches: (hours.get(hour)?.batches ?? 0) + batches, corrections });
  }
  return hours;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
