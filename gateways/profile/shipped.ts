import type { Adapter } from "#core/adapter.ts";
import { MappingProfile } from "#core/mapping/profile.ts";
import { adaptByProfile } from "#gateways/profile/adapt.ts";
import { compiled } from "#gateways/profile/compile.ts";
import bifrost from "#gateways/profiles/bifrost.json" with { type: "json" };
import cloudflare from "#gateways/profiles/cloudflare.json" with { type: "json" };
import envoy from "#gateways/profiles/envoy-ai-gateway.json" with { type: "json" };
import helicone from "#gateways/profiles/helicone.json" with { type: "json" };
import kongMetering from "#gateways/profiles/kong-metering.json" with { type: "json" };
import openinference from "#gateways/profiles/openinference.json" with { type: "json" };
import openmeter from "#gateways/profiles/openmeter.json" with { type: "json" };
import openrouter from "#gateways/profiles/openrouter.json" with { type: "json" };
import portkey from "#gateways/profiles/portkey.json" with { type: "json" };
import tensorzero from "#gateways/profiles/tensorzero.json" with { type: "json" };

/** The profiles that come with spendtrail. A profile of ours that has a fault is a fault of ours: it throws. */
export const SHIPPED_PROFILES: readonly MappingProfile[] = [
  ...[bifrost, cloudflare, envoy, helicone, kongMetering],
  ...[openinference, openmeter, openrouter, portkey, tensorzero],
].map((profile) => MappingProfile.parse(profile));

/** Each shipped profile is an adapter by its name. */
export const PROFILED: readonly Adapter[] = SHIPPED_PROFILES.map(adapterOf);

function adapterOf(shipped: MappingProfile): Adapter {
  const profile = compiled(shipped);
  return {
    gateway: profile.name,
    version: profile.version,
    redaction: profile.redaction,
    redactionOf: (source) =>
      source.team_from === "consumer" ? profile.redactionConsumersAreTeams : profile.redaction,
    readsOtlp: () => profile.otlp,
    adapt: (element, context) => adaptByProfile(profile, element, context),
  };
}
