import { readClaudeUserId } from "#core/claude-user-id.ts";
import type { ResponseData } from "#core/event-data.ts";
import { claimed } from "#gateways/field-reader.ts";

export type Session = Pick<ResponseData, "session_id" | "session_id_source">;

/** Where a record may state its session; whatever is missing, empty or no text is none. */
export interface SessionPlaces {
  /** A request header's value, as the client sent it. */
  readonly header?: unknown;
  /** The gateway's own field for sessions. */
  readonly vendor?: unknown;
  /** The request's `metadata.user_id`, in which Claude Code puts its session. */
  readonly body?: unknown;
  /** OpenTelemetry's `session.id`. */
  readonly telemetry?: unknown;
}

/** The session and where it came from. All four are a client's claims: they correlate and authorise nothing. */
export function sessionOf({ header, vendor, body, telemetry }: SessionPlaces): Session {
  const places = [
    ["header", claimed(header)],
    ["gateway", claimed(vendor)],
    ["body", typeof body === "string" ? claimed(readClaudeUserId(body)?.session) : null],
    ["telemetry", claimed(telemetry)],
  ] as const;
  const found = places.find(([, id]) => id !== null);
  return { session_id: found?.[1] ?? null, session_id_source: found?.[0] ?? null };
}
