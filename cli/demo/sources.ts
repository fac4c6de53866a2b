import { SourceSetting } from "#core/settings/source.ts";

export const DEMO_LITELLM = "demo-litellm";
export const DEMO_KONG = "demo-kong";
export const DEMO_KONG_TOPIC = "demo.kong.ai-logs";

/** The gateways of the demo: one that posts to the collector, one that writes a Kafka topic of its own. */
export const DEMO_SOURCES: readonly SourceSetting[] = [
  { name: DEMO_LITELLM, gateway: "litellm", allow_gateway_cost: true },
  { name: DEMO_KONG, gateway: "kong", topic: DEMO_KONG_TOPIC },
].map((source) => SourceSetting.parse(source));
