import type { SourceSetting } from "#core/settings/source.ts";
import { agentOf } from "#gateways/claude-code/origin.ts";
import type { Signal } from "#gateways/claude-code/signal.ts";
import { personName } from "#gateways/field-reader.ts";
import { TEAM_ATTRIBUTES } from "#gateways/otlp/resource-team.ts";
import { labelsOf } from "#gateways/team-tag.ts";
import type { Who } from "#gateways/who.ts";

/** What is worth grouping costs by, with the label's name. */
const LABELS: readonly (readonly [label: string, attribute: string])[] = [
  ["department", "department"],
  ["cost_center", "cost_center"],
  ["query_source", "query_source"],
  ["effort", "effort"],
  ["skill", "skill.name"],
  ["plugin", "plugin.name"],
  ["mcp_server", "mcp_server.name"],
  ["mcp_tool", "mcp_tool.name"],
  ["workflow", "workflow.name"],
  ["entrypoint", "app.entrypoint"],
  ["repository", "vcs.repository.name"],
];

/**
 * Who called, as the client says it. `user.id` is a number of the installation (behind a Claude apps gateway the
 * identity provider's subject) and counts where nobody is signed in: with a key, or on Bedrock and Vertex.
 */
export function whoOf(signal: Signal, source: SourceSetting): Who {
  const person = (name: string) => personName(signal.value(name));
  const user =
    person("user.email") ?? person("user.account_uuid") ?? person("user.account_id") ?? person("user.id");
  return {
    team: null,
    team_alias: null,
    organization: signal.text("organization.id"),
    project: null,
    user: source.user_from === "none" ? null : user,
    end_user: null,
    api_key: null,
    claimed_team: signal.text(...TEAM_ATTRIBUTES),
    tags: tagsOf(signal),
    agent: agentOf(signal),
    parent_agent: signal.text("parent_agent_id", "parent_agent.id"),
  };
}

/** The groups of an identity provider are not among them: they are many, and say more of a person than of a cost. */
function tagsOf(signal: Signal): string[] {
  const labels = LABELS.flatMap(([label, name]) => {
    const text = signal.text(name);
    return text === null ? [] : [`${label}:${text}`];
  });
  return labelsOf(labels);
}
