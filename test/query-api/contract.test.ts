import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { openApiText } from "#query-api/open-api-text.ts";
import { makeApi } from "#test/query-api/api-kit.ts";

const unasked = { query: () => Promise.reject(new Error("not asked")) };

describe("the contract", () => {
  test("query-api/openapi.json is what the routes say (node query-api/generate-openapi.ts)", async () => {
    expect(await openApiText()).toBe(readFileSync("query-api/openapi.json", "utf8"));
  });

  test("is OpenAPI 3.1, every operation has a name and its problems, and asks for a key unless it is public", async () => {
    const document = JSON.parse(await openApiText());
    expect(document.openapi).toMatch(/^3\.1\./);
    const operations = Object.entries<Record<string, Operation>>(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ at: `${method} ${path}`, ...operation })),
    );
    expect(operations.length).toBeGreaterThan(10);
    expect(new Set(operations.map((operation) => operation.operationId)).size).toBe(operations.length);
    for (const { at, security, responses, summary } of operations) {
      expect([at, typeof summary]).toEqual([at, "string"]);
      const isPublic = at.includes("/health/");
      expect([at, security?.length === 0]).toEqual([at, isPublic]);
      if (!isPublic)
        expect(Object.keys(responses)).toEqual(expect.arrayContaining(["400", "401", "403", "500"]));
    }
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
    for (const [, name = ""] of references) expect(document.components.schemas).toHaveProperty(name);
  });
});

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly security?: readonly unknown[];
  readonly responses: Record<string, unknown>;
}

describe("the page for people", () => {
  test("loads everything from this server, and its policy lets it load nothing else", async () => {
    const api = await makeApi({ clickhouseTeam: unasked, clickhouseAll: unasked });
    const page = await api.get("/docs/");
    expect(page.status).toBe(200);
    const loaded = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? "");
    expect(loaded.length).toBeGreaterThan(0);
    for (const address of loaded) expect(address).not.toMatch(/^(https?:)?\/\//);
    expect(page.text).not.toMatch(/https?:\/\/(?!www\.w3\.org)/);
    const script = await api.get("/docs/js/scalar.js");
    expect([script.status, script.text.length > 1_000_000]).toEqual([200, true]);
    const policy = String(page.headers["content-security-policy"]);
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/https?:|\*/);
    const contract = await api.get("/openapi.json");
    expect(contract.json.info.title).toBe("spendtrail query API");
  });

  test("figures for Prometheus and health say nothing of hosts", async () => {
    const api = await makeApi({ clickhouseTeam: unasked, clickhouseAll: unasked });
    await api.get("/v1/costs");
    const metrics = await api.get("/metrics");
    expect(metrics.text).toContain(
      'spendtrail_api_request_seconds_count{route="GET /v1/costs",status="401"} 1',
    );
    const ready = await api.get("/health/ready");
    expect([ready.status, ready.json]).toEqual([503, { status: "unavailable" }]);
    expect((await api.get("/health/live")).json).toEqual({ status: "ok" });
  });
});
