import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newFolder } from "#test/backup/backup-kit.ts";
import { type Product, productEnv, startProduct } from "#test/support/product.ts";

let product: Product;
beforeAll(async () => {
  product = await startProduct();
}, 100_000);
afterAll(() => product.stop());

test("the commands: the settings of a new product are backed up, verified, and refused where something is", async () => {
  const folder = newFolder();
  const backup = await product.cli<{ manifests: number; written: unknown[] }>("backup", "--to", folder);
  expect(backup.manifests).toBe(1);
  expect(await product.cli("backup", "--to", folder)).toMatchObject({ manifests: 1, written: [] });
  expect(await product.cli("restore", "--from", folder, "--dry-run")).toMatchObject({ verified: true });
  const run = promisify(execFile);
  const line = ["cli/spendtrail.mjs", "restore", "--from", folder, "--json"];
  const refused = await run(process.execPath, line, { env: productEnv(product.dataDir) }).catch(
    (error) => error,
  );
  expect(JSON.parse(refused.stderr.trim().split("\n").at(-1))).toMatchObject({
    error: { code: "RESTORE_TARGET_NOT_EMPTY" },
  });
}, 60_000);
