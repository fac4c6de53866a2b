/** Teams with how much of the traffic is theirs, after Zipf, and who works in them. */
export const DEMO_TEAMS = [
  { id: "search", alias: "Søk", weight: 34 },
  { id: "platform", alias: "Platform", weight: 20 },
  { id: "support", alias: "Kundenservice", weight: 14 },
  { id: "growth", alias: "Growth", weight: 10 },
  { id: "data", alias: "Données", weight: 8 },
  { id: "mobile", alias: "Mobile", weight: 6 },
  { id: "legal", alias: "法務", weight: 5 },
  { id: "research", alias: "Research", weight: 3 },
] as const;
export type DemoTeam = (typeof DEMO_TEAMS)[number];

export const DEMO_NAMES = ["ada", "björn", "chiara", "dmitri", "esra", "farid", "grace", "hiro"] as const;

/** One of a list, by weight, for a number from 0 to 1. */
export function weighted<Item extends { readonly weight: number }>(
  items: readonly Item[],
  unit: number,
): Item {
  let left = unit * items.reduce((sum, item) => sum + item.weight, 0);
  for (const item of items) {
    left -= item.weight;
    if (left < 0) return item;
  }
  return items.at(-1) as Item;
}
