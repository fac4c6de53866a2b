import { type ResponseData, SERVICE_TIERS, SPEEDS } from "#core/event-data.ts";

type Tier = ResponseData["service_tier"];
type Speed = ResponseData["speed"];

export interface ServiceLevel {
  readonly tier: Tier;
  readonly speed: Speed;
  /** A tier or speed that we have no name for was served: its price is not known, so the cost is an estimate. */
  readonly isUnknown: boolean;
}

/** OpenAI says `default` for its standard tier; `auto` is what was asked and says nothing of what was served. */
const UNSAID = new Set(["", "auto", "none", "None", "not_available"]);

/** The tier and speed that were served and are billed. */
export function serviceLevel(tier: unknown, speed: unknown): ServiceLevel {
  const [tierText, speedText] = [said(tier === "default" ? "standard" : tier), said(speed)];
  const known = {
    tier: SERVICE_TIERS.find((name) => name === tierText) ?? null,
    speed: SPEEDS.find((name) => name === speedText) ?? null,
  };
  const isUnknown =
    (tierText !== null && known.tier === null) || (speedText !== null && known.speed === null);
  return { ...known, isUnknown };
}

function said(value: unknown): string | null {
  return typeof value === "string" && !UNSAID.has(value) ? value : null;
}
