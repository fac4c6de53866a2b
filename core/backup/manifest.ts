import { z } from "zod";

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const Digits = z.string().regex(/^\d{1,19}$/);

/** What a file holds: rows of a table, or messages of a topic. */
export const BACKUP_KINDS = ["events", "records", "batches", "settings", "acts", "batch_messages"] as const;
export type BackupKind = (typeof BACKUP_KINDS)[number];

const BackupFile = z.object({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,300}$/),
  kind: z.enum(BACKUP_KINDS),
  rows: z.int().min(1),
  bytes: z.int().min(1),
  /** Of the file as it lies there, compressed. */
  sha256: Sha256,
});
export type BackupFile = z.output<typeof BackupFile>;

const Range = z.object({
  topic: z.string(),
  partition: z.int(),
  first_offset: Digits,
  last_offset: Digits,
});

/** What an hour's files hold; a later manifest of the same hour adds to it. */
const Hour = z.object({
  /** The hour of `ingested_at`, as `2026-11-23T22`. */
  hour: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d$/),
  batches: z.int(),
  records: z.int(),
  events: z.int(),
  /** Events whose batch wrote them and that a better row of the same call has replaced before the hour was closed. */
  replaced: z.int(),
  /** All rows of an epoch above 0 in that hour, also those of an earlier manifest. */
  corrections: z.int(),
  cost_usd: z.string(),
  /** Over the roots of its batches in the order of its files. */
  root: Sha256,
  ranges: z.array(Range),
});
export type BackedUpHour = z.output<typeof Hour>;

/** Messages of one topic from `from` on, before `next`. */
const TopicPart = z.object({ from: Digits, next: Digits });
export const BACKUP_TOPICS = ["settings", "acts", "batch_messages"] as const;
export type BackupTopic = (typeof BACKUP_TOPICS)[number];

/**
 * One step of a back-up. It is written after its files, so a file that no manifest names does not count, and it names
 * the hash of the manifest before it, so none can be taken out, put in or moved unseen.
 */
export const Manifest = z.object({
  format: z.literal("spendtrail.backup.v1"),
  sequence: z.int().min(1),
  /** SHA-256 of the manifest before; null in the first. */
  previous_sha256: Sha256.nullable(),
  written_at: z.iso.datetime(),
  hour: Hour.nullable(),
  topics: z.partialRecord(z.enum(BACKUP_TOPICS), TopicPart),
  files: z.array(BackupFile),
});
export type Manifest = z.output<typeof Manifest>;

/** The last manifest, so that one that is cut off the end is missed too. */
export const Latest = z.object({ sequence: z.int().min(1), sha256: Sha256 });
export const LATEST = "latest.json";
export const PEOPLE = "people.jsonl.gz";
export const MANIFESTS = "manifests/";

export function manifestName(sequence: number): string {
  return `${MANIFESTS}${String(sequence).padStart(8, "0")}.json`;
}
