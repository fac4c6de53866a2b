import type { RedactionRules } from "#core/adapter.ts";

const CONTENT = [
  // Of every plugin, of calls over MCP and of the admin audit log.
  "payload",
  "request.body",
  "response.body",
  // The sanitizer plugin logs what it took out.
  "sanitized_items.original",
  "sanitized_items.sanitized",
  // An error's text may quote what was asked.
  "mcp.rpc.error",
  // Of the admin audit log: which fields a thing has stays readable, what they hold does not.
  "entity.*",
  "input_block_detail",
  "output_block_detail",
];
const PERSON = [
  "client_ip",
  "rbac_user_id",
  "rbac_user_name",
  "headers.x-forwarded-for",
  "headers.x-real-ip",
  "headers.x-litellm-end-user-id",
  "headers.x-claude-gateway-user-email",
  "headers.x-claude-gateway-user-id",
];
const CONSUMER = [
  "consumer.username",
  "consumer.custom_id",
  "consumer.name",
  "headers.x-consumer-username",
  "headers.x-consumer-custom-id",
  "headers.x-credential-identifier",
];

/**
 * What must not be stored of a Kong record. Kong redacts `authorization` alone: `x-api-key`, which Claude Code sends,
 * lies in the log in clear. Such headers are cut by their names everywhere.
 */
export const KONG_REDACTION: RedactionRules = {
  credential: [],
  content: CONTENT,
  person: [...PERSON, ...CONSUMER],
};

/** The same where each consumer is a team or a service and its name has to stay readable. */
export const KONG_REDACTION_CONSUMERS_ARE_TEAMS: RedactionRules = {
  credential: [],
  content: CONTENT,
  person: PERSON,
};
