import { scrubText } from "#core/redaction-shapes.ts";

/**
 * What Claude Code puts into `metadata.user_id`, which gateways also hand on as their end user: until 2.1.77
 * `user_<device>_account_<uuid>_session_<uuid>`, from 2.1.78 on JSON text with device_id, account_uuid and session_id.
 */
export interface ClaudeUserId {
  /** The account, else the device; null where neither is stated. */
  readonly person: string | null;
  readonly session: string | null;
}

const LEGACY = /^(.+)_session_([0-9a-fA-F-]{36})$/s;

/** The parts of such an id; null for any other text, which then is a plain name. */
export function readClaudeUserId(text: string): ClaudeUserId | null {
  const legacy = text.includes("_session_") ? LEGACY.exec(text) : null;
  if (legacy !== null) return { person: legacy[1] ?? null, session: legacy[2] ?? null };
  const members = membersOf(text);
  if (members === null) return null;
  return {
    person: nonEmpty(members["account_uuid"]) ?? nonEmpty(members["device_id"]),
    session: nonEmpty(members["session_id"]),
  };
}

/** The same id with everything that tells of a person as a pseudonym and the session as it was; idempotent. */
export function redactClaudeUserId(text: string, person: (value: string) => string): string {
  const legacy = text.includes("_session_") ? LEGACY.exec(text) : null;
  if (legacy !== null) return `${person(legacy[1] ?? "")}_session_${legacy[2] ?? ""}`;
  const members = membersOf(text);
  if (members === null) return person(text);
  const redacted = Object.entries(members).map(([name, value]) => {
    if (value === null || value === "") return [name, value] as const;
    if (name === "session_id" && typeof value === "string") return [name, scrubText(value)] as const;
    return [name, person(typeof value === "string" ? value : JSON.stringify(value))] as const;
  });
  return JSON.stringify(Object.fromEntries(redacted));
}

function membersOf(text: string): Readonly<Record<string, unknown>> | null {
  if (!text.startsWith("{") || !text.includes("session_id")) return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && Object.hasOwn(value, "session_id")
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

function nonEmpty(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
