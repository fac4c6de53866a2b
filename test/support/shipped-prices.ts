import { globSync, readFileSync } from "node:fs";
import { readPriceFile } from "#core/price-import.ts";
import type { PriceSetting } from "#core/settings/price.ts";

/** Every row of the shipped price files, read as an import reads them. */
export function shippedPrices(): PriceSetting[] {
  return globSync("prices/*.json")
    .sort()
    .flatMap((file) => {
      const read = readPriceFile(readFileSync(file, "utf8"));
      if (!read.ok) throw new Error(`${file}: ${read.detail}`);
      return [...read.value];
    });
}
