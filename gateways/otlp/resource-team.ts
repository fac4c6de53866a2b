import type { SourceSetting } from "#core/settings/source.ts";
import { attributeText, type OtlpElement } from "#gateways/otlp/element.ts";

/** The names under which organisations put their team into OTEL_RESOURCE_ATTRIBUTES. */
export const TEAM_ATTRIBUTES = ["team.id", "team", "team.name"] as const;

/**
 * Who pays with `team_from: resource`: the resource is set where the program is deployed, by managed settings for
 * instance. The record's own attributes, which a caller sets, never count here.
 */
export function resourceTeam(
  { resource }: OtlpElement,
  source: SourceSetting,
): { attributedTeam?: string | null } {
  if (source.team_from !== "resource") return {};
  return { attributedTeam: attributeText(resource, ...TEAM_ATTRIBUTES) };
}
