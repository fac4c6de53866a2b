import { readdirSync, readFileSync } from "node:fs";
import type { Base } from "#cli/stack/base.ts";
import { failure } from "#core/failure.ts";
import { planPrices, readPriceFile, withoutOverlaps } from "#core/price-import.ts";
import type { ImportPlan } from "#core/settings/import-plan.ts";
import type { PriceSetting } from "#core/settings/price.ts";
import type { SourceSetting } from "#core/settings/source.ts";
import { planSources } from "#core/sources-import.ts";
import { applyPlan } from "#runtime/settings/change-settings.ts";

const PRICES_DIR = new URL("../../prices/", import.meta.url);

/** Every row of the price files that come with this version. */
export function shippedPriceRows(): readonly PriceSetting[] {
  const files = readdirSync(PRICES_DIR).filter((name) => name.endsWith(".json"));
  return files.sort().flatMap((name) => {
    const read = readPriceFile(readFileSync(new URL(name, PRICES_DIR), "utf8"));
    if (!read.ok) throw failure("FILE_UNREADABLE", { file: `prices/${name}`, reason: read.detail });
    return [...read.value];
  });
}

/**
 * Puts shipped prices and sources in where they are absent. What is there stays as it is, also where a newer version
 * ships another, and a shipped row that would contradict one of the operator's stays out: prices are changed by a person with a plan (`spendtrail prices import`), never by an upgrade.
 */
export async function importShipped(
  { producer, settings }: Base,
  sources: readonly SourceSetting[],
): Promise<void> {
  const by = { actor: "command line", reason: "shipped with spendtrail" };
  const state = settings.state();
  const rows = withoutOverlaps(state, shippedPriceRows());
  for (const plan of [planPrices(state, rows), planSources(state, sources)]) {
    await applyPlan(producer, settings, onlyNew(plan), by);
  }
}

function onlyNew(plan: ImportPlan): ImportPlan {
  return { ...plan, changes: plan.changes.filter((change) => change.action === "create") };
}
