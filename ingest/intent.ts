import { z } from "zod";

const Offset = z
  .string()
  .regex(/^\d{1,19}$/)
  .transform(BigInt);

/**
 * What a batch is going to be, saved as metadata of the offset commit before its first row is written. Whoever comes
 * after a crash rebuilds exactly this batch from the same records, with the same settings and the same time, and so
 * under the same insert tokens. Names are short because a broker takes 4,096 bytes of metadata by default.
 */
const Intent = z.object({
  v: z.literal(1),
  /** First and last offset. */
  f: Offset,
  l: Offset,
  /** Elements. */
  n: z.int().min(0),
  /** Root of the batch's tree. */
  r: z.string().regex(/^[0-9a-f]{64}$/),
  /** Settings offset. */
  s: z
    .string()
    .regex(/^-?\d{1,19}$/)
    .transform(BigInt),
  /** Adapter versions by gateway. */
  a: z.record(z.string(), z.int()),
  /** `ingested_at`, in ms. */
  t: z.int().positive(),
});
export type Intent = z.output<typeof Intent>;

/** The commit of a partition that has nothing under way. */
export const NO_INTENT = "";

export function encodeIntent(intent: Intent): string {
  return JSON.stringify({ ...intent, f: String(intent.f), l: String(intent.l), s: String(intent.s) });
}

/** The intent in a commit's metadata; null where there is none. Unreadable metadata is a surprise: somebody else committed. */
export function decodeIntent(metadata: string): Intent | null {
  return metadata === NO_INTENT ? null : Intent.parse(JSON.parse(metadata));
}
