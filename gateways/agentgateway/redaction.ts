import type { RedactionRules } from "#core/adapter.ts";

/**
 * What must not be stored of an access log line. The line has neither headers nor bodies by itself; CEL can add any of
 * them, so the names that agentgateway gives to content count as content wherever they are added.
 */
export const AGENTGATEWAY_REDACTION: RedactionRules = {
  credential: ["apikey.key", "jwt.rawtoken"],
  content: [
    "gen_ai.prompt",
    "gen_ai.completion",
    "llm.prompt",
    "llm.completion",
    "llm.toolcalls",
    "request.body",
    "request.bodyprefix",
    "response.body",
    "response.bodyprefix",
    "mcp.error.message",
  ],
  person: ["jwt.sub", "agentgateway.user", "src.addr"],
};
