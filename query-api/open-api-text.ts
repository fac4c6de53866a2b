import { NO_SETTINGS } from "#core/settings/state.ts";
import { buildApi } from "#query-api/app.ts";
import { createLog } from "#runtime/log.ts";
import { createMetrics } from "#runtime/metrics.ts";

/** The OpenAPI document of the routes as text, for the file in the repository. No server is asked. */
export async function openApiText(): Promise<string> {
  const unused = () => {
    throw new Error("the contract is made without asking anything");
  };
  const app = await buildApi({
    clickhouseTeam: { query: unused },
    clickhouseAll: { query: unused },
    settings: {
      topic: "",
      state: () => NO_SETTINGS,
      caughtUp: async () => {},
      at: unused,
      outcomesAfter: () => [],
      offsetAt: unused,
    },
    changeSettings: unused,
    recordAct: unused,
    log: createLog("api", "silent"),
    metrics: createMetrics({ defaults: false }),
    cursorSecret: Buffer.alloc(32),
    clock: () => new Date(0),
  });
  const document = app.swagger();
  await app.close();
  return `${JSON.stringify(document, null, 2)}\n`;
}
