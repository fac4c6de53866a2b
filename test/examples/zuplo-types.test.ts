import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, expect, test } from "vitest";

const FOLDER = "examples/gateways/zuplo";
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** The compiler's complaints about a project; none is an empty text. */
function complaints(project: string): string {
  const options = { encoding: "utf8" } as const;
  const { stdout, stderr, error } = spawnSync(resolve("node_modules/.bin/tsc"), ["-p", project], options);
  if (error) throw error;
  return stdout + stderr;
}

/** A Zuplo project with our policy in it, and what stands for `@zuplo/runtime` installed. */
function project(runtime: string): string {
  const folder = mkdtempSync(join(tmpdir(), "spendtrail-zuplo-"));
  folders.push(folder);
  cpSync(join(FOLDER, "modules"), join(folder, "modules"), { recursive: true });
  cpSync(join(FOLDER, "tsconfig.json"), join(folder, "tsconfig.json"));
  mkdirSync(join(folder, "node_modules/@zuplo"), { recursive: true });
  symlinkSync(runtime, join(folder, "node_modules/@zuplo/runtime"));
  return folder;
}

/** A package that exports only these types. */
function packageOf(types: string): string {
  const folder = mkdtempSync(join(tmpdir(), "spendtrail-runtime-"));
  folders.push(folder);
  const exports = { ".": { types: "./index.d.ts", import: "./index.js" } };
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ name: "@zuplo/runtime", type: "module", exports }),
  );
  writeFileSync(join(folder, "index.d.ts"), types);
  return folder;
}

test("the Zuplo policy fits the runtime as Zuplo documents it", () => {
  expect(complaints(FOLDER)).toBe("");
});

test("a runtime that the policy does not fit is found", () => {
  const other = packageOf(
    "export declare class ZuploRequest extends Request {}\nexport interface ZuploContext {}\n",
  );
  const found = complaints(project(other));
  expect(found).toContain("no exported member 'BackgroundDispatcher'");
  expect(found).toContain("'addResponseSendingHook' does not exist");
});

/**
 * The licence of Zuplo's own types is for its customers only, so they are no dependency of ours. Who may use them says
 * where they are: ZUPLO_RUNTIME_DIR is the folder of the package `@zuplo/runtime`.
 */
const published = process.env["ZUPLO_RUNTIME_DIR"] ?? "";
if (published === "")
  console.warn("SKIPPED: the Zuplo policy against Zuplo's published types (ZUPLO_RUNTIME_DIR is not set)");

test.skipIf(published === "")("the Zuplo policy fits Zuplo's published types", () => {
  expect(complaints(project(resolve(published)))).toBe("");
});
