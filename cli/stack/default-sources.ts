import { SourceSetting } from "#core/settings/source.ts";

/** What `spendtrail up` begins with, so that a first record is taken in without a settings file. */
export const DEFAULT_SOURCES: readonly SourceSetting[] = [
  { name: "litellm", gateway: "litellm", allow_gateway_cost: true },
  { name: "kong", gateway: "kong", topic: "kong-ai-logs" },
  { name: "events", gateway: "canonical" },
].map((source) => SourceSetting.parse(source));
