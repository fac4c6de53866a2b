import { z } from "zod";
import { OPERATIONS, OUTCOMES, Text } from "#core/event-data.ts";
import { Conditions } from "#core/mapping/condition.ts";
import { Paths } from "#core/mapping/path.ts";

const paths = (text: string) => Paths.optional().describe(text);
const table = <Value extends z.ZodType>(value: Value) =>
  z.record(z.string().min(1).max(256), value).default({});

export const PlatformMap = z.strictObject({
  path: paths("Where the provider's name lies."),
  table: table(Text).describe(
    "From a provider's name, in lower case, to the platform in our price book. Without a table the name stands as it is.",
  ),
  host: paths("Where the address lies that was asked; well-known hosts tell the platform."),
  otherwise: Text.nullable()
    .default(null)
    .describe("Where neither tells and the source's `platform` is empty. null is `unknown`."),
});

export const OperationMap = z.strictObject({
  path: paths("Where the kind of call lies."),
  table: table(z.enum(OPERATIONS)).describe("From its name, in lower case, to our operation."),
  request_path: paths("Where the URL or its path lies: `/v1/messages/count_tokens` tells by itself."),
  method: paths("Where the request's method lies; GET, HEAD and OPTIONS ask no model."),
  otherwise: z.enum(OPERATIONS).default("generate").describe("Where nothing tells."),
});

export const SessionMap = z.strictObject({
  header: paths("A request header's value, as the gateway logged it; counts first."),
  gateway: paths("The gateway's own field for sessions."),
  body: paths("The request's `metadata.user_id`, in which Claude Code puts its session."),
  telemetry: paths("OpenTelemetry's `session.id`."),
});

export const OutcomeMap = z.strictObject({
  status: paths("The HTTP status that the client saw."),
  rules: z
    .array(
      z.strictObject({
        when: Conditions.describe("All of these have to hold."),
        is: z.enum(OUTCOMES).describe("How the call then ended."),
      }),
    )
    .max(16)
    .default([])
    .describe(
      "In order, the first that fits counts. Where none does: 499 is `aborted`, any other status from 400 on `error`, all else `success`.",
    ),
  error_type: paths("The class of the error, a short name: never its message, which may quote people."),
  error_code: paths("The code of the error; without it, the status of a failed call."),
});

export const AuditMap = z.strictObject({
  action: Text.describe("What was done: `call.processing`."),
  action_path: paths("Where the record names it; put behind `action` with a dot."),
  target_type: Text.nullable().default(null).describe("What kind of thing it was done to."),
  target_id: paths("Which one."),
  details: z
    .record(z.string().regex(/^[a-z0-9_.-]{1,64}$/), Paths)
    .default({})
    .describe("Small facts by name; never content, credentials or people."),
});
