import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Product, productEnv, startProduct } from "#test/support/product.ts";
import { runCli } from "#test/support/run-cli.ts";

/**
 * The product on servers that are somebody's own, as their operator brings it up: `migrate` with what it is to make,
 * then the programs. `env` names the servers, users, passwords and the salt.
 */
export async function startOnOwnServers(env: NodeJS.ProcessEnv, makes: readonly string[]): Promise<Product> {
  const dataDir = mkdtempSync(join(tmpdir(), "spendtrail-own-"));
  const migrate = await runCli(["migrate", ...makes, "--json"], { ...productEnv(dataDir), ...env }, 60_000);
  if (migrate.code !== 0) throw new Error(`spendtrail migrate ended with ${migrate.code}: ${migrate.stderr}`);
  return startProduct(dataDir, { env });
}
