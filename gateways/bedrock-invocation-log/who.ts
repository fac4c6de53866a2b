import { isMarker } from "#core/redaction-markers.ts";
import { classOfName } from "#core/redaction-names.ts";
import { membersOf, parsedJson } from "#gateways/anthropic/members.ts";
import type { InvocationLog } from "#gateways/bedrock-invocation-log/record.ts";
import { claimed, personName } from "#gateways/field-reader.ts";
import { labelsOf } from "#gateways/team-tag.ts";
import type { Who } from "#gateways/who.ts";

/** Keys of `requestMetadata` that have a field of their own; a caller sets them, so all are claims. */
const SESSION_KEYS = ["session_id", "sessionId", "session", "x-claude-code-session-id"];
const TEAM_KEYS = ["team", "team_id", "teamId"];
const USER_KEYS = ["user", "user_id", "userId", "user_email", "email"];
const AGENT_KEYS = ["agent_id", "x-claude-code-agent-id"];
const NOT_STORED = ["content", "content_block", "fallback_credit_token"];
const OWN_KEYS: ReadonlySet<string> = new Set(
  [...SESSION_KEYS, ...TEAM_KEYS, ...USER_KEYS, ...AGENT_KEYS, ...NOT_STORED].map((key) => key.toLowerCase()),
);

/**
 * Who called. The principal is an ARN: of a person (an IAM user, a single sign-on session) it is the user; where the
 * source says that principals are roles of gateways or teams (`isRole`), it is the credential.
 */
export function whoOf(log: InvocationLog, isRole: boolean): Who {
  const metadata = log.requestMetadata;
  const arn = log.identity?.arn;
  return {
    team: null,
    team_alias: null,
    organization: claimed(log.accountId),
    project: null,
    user: isRole ? null : personName(arn),
    end_user: endUserOf(log),
    api_key: isRole ? roleOf(arn) : null,
    claimed_team: claimed(firstOf(metadata, TEAM_KEYS)),
    tags: labelsOf(tagsOf(metadata)),
    agent: claimed(firstOf(metadata, AGENT_KEYS)),
    parent_agent: null,
  };
}

/** The role or user that an ARN ends in: `search` of `…:assumed-role/search/i-0abc` and of `…:role/teams/search`. */
export function principalName(arn: unknown): string | null {
  const text = claimed(arn) ?? "";
  const session = /:assumed-role\/([^/]+)/.exec(text)?.[1];
  return session ?? /:(?:role|user)\/(?:.*\/)?([^/]+)$/.exec(text)?.[1] ?? null;
}

/** An assumed role without the name of its session, which is another one at each call. */
function roleOf(arn: unknown): string | null {
  return claimed(arn)?.replace(/(:assumed-role\/[^/]+)\/.*$/, "$1") ?? null;
}

/** The session that a caller put into the request's metadata. */
export function metadataSession({ requestMetadata }: InvocationLog): unknown {
  return firstOf(requestMetadata, SESSION_KEYS);
}

/** `metadata.user_id` of a body in Anthropic's format, where Claude Code puts its session. */
export function bodyUserId({ input }: InvocationLog): unknown {
  return membersOf(membersOf(parsedJson(input?.inputBodyJson))?.["metadata"])?.["user_id"];
}

function endUserOf(log: InvocationLog): string | null {
  return personName(firstOf(log.requestMetadata, USER_KEYS)) ?? personName(bodyUserId(log));
}

/** A member whose name is that of a secret or of content is not stored, so it is no tag either. */
function tagsOf(metadata: InvocationLog["requestMetadata"]): string[] {
  return Object.entries(metadata ?? {}).flatMap(([key, value]) => {
    const name = key.toLowerCase();
    const isFree = !OWN_KEYS.has(name) && classOfName(name, false) === "none" && !isMarker(key);
    const text = isFree && typeof value === "string" && claimed(key) === key ? claimed(value) : null;
    return text === null ? [] : `${key}=${text}`;
  });
}

function firstOf(metadata: InvocationLog["requestMetadata"], keys: readonly string[]): unknown {
  const key = keys.find((name) => Object.hasOwn(metadata ?? {}, name) && metadata?.[name] !== "");
  return key === undefined ? null : metadata?.[key];
}
