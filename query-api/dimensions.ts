/** What costs can be grouped and filtered by. An empty text in the store is "not known" and null in an answer. */
export const DIMENSIONS = [
  "team",
  "model",
  "provider",
  "gateway",
  "user",
  "session",
  "api_key",
  "agent",
  "platform",
  "status",
] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/**
 * The expression of each over a call. `model` is the canonical name where our table knows the model, else the name
 * in the record. `platform` is where the model ran; `provider` is the company that bills for it there.
 */
export const DIMENSION_SQL: Readonly<Record<Dimension, string>> = {
  team: "team",
  model: "if(model_canonical = '', model, model_canonical)",
  provider:
    "transform(toString(platform), ['anthropic-api', 'bedrock', 'vertex', 'azure-openai', 'foundry'], ['anthropic', 'aws', 'google', 'microsoft', 'microsoft'], toString(platform))",
  gateway: "gateway",
  user: "user_ref",
  session: "session_id",
  api_key: "api_key",
  agent: "agent",
  platform: "platform",
  status: "outcome",
};
