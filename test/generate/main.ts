import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { PAGES } from "#test/generate/pages.ts";

/** `npm run generate`: writes every page that is made from the code. */
for (const { path, render } of PAGES) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, await render());
  console.log(path);
}
