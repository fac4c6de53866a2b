import { readClaudeUserId } from "#core/claude-user-id.ts";
import type { ResponseData } from "#core/event-data.ts";
import type { SourceSetting } from "#core/settings/source.ts";
import { claimed } from "#gateways/field-reader.ts";
import { headerValue } from "#gateways/header-value.ts";
import type { LiteLlmPayload } from "#gateways/litellm/payload.ts";

type Session = Pick<ResponseData, "session_id" | "session_id_source">;

/**
 * The session: LiteLLM's own field, else the client's header, else Claude Code's `metadata.user_id`. A `trace_id`
 * by itself is none: LiteLLM makes one up for each call where the client sends no session. It stands for the
 * session only where it is the value that one of the others states, so it adds nothing of its own.
 */
export function readSession(record: LiteLlmPayload, source: SourceSetting): Session {
  const own = claimed(record.session_id);
  if (own !== null) return { session_id: own, session_id_source: "gateway" };
  const trace = claimed(record.trace_id);
  const found = clientSession(record, source);
  return found !== null && found.session_id === trace
    ? { ...found, session_id_source: "gateway" }
    : (found ?? NONE);
}

const NONE: Session = { session_id: null, session_id_source: null };

function clientSession({ metadata, end_user }: LiteLlmPayload, source: SourceSetting): Session | null {
  const header = claimed(headerValue(metadata?.requester_custom_headers, source.session_header));
  if (header !== null) return { session_id: header, session_id_source: "header" };
  for (const id of [
    metadata?.requester_metadata?.["user_id"],
    end_user,
    metadata?.user_api_key_end_user_id,
  ]) {
    const session = typeof id === "string" ? claimed(readClaudeUserId(id)?.session) : null;
    if (session !== null) return { session_id: session, session_id_source: "body" };
  }
  return null;
}
