import { RATED_METERS, type RatedMeter, TOKEN_METERS } from "#core/meters.ts";
import { statedRate } from "#core/per-unit.ts";
import { PriceSetting } from "#core/settings/price.ts";

/** A price row that a source suggests; a person decides about it. */
export interface Candidate {
  readonly row: PriceSetting;
  /** What it is called at its source: a key of a price map, a line of a CSV. */
  readonly names: readonly string[];
  /** What the source says beside it that no row can hold, or that was left out on purpose. */
  readonly remarks: readonly string[];
}

/** What a source gave, and what of it became no candidate, by reason. */
export interface Suggested {
  readonly candidates: readonly Candidate[];
  /** Names that mean the same calls at other rates: nobody is believed. */
  readonly disagreements: readonly Disagreement[];
  readonly skipped: readonly Skipped[];
}

export interface Disagreement {
  readonly about: string;
  readonly meters: readonly {
    readonly meter: RatedMeter;
    readonly said: readonly { readonly name: string; readonly rate: string | null }[];
  }[];
}

export interface Skipped {
  readonly name: string;
  readonly reason: string;
}

/** Names what a row is about, without its time. */
export function aboutOf(row: PriceSetting): string {
  const { account, platform, model, geo_scope, speed, service_tier } = row;
  const band =
    row.prompt_tokens_max !== null
      ? `<=${row.prompt_tokens_max}`
      : row.prompt_tokens_above > 0
        ? `>${row.prompt_tokens_above}`
        : null;
  const variant = [
    geo_scope === "any" ? null : geo_scope,
    speed === "standard" ? null : speed,
    service_tier === "standard" ? null : service_tier,
  ];
  return [platform, model, account, ...variant, band].filter((part) => part !== null).join(":");
}

/**
 * One candidate for what several names say of the same calls, a disagreement where they state different rates. A name
 * that is silent about a meter contradicts nobody.
 */
export function mergeAlike(
  candidates: readonly Candidate[],
): Pick<Suggested, "candidates" | "disagreements"> {
  const groups = Map.groupBy(candidates, ({ row }) => `${aboutOf(row)} ${row.effective_from}`);
  const merged: Candidate[] = [];
  const disagreements: Disagreement[] = [];
  for (const group of groups.values()) {
    const [first] = group;
    if (first === undefined) continue;
    const contested = RATED_METERS.filter((meter) => ratesFor(group, meter).size > 1);
    if (contested.length === 0) merged.push(together(first, group));
    else
      disagreements.push({
        about: aboutOf(first.row),
        meters: contested.map((meter) => ({
          meter,
          said: group.flatMap(({ row, names }) =>
            names.map((name) => ({ name, rate: statedRate(row, meter) })),
          ),
        })),
      });
  }
  return { candidates: merged, disagreements };
}

/** The different rates that are stated for a meter. */
function ratesFor(group: readonly Candidate[], meter: RatedMeter): ReadonlySet<string> {
  return new Set(group.flatMap(({ row }) => statedRate(row, meter) ?? []));
}

function together(first: Candidate, group: readonly Candidate[]): Candidate {
  const rate = (meter: RatedMeter) => [...ratesFor(group, meter)][0] ?? null;
  const usd_per_mtok = Object.fromEntries(TOKEN_METERS.map((meter) => [meter, rate(meter)]));
  const usd_per_request = { web_search_requests: rate("web_search_requests") };
  return {
    row: PriceSetting.parse({ ...first.row, usd_per_mtok, usd_per_request }),
    names: group.flatMap(({ names }) => names),
    remarks: [...new Set(group.flatMap(({ remarks }) => remarks))],
  };
}

/** A row whose id says what it is about and from when; what a source leaves out is as the book's schema has it. */
export function candidateRow(fields: object): PriceSetting {
  const draft = PriceSetting.parse({ ...fields, id: "draft" });
  const id = `${aboutOf(draft)}:${draft.effective_from.slice(0, 10)}:proposed`.toLowerCase();
  return PriceSetting.parse({ ...draft, id: id.replace(/[^a-z0-9._:<>=-]/g, "-").slice(0, 200) });
}
