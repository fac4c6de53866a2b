import { z } from "zod";
import { Conditions } from "#core/mapping/condition.ts";
import { profileFaults } from "#core/mapping/faults.ts";
import { FieldMap } from "#core/mapping/field-map.ts";
import { Path } from "#core/mapping/path.ts";
import { REJECT_REASONS } from "#core/reject-reason.ts";
import { no, ok, type Result } from "#core/result.ts";

export const VARIANT_KINDS = ["response", "part", "audit", "reject"] as const;

const RedactionPath = z
  .string()
  .min(1)
  .max(256)
  .transform((path) => path.toLowerCase());
const cut = (text: string) => z.array(RedactionPath).max(128).default([]).describe(text);

export const Variant = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_.-]{0,62}$/)
    .describe("A name for people; `spendtrail sources try` shows it."),
  when: Conditions.describe("All of these have to hold. None: every record."),
  make: z
    .enum(VARIANT_KINDS)
    .default("response")
    .describe(
      "`response`: a call. `part`: more of a call that another event counts. `audit`: what happened beside the calls; never usage. `reject`: kept with a reason, not counted.",
    ),
  reason: z.enum(REJECT_REASONS).default("bad_shape").describe("For `reject`: why."),
  detail: z.string().max(512).default("").describe("For `reject`: a sentence for people: what to do."),
  map: FieldMap.partial()
    .default({})
    .describe("Members that replace those of the profile's `map`, each as a whole."),
});
export type Variant = z.infer<typeof Variant>;

/**
 * How to read the records of a gateway, as data: which records, where each field lies, what its figures mean, and
 * what must not be stored. docs/gateways/profiles.md shows how to write one.
 */
export const MappingProfile = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, "lower-case letters, digits, '.', '_' and '-', at most 63")
      .describe("The kind of gateway, as events and costs name it."),
    version: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(1)
      .describe("Raised with each change that gives other rows."),
    about: z.string().max(1024).default("").describe("What these records are, for people."),
    roots: z
      .array(z.union([z.literal("$"), Path]))
      .min(1)
      .max(8)
      .default(["$"])
      .describe("Where paths begin: each is tried from each of these in order. `$` is the record itself."),
    absent: z
      .array(z.string().max(64))
      .max(8)
      .default([])
      .describe("Text that stands for no value, beside the empty one: `-` in Envoy's logs."),
    cloudevents: z
      .boolean()
      .default(false)
      .describe("Whether records are CloudEvents; in binary mode the attributes are taken from the headers."),
    otlp: z
      .boolean()
      .default(false)
      .describe("Whether records may come through the OTLP doors: each log record or span is then one."),
    map: FieldMap.prefault({}).describe("Where the fields lie."),
    variants: z
      .array(Variant)
      .min(1)
      .max(32)
      .prefault([{ name: "call" }])
      .describe(
        "Kinds of records; the first that fits counts. A record that fits none is a reject (`unknown_event_type`): nothing is left out in silence.",
      ),
    redaction: z
      .strictObject({
        credential: cut("Members that hold a credential under a name that does not say so."),
        content: cut("Members that hold what people or models wrote."),
        person: cut(
          "Members that hold a name or an address of a person. `user` and `end_user` are added by themselves.",
        ),
      })
      .prefault({})
      .describe(
        "What is not stored: paths in lower case, compared with the end of a member's path. Nothing that the map reads may lie in here, except the user.",
      ),
  })
  .superRefine((profile, context) => {
    for (const { path, message } of profileFaults(profile))
      context.addIssue({ code: "custom", path, message });
  });
export type MappingProfile = z.infer<typeof MappingProfile>;

/** A profile's text; every fault names the member. */
export function readProfile(text: string): Result<MappingProfile, "not_json" | "bad_shape"> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return no("not_json", (error as Error).message);
  }
  const read = MappingProfile.safeParse(json);
  if (read.success) return ok(read.data);
  return no("bad_shape", read.error.issues.map(sentence).join("\n"));
}

function sentence(issue: z.core.$ZodIssue): string {
  // A union says nothing by itself; what is wrong with its text form is what people meant to write.
  const inner = issue.code === "invalid_union" ? issue.errors.flat().at(0) : undefined;
  const path = [...issue.path, ...(inner?.path ?? [])].map(String).join(".");
  return `${path || "the profile"}: ${inner?.message ?? issue.message}`;
}
