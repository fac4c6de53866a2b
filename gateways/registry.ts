import type { Adapter } from "#core/adapter.ts";
import { agentgateway } from "#gateways/agentgateway.ts";
import { anthropic } from "#gateways/anthropic.ts";
import { apisix } from "#gateways/apisix.ts";
import { bedrockInvocationLog } from "#gateways/bedrock-invocation-log.ts";
import { canonical } from "#gateways/canonical.ts";
import { claudeAppsGateway } from "#gateways/claude-apps-gateway.ts";
import { claudeCode } from "#gateways/claude-code.ts";
import { kong } from "#gateways/kong.ts";
import { litellm } from "#gateways/litellm.ts";
import { otelGenai } from "#gateways/otel-genai.ts";
import { PROFILED } from "#gateways/profile/shipped.ts";
import { profile } from "#gateways/profile.ts";
import { vertexRequestResponseLog } from "#gateways/vertex-request-response-log.ts";
import { zuplo } from "#gateways/zuplo.ts";

/** Every gateway whose records can be read, by name. Another gateway is one file, its fixtures, and a line here. */
export const ADAPTERS: ReadonlyMap<string, Adapter> = new Map(
  [
    agentgateway,
    anthropic,
    apisix,
    bedrockInvocationLog,
    canonical,
    claudeAppsGateway,
    claudeCode,
    kong,
    litellm,
    otelGenai,
    profile,
    vertexRequestResponseLog,
    zuplo,
    ...PROFILED,
  ].map((adapter) => [adapter.gateway, adapter]),
);
