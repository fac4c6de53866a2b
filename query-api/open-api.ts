import swagger from "@fastify/swagger";
import scalar from "@scalar/fastify-api-reference";
import { PUBLIC } from "#query-api/access.ts";
import type { App } from "#query-api/app-type.ts";
import { documentTransform, schemaTransform } from "#query-api/json.ts";

/** The version of the contract, not of the program. */
const CONTRACT_VERSION = "1.0.0";

/** `/openapi.json`, made of the routes, and `/docs`, a page that loads nothing from elsewhere. */
export async function serveOpenApi(app: App): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.1",
      info: {
        title: "spendtrail query API",
        version: CONTRACT_VERSION,
        description:
          "Who spent what on language models, and what exactly happened. Ranges are half-open, amounts are decimal strings, lists have opaque cursors, errors are problem documents (RFC 9457) with a stable code.",
      },
      security: [{ key: [] }],
      components: {
        securitySchemes: {
          key: {
            type: "http",
            scheme: "bearer",
            description: "`st_...`, made with `spendtrail keys create`.",
          },
        },
      },
    },
    transform: schemaTransform,
    transformObject: documentTransform,
  });
  app.get("/openapi.json", { config: { access: PUBLIC }, schema: { hide: true } }, () => app.swagger());
  await app.register(servePage);
}

export const DOCS_PREFIX = "/docs";

/** The page's script comes from this server; this keeps it from fetching anything from another. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";

async function servePage(app: App): Promise<void> {
  app.addHook("onRequest", async (_request, reply) => {
    reply.header("content-security-policy", PAGE_POLICY);
  });
  await app.register(scalar, {
    routePrefix: DOCS_PREFIX,
    configuration: {
      url: "/openapi.json",
      pageTitle: "spendtrail API",
      withDefaultFonts: false,
      telemetry: false,
      proxyUrl: "",
      hideClientButton: true,
      showDeveloperTools: "never",
      agent: { disabled: true },
      mcp: { disabled: true },
    },
  });
}
