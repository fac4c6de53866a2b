import { readClaudeUserId } from "#core/claude-user-id.ts";
import type { SourceSetting } from "#core/settings/source.ts";
import { headerValue } from "#gateways/header-value.ts";
import type { LiteLlmPayload } from "#gateways/litellm/payload.ts";
import { type Session, sessionOf } from "#gateways/session-id.ts";

/**
 * The session: the client's header, else LiteLLM's own field, else Claude Code's `metadata.user_id`. A `trace_id` is
 * none: older versions copy the session into it, which one of the others states as well, and where the client sends no
 * session LiteLLM makes one up for each call.
 */
export function readSession(record: LiteLlmPayload, source: SourceSetting): Session {
  const { metadata } = record;
  const ids = [
    metadata?.requester_metadata?.["user_id"],
    record.end_user,
    metadata?.user_api_key_end_user_id,
  ];
  const stated = sessionOf({
    header: headerValue(metadata?.requester_custom_headers, source.session_header),
    vendor: record.session_id,
  });
  if (stated.session_id !== null) return stated;
  return sessionOf({ body: ids.find((id) => typeof id === "string" && readClaudeUserId(id)?.session) });
}
