import type { SourceSetting } from "#core/settings/source.ts";
import { claimed, type FieldReader, personName } from "#gateways/field-reader.ts";
import { headerValue } from "#gateways/header-value.ts";
import type { KongRecord } from "#gateways/kong/record.ts";
import { labelsOf, teamOfTags } from "#gateways/team-tag.ts";
import type { Who } from "#gateways/who.ts";

/**
 * Whom Kong authenticated, its consumer, and apart from it whom the client claims to be. The team is the consumer's
 * `team:` tag, else its only group: both are set by an administrator.
 */
export function readWho(record: KongRecord, source: SourceSetting, fields: FieldReader): Who {
  const { consumer } = record;
  const headers = record.request?.headers;
  const tags = labelsOf(consumer?.tags);
  // A consumer that stands for a team is no person, and no other field of Kong's names one.
  const namesPerson = source.user_from !== "none" && source.team_from !== "consumer";
  return {
    team: teamOfTags(tags) ?? onlyGroup(record.consumer_groups, fields),
    team_alias: null,
    organization: fields.text(record.workspace_name, "workspace_name"),
    project: null,
    user: namesPerson ? (personName(consumer?.custom_id) ?? personName(consumer?.username)) : null,
    end_user: null,
    api_key: claimed(record.authenticated_entity?.id),
    claimed_team: claimed(headerValue(headers, "x-team")),
    tags,
    agent: claimed(headerValue(headers, "x-claude-code-agent-id")),
    parent_agent: claimed(headerValue(headers, "x-claude-code-parent-agent-id")),
  };
}

/** Who pays, where each consumer is a team; undefined: the tag or group. */
export function attributedTeam(
  record: KongRecord,
  source: SourceSetting,
  fields: FieldReader,
): string | null | undefined {
  if (source.team_from === "consumer_tag") return teamOfTags(labelsOf(record.consumer?.tags));
  if (source.team_from !== "consumer") return undefined;
  const { consumer } = record;
  return (
    fields.text(consumer?.custom_id, "consumer.custom_id") ??
    fields.text(consumer?.username, "consumer.username")
  );
}

/** Of several groups none is picked: which of them pays is not said. */
function onlyGroup(groups: unknown, fields: FieldReader): string | null {
  if (!Array.isArray(groups) || groups.length !== 1) return null;
  const group: unknown = groups[0];
  const name = typeof group === "object" && group !== null && "name" in group ? group.name : group;
  return fields.text(name, "consumer_groups");
}
