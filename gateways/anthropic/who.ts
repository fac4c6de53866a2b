import { membersOf } from "#gateways/anthropic/members.ts";
import type { AnthropicRecord } from "#gateways/anthropic/record.ts";
import { claimed, type FieldReader, personName } from "#gateways/field-reader.ts";
import { headerValue } from "#gateways/header-value.ts";
import { labelsOf, teamOfTags } from "#gateways/team-tag.ts";
import type { Who } from "#gateways/who.ts";

/** Whom the capturer says it authenticated, and apart from that whom headers and the body claim. */
export function whoOf(record: AnthropicRecord, body: unknown, namesUser: boolean, fields: FieldReader): Who {
  const headers = record.request?.headers;
  const tags = labelsOf(record.tags);
  return {
    team: fields.text(record.team, "team"),
    team_alias: fields.text(record.team_alias, "team_alias"),
    organization: fields.text(record.organization, "organization"),
    project: fields.text(record.project, "project"),
    user: namesUser ? personName(record.user) : null,
    end_user: namesUser ? endUser(record, body) : null,
    api_key: fields.text(record.api_key_alias, "api_key_alias"),
    claimed_team: teamOfTags(tags) ?? claimed(headerValue(headers, "x-team")),
    tags,
    agent: claimed(headerValue(headers, "x-claude-code-agent-id")),
    parent_agent: claimed(headerValue(headers, "x-claude-code-parent-agent-id")),
  };
}

/** Headers that a Claude apps gateway adds for the next hop with `forward_user_identity`. */
const USER_HEADERS = ["x-claude-gateway-user-id", "x-claude-gateway-user-email", "x-litellm-end-user-id"];

function endUser(record: AnthropicRecord, body: unknown): string | null {
  const named = USER_HEADERS.map((name) => headerValue(record.request?.headers, name));
  const inBody = membersOf(membersOf(body)?.["metadata"])?.["user_id"];
  for (const value of [record.end_user, ...named, inBody]) {
    const person = personName(value);
    if (person !== null) return person;
  }
  return null;
}
