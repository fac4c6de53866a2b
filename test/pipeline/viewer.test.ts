import { afterAll, beforeAll, expect, test } from "vitest";
import { litellmRecord } from "#test/support/litellm-record.ts";
import { type Product, startProduct } from "#test/support/product.ts";
import { type Costs, untilCounted } from "#test/support/product-costs.ts";

let product: Product;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.stop());

async function twoTeams(): Promise<string> {
  const [door, finance, viewer] = await Promise.all([
    product.key("--role", "ingest", "--source", "litellm"),
    product.key("--role", "finance"),
    product.key("--role", "viewer", "--team", "search"),
  ]);
  const records = ["search", "legal"].map((team) =>
    litellmRecord({
      litellm_call_id: `call-of-${team}`,
      session_id: `session-of-${team}`,
      metadata: { user_api_key_team_id: team, user_api_key_team_alias: `secret-name-of-${team}` },
    }),
  );
  await product.post("/v1/gateways/litellm", door, JSON.stringify(records));
  await untilCounted(product, finance, { calls: 2 });
  return viewer;
}

/** Every GET route of the contract, with what it needs filled in by the other team's values. */
const FOREIGN = { id: "session-of-legal", kind: "source" };
async function getRoutes(): Promise<string[]> {
  const response = await fetch(`${product.api}/openapi.json`);
  const { paths } = (await response.json()) as { paths: Record<string, Record<string, unknown>> };
  return Object.entries(paths).flatMap(([path, methods]) =>
    "get" in methods ? [path.replaceAll(/\{(\w+)\}/g, (_, name: "id" | "kind") => FOREIGN[name])] : [],
  );
}

test("a viewer's key sees nothing of another team through any route", async () => {
  const viewer = await twoTeams();
  const routes = await getRoutes();
  expect(routes.length).toBeGreaterThan(8);
  const queries = ["", "?from=2025-01-01&to=2027-01-01", "?from=2025-01-01&to=2027-01-01&team=legal"];
  const own = await product.get<Costs>("/v1/costs?from=2025-01-01&to=2027-01-01&group_by=team", viewer);
  expect(own.body.rows.map((row) => row["team"])).toEqual(["search"]);
  for (const route of routes) {
    for (const query of queries) {
      const response = await fetch(product.api + route + query, {
        headers: { authorization: `Bearer ${viewer}` },
      });
      const text = await response.text();
      // The address that was asked for may come back in a problem; nothing else of the other team may.
      expect(text.replaceAll("session-of-legal", ""), `${route}${query}`).not.toMatch(/legal/);
    }
  }
  const foreign = await product.get("/v1/sessions/session-of-legal/events", viewer);
  expect(foreign.status).toBe(404);
});
