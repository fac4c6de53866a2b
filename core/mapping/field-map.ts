import { z } from "zod";
import { AuditMap, OperationMap, OutcomeMap, PlatformMap, SessionMap } from "#core/mapping/choices.ts";
import { CostMap, MetersMap, TimesMap } from "#core/mapping/figures.ts";
import { Paths } from "#core/mapping/path.ts";

const paths = (text: string) => Paths.optional().describe(text);

/** Where each field of an event lies in a record. What is left out is unknown, and stays so. */
export const FieldMap = z.strictObject({
  identity: z
    .array(Paths)
    .min(1)
    .max(8)
    .optional()
    .describe(
      "What makes the record one call and no other, best an id of the gateway's own: all parts together, of which the first has to be there. Without it (or in a record that lacks it) a repeat cannot be told from a new call.",
    ),
  call_by: z
    .array(Paths)
    .min(1)
    .max(8)
    .optional()
    .describe(
      "For sources with two events a call: what both share, by which the `part` finds its `response`. It becomes the call's identity, so it must be the gateway's own: two calls with the same parts would count once.",
    ),
  gateway_version: paths("The gateway's version."),
  call_id: paths("The gateway's id of the client's call; its attempts may share it."),
  provider_request_id: paths("The provider's request id."),
  provider_message_id: paths("The provider's message id."),
  client_request_id: paths("The client's own request id."),
  trace_id: paths("A trace."),
  parent_call_id: paths("The call that caused this one."),
  internal_origin: paths("Why the gateway made this call by itself."),
  attempt: paths("The attempt's number."),
  attempt_from: z
    .union([z.literal(0), z.literal(1)])
    .optional()
    .describe("The first attempt's number, 1 if left out."),
  session: SessionMap.optional().describe("The session, by where it comes from."),
  agent: paths("The sub-agent's id."),
  parent_agent: paths("The parent of a nested sub-agent."),
  team: paths("The team, as the gateway authenticated it."),
  team_alias: paths("The team's display name."),
  organization: paths("The organisation."),
  project: paths("The project."),
  consumer: paths(
    "Who authenticated, where that is a person at some places and a team at others: the paying team with the source's `team_from: consumer`, else the user.",
  ),
  user: paths("The person that the gateway authenticated. Stored as a pseudonym only."),
  end_user: paths("The person that the client claimed. Stored as a pseudonym only."),
  api_key: paths("A hash or an alias of the gateway's key, never the key."),
  claimed_team: paths("The team that the client claimed, in a header or in metadata."),
  tags: paths("Labels: a list, or text with commas. With `team_from: consumer_tag` the one of `team:` pays."),
  client: paths("The client's User-Agent."),
  api_format: paths("The format of the call; without it, what the request's path tells."),
  operation: OperationMap.optional().describe("What was asked."),
  platform: PlatformMap.optional().describe(
    "Where the model ran and who bills it: with the model, it picks the price.",
  ),
  model_requested: paths("The model that the client asked for."),
  model: paths("The model that answered."),
  model_prefixes: z
    .array(z.string().min(1).max(64))
    .max(32)
    .optional()
    .describe("What is taken off the front of both, the first that fits: `anthropic::`."),
  region: paths("The region or endpoint that served."),
  inference_geo: paths("Where inference was pinned to."),
  service_tier: paths("The tier that was served."),
  speed: paths("The speed that was served."),
  stream: paths("Whether the answer was streamed: a boolean, `true`, `1`, or the like."),
  times: TimesMap.optional().describe("When."),
  outcome: OutcomeMap.optional().describe("How it ended."),
  stop_reason: paths("Why the model stopped."),
  meters: MetersMap.optional().describe("What it used."),
  cost: CostMap.optional().describe("The gateway's own figure; kept beside ours."),
  audit: AuditMap.optional().describe("What an audit event says; for variants that make one."),
});
export type FieldMap = z.infer<typeof FieldMap>;

/** Members whose own words are stored as a pseudonym only. */
export const PERSON_FIELDS = ["user", "end_user"] as const;
