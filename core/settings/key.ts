import { z } from "zod";
import { Instant, Text } from "#core/event-data.ts";
import { Name } from "#core/settings/source.ts";

/**
 * What a key's holder may do. `ingest` is a gateway's key for the collector and reads nothing. `gateway` asks whether
 * something may still spend, of any team, and reads nothing else.
 */
export const ROLES = ["ingest", "gateway", "viewer", "finance", "auditor", "admin"] as const;
export type Role = (typeof ROLES)[number];

/** A credential, stored as a hash: the secret is random (256 bit), so a plain SHA-256 is enough. */
export const KeySetting = z
  .strictObject({
    id: z
      .string()
      .regex(/^[a-z0-9]{12}$/)
      .describe("The public part of the key, shown in lists and logs."),
    label: Text.describe("What the key is for, in the owner's words."),
    secret_sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .describe("SHA-256 of the secret part, in hex."),
    role: z.enum(ROLES),
    teams: z
      .array(Text)
      .max(1000)
      .default([])
      .describe("The teams that a `viewer` sees. Empty for roles that see all teams."),
    sources: z.array(Name).max(100).default([]).describe("The sources that an `ingest` key may write as."),
    expires_at: Instant.nullable().default(null),
    revoked: z.boolean().default(false),
  })
  .refine((key) => key.role !== "viewer" || key.teams.length > 0, "a viewer key names at least one team")
  .refine(
    (key) => key.role !== "ingest" || key.sources.length > 0,
    "an ingest key names at least one source",
  );
export type KeySetting = z.infer<typeof KeySetting>;
