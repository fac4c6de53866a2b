import { UNALLOCATED } from "#core/settings/allocation.ts";

/** What costs can be grouped and filtered by. An empty text in the store is "not known" and null in an answer. */
export const DIMENSIONS = [
  "team",
  "cost_center",
  "model",
  "provider",
  "gateway",
  "user",
  "end_user",
  "project",
  "session",
  "api_key",
  "agent",
  "platform",
  "source",
  "status",
  "tag",
] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** What only costs as they are booked have: the period that a row corrects, and why it came late. */
export const BOOKED_DIMENSIONS = ["corrects_period", "correction_reason"] as const;
export const COST_DIMENSIONS = [...DIMENSIONS, ...BOOKED_DIMENSIONS] as const;
export type CostDimension = (typeof COST_DIMENSIONS)[number];

/**
 * The expression of each over a call. `model` is the canonical name where our table knows the model, else the name
 * in the record. A call without a cost centre is in a bucket with a name, so that nobody overlooks it. `end_user` is the pseudonym of the person that the client claimed. `platform` is where the model ran; `provider` is the company that bills for it there.
 */
export const DIMENSION_SQL: Readonly<Record<CostDimension, string>> = {
  team: "team",
  cost_center: `if(cost_center = '', '${UNALLOCATED}', toString(cost_center))`,
  model: "if(model_canonical = '', model, model_canonical)",
  provider:
    "transform(toString(platform), ['anthropic-api', 'bedrock', 'vertex', 'azure-openai', 'foundry'], ['anthropic', 'aws', 'google', 'microsoft', 'microsoft'], toString(platform))",
  gateway: "gateway",
  user: "user_ref",
  end_user: "end_user_ref",
  project: "project",
  session: "session_id",
  api_key: "api_key",
  agent: "agent",
  platform: "platform",
  source: "source",
  status: "outcome",
  // The first label `key:value` or `key=value`; a label is any text, so its key is bound.
  tag: "trimLeft(substring(arrayFirst(t -> startsWith(t, concat({tag_key:String}, ':')) OR startsWith(t, concat({tag_key:String}, '=')), tags), length({tag_key:String}) + 2))",
  corrects_period: "corrects_period",
  correction_reason: "correction_reason",
};
