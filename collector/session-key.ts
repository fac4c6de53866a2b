import { scrubText } from "#core/redaction-shapes.ts";

/**
 * Where a gateway's raw record says its session, first found first. Only for Kafka's key, which keeps a session in
 * one partition and in order; what the session is, the adapter decides.
 */
const SESSION_PATHS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  canonical: [["partitionkey"], ["subject"], ["data", "session_id"], ["session_id"]],
  litellm: [["session_id"], ["trace_id"], ["metadata", "session_id"], ["metadata", "trace_id"]],
};
const HEADER_PATHS: Readonly<Record<string, readonly string[]>> = {
  kong: ["request", "headers"],
  litellm: ["metadata", "requester_custom_headers"],
};

/** Of a log record or span of OTLP, whatever gateway it tells of. */
const OTLP_PATHS: readonly (readonly string[])[] = [
  ["attributes", "session.id"],
  ["attributes", "gen_ai.conversation.id"],
  ["resource", "session.id"],
];

const KEY_LENGTH_MAX = 512;

/** The session id in a parsed, redacted record, or null where there is none to be seen at once. */
export function sessionKeyOf(gateway: string, record: unknown, sessionHeader: string): string | null {
  const headerPath = HEADER_PATHS[gateway];
  const paths = [
    ...(headerPath === undefined ? [] : [[...headerPath, sessionHeader.toLowerCase()]]),
    ...(SESSION_PATHS[gateway] ?? []),
    ...(member(record, "otlp") === undefined ? [] : OTLP_PATHS),
  ];
  for (const path of paths) {
    const value = path.reduce<unknown>(member, record);
    if (typeof value === "string" && isKey(value)) return value;
  }
  return null;
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}

/** A key is stored in clear beside the record: nothing that looks like a secret may become one. */
function isKey(value: string): boolean {
  return value !== "" && value.length <= KEY_LENGTH_MAX && scrubText(value) === value;
}
