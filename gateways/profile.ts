import type { Adapter } from "#core/adapter.ts";
import { REJECT_RULES } from "#core/redaction-bytes.ts";
import { no } from "#core/result.ts";
import type { SourceSetting } from "#core/settings/source.ts";
import { adaptByProfile } from "#gateways/profile/adapt.ts";
import { type CompiledProfile, compiled } from "#gateways/profile/compile.ts";

/** Records that the operator's own mapping profile describes: the source's `profile`. docs/gateways/profiles.md. */
export const profile: Adapter = {
  gateway: "profile",
  version: 1,
  // Of a source whose profile is missing nothing is known: the usual names of content and people.
  redaction: REJECT_RULES,
  redactionOf: (source) => {
    const own = ofSource(source);
    if (own === null) return REJECT_RULES;
    return source.team_from === "consumer" ? own.redactionConsumersAreTeams : own.redaction;
  },
  readsOtlp: (source) => ofSource(source)?.otlp === true,
  adapt(element, context) {
    const own = ofSource(context.source);
    return own === null
      ? no(
          "unknown_source",
          `the source ${context.source.name} has no \`profile\`, which says how to read its records`,
        )
      : adaptByProfile(own, element, context);
  },
};

function ofSource(source: SourceSetting): CompiledProfile | null {
  return source.profile === null ? null : compiled(source.profile);
}
