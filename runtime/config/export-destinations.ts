import { isAbsolute } from "node:path";
import { z } from "zod";
import { ScheduleName } from "#core/settings/export-schedule.ts";

const line = z
  .string()
  .min(1)
  .max(1000)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, "must not hold control characters");
/** A plain address and no list or display name: what could add receivers or headers is refused. */
const mailbox = z
  .string()
  .max(254)
  .regex(/^[^\s,;<>"@\p{Cc}]+@[A-Za-z0-9.-]+$/u, "is no plain e-mail address");

const Folder = z.strictObject({
  type: z.literal("folder"),
  path: line.refine(isAbsolute, "must be an absolute path"),
});
const S3 = z.strictObject({
  type: z.literal("s3"),
  bucket: z.string().regex(/^[A-Za-z0-9._-]{3,63}$/, "is no name of a bucket"),
  prefix: z
    .string()
    .max(500)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, "must not hold control characters")
    .default(""),
});
const Webhook = z.strictObject({
  type: z.literal("webhook"),
  url: z.string().max(2000).refine(isHttpUrl, "must be an http or https URL without a user and a fragment"),
  // https://www.standardwebhooks.com: 24 to 64 random bytes in base64.
  secret: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/, "must be whsec_ and 24 to 64 bytes in base64")
    .refine(isOfLength, "must be whsec_ and 24 to 64 bytes in base64"),
});
const Email = z.strictObject({
  type: z.literal("email"),
  host: z.string().regex(/^[A-Za-z0-9.:_-]{1,253}$/, "is no host"),
  port: z.int().min(1).max(65_535).optional(),
  tls: z.enum(["tls", "starttls", "none"]).default("starttls"),
  user: line.optional(),
  password: line.optional(),
  from: mailbox,
  to: z.array(mailbox).min(1).max(50),
  attachment_bytes_max: z.int().min(0).max(100_000_000).default(10_000_000),
});

/** A place that the operator allows exports to go to, with its secrets. Never a setting: see decision 0023. */
export const ExportDestination = z.discriminatedUnion("type", [Folder, S3, Webhook, Email]);
export type ExportDestination = z.infer<typeof ExportDestination>;
export type DestinationOf<Type extends ExportDestination["type"]> = Extract<
  ExportDestination,
  { type: Type }
>;

const ByName = z.record(ScheduleName, ExportDestination).refine((named) => Object.keys(named).length > 0);

/** The setting's text, a JSON object, as destinations by name. */
export const exportDestinations = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: "custom", message: "is not JSON" });
      return z.NEVER;
    }
  })
  .pipe(ByName)
  .transform((named): ReadonlyMap<string, ExportDestination> => new Map(Object.entries(named)));

function isHttpUrl(text: string): boolean {
  const url = URL.parse(text);
  return (
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    url.username === "" &&
    url.password === "" &&
    url.hash === ""
  );
}

function isOfLength(secret: string): boolean {
  const { length } = Buffer.from(secret.slice("whsec_".length), "base64");
  return length >= 24 && length <= 64;
}
