import type { SourceSetting } from "#core/settings/source.ts";
import { claimed, type FieldReader, personName } from "#gateways/field-reader.ts";
import { headerValue } from "#gateways/header-value.ts";
import { keyHash } from "#gateways/litellm/key-hash.ts";
import type { LiteLlmPayload } from "#gateways/litellm/payload.ts";
import { labelsOf, teamOfTags } from "#gateways/team-tag.ts";
import type { Who } from "#gateways/who.ts";

/** Whom LiteLLM authenticated by the virtual key, and apart from it whom the client claims to be. */
export function readWho(record: LiteLlmPayload, source: SourceSetting, fields: FieldReader): Who {
  const { metadata } = record;
  const headers = metadata?.requester_custom_headers;
  const tags = labelsOf(record.request_tags);
  return {
    team: fields.text(metadata?.user_api_key_team_id, "metadata.user_api_key_team_id"),
    team_alias: fields.text(metadata?.user_api_key_team_alias, "metadata.user_api_key_team_alias"),
    organization: fields.text(metadata?.user_api_key_org_id, "metadata.user_api_key_org_id"),
    project: fields.text(metadata?.user_api_key_project_id, "metadata.user_api_key_project_id"),
    user: source.user_from === "none" ? null : personName(metadata?.user_api_key_user_id),
    end_user: personName(record.end_user) ?? personName(metadata?.user_api_key_end_user_id),
    api_key: keyHash(metadata?.user_api_key_hash),
    claimed_team: teamOfTags(tags) ?? claimed(headerValue(headers, "x-team")),
    tags,
    agent: claimed(headerValue(headers, "x-claude-code-agent-id")) ?? claimed(record.agent_id),
    parent_agent: claimed(headerValue(headers, "x-claude-code-parent-agent-id")),
  };
}

/** Who pays, where the source takes it from a tag or from the virtual key's alias; undefined: the key's team. */
export function attributedTeam(
  record: LiteLlmPayload,
  source: SourceSetting,
  fields: FieldReader,
): string | null | undefined {
  switch (source.team_from) {
    case "consumer_tag":
      return teamOfTags(labelsOf(record.request_tags));
    case "consumer":
      return fields.text(record.metadata?.user_api_key_alias, "metadata.user_api_key_alias");
    default:
      return undefined;
  }
}
