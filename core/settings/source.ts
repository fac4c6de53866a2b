import { z } from "zod";
import { Text } from "#core/event-data.ts";
import { MappingProfile } from "#core/mapping/profile.ts";

/** A name that is safe in a topic, a header, a path and a metric label. */
export const Name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, "lower-case letters, digits, '.', '_' and '-', at most 63");

/**
 * A gateway (or a door of ours) whose records we take in. Whatever cannot be read from the record itself is
 * declared here, so that nothing is guessed.
 */
export const SourceSetting = z.strictObject({
  name: Name.describe(
    "The source's name; part of every event's identity, so it is never reused for another gateway.",
  ),
  gateway: Name.describe("Which adapter reads its records: `litellm`, `kong`, `apisix`, `canonical`."),
  gateway_version: Text.nullable()
    .default(null)
    .describe("The gateway's version, where the records do not say it."),
  input_includes_cache: z
    .boolean()
    .nullable()
    .default(null)
    .describe(
      "Whether the gateway's input tokens include cached ones. null: the adapter's rule for the gateway and its version.",
    ),
  topic: z
    .string()
    .regex(/^[a-zA-Z0-9._-]{1,249}$/)
    .nullable()
    .default(null)
    .describe("A Kafka topic that the gateway writes itself; null: through the collector."),
  encoding: z
    .enum(["json", "otlp_json", "otlp_proto"])
    .default("json")
    .describe(
      "How the messages of `topic` are written: JSON, or OTLP as the OpenTelemetry Collector's Kafka exporter writes it. Whether they are logs or traces is seen in each message.",
    ),
  role: z
    .enum(["ledger", "evidence"])
    .default("ledger")
    .describe("`ledger` counts; `evidence` sees calls that another source counts, and is never added up."),
  allow_gateway_cost: z
    .boolean()
    .default(false)
    .describe("Where we have no price, whether the gateway's own figure may stand (totalled apart)."),
  account: Text.nullable()
    .default(null)
    .describe(
      "The account at the model provider that its calls are billed to, for prices and discounts of it.",
    ),
  platform: Text.nullable().default(null).describe("Where the models run, where the records do not say it."),
  team_from: z
    .enum(["gateway", "consumer_tag", "consumer", "resource", "fixed"])
    .default("gateway")
    .describe(
      "Where the team comes from: the gateway's own field, a consumer's `team:` tag, the consumer's name, the `team.id` of an OTLP resource (only where you manage OTEL_RESOURCE_ATTRIBUTES, since a client sets it), or `team`.",
    ),
  team: Text.nullable().default(null).describe("The team, where `team_from` is `fixed`."),
  user_from: z
    .enum(["gateway", "consumer", "none"])
    .default("gateway")
    .describe("Where the user comes from."),
  session_header: Text.default("x-claude-code-session-id").describe(
    "The request header that carries the session id.",
  ),
  content: z
    .enum(["drop", "keep"])
    .default("drop")
    .describe(
      "Whether prompts and answers are stored. `drop` puts their length in their place; credentials and names go in any case.",
    ),
  profile: MappingProfile.nullable()
    .default(null)
    .describe("For the gateway `profile`: how to read its records (docs/gateways/profiles.md)."),
  stream_floor: z
    .boolean()
    .default(false)
    .describe(
      "Whether the output of a stream that broke off uncounted is estimated from what was sent (4 bytes a token), as a floor.",
    ),
  enabled: z.boolean().default(true),
});
export type SourceSetting = z.infer<typeof SourceSetting>;
