import type { RedactionRules } from "#core/adapter.ts";

const CONTENT = ["llm_request", "llm_response_text", "request.body", "response.body"];
const PERSON = [
  "client_ip",
  "llm_summary.end_user_id",
  "headers.x-forwarded-for",
  "headers.x-real-ip",
  "headers.x-consumer-custom-id",
];
const CONSUMER = ["consumer.username", "headers.x-consumer-username", "headers.x-credential-identifier"];

/** What must not be stored of an APISIX record. It cuts no header out of its logs; those with credentials go by name. */
export const APISIX_REDACTION: RedactionRules = {
  credential: [],
  content: CONTENT,
  person: [...PERSON, ...CONSUMER],
};

/** The same where each consumer is a team or a service and its name has to stay readable. */
export const APISIX_REDACTION_CONSUMERS_ARE_TEAMS: RedactionRules = {
  credential: [],
  content: CONTENT,
  person: PERSON,
};
