import { writeFileSync } from "node:fs";
import { openApiText } from "#query-api/open-api-text.ts";

/** `node query-api/generate-openapi.ts` writes the contract that is committed; a test says when it is not current. */
if (import.meta.main) writeFileSync(new URL("openapi.json", import.meta.url), await openApiText());
