import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, dirname, join, resolve } from "node:path";

export interface InstalledPackage {
  /** What the tarball holds, relative to the package. */
  readonly files: readonly string[];
  readonly dir: string;
  /** What `npx spendtrail` would run. */
  readonly bin: string;
  remove(): void;
}

/** Never part of a package, and here to be found in it if a rule of `files` were lost. */
const PLANTED = {
  "deploy/.env": "CLICKHOUSE_ADMIN_PASSWORD=planted",
  ".spendtrail/secrets.json": '{"person_salt":"planted"}',
  "deploy/.spendtrail/secrets.json": "{}",
  "embedded/kafka/lib/kafka.jar": "planted",
  "embedded/kafka/lib-draft-x/kafka.jar": "planted",
  "spendtrail-0.0.0.tgz": "planted",
};

/**
 * The project packed by npm and unpacked below a `node_modules` of its own, as an install does. Without a network:
 * the packages that package.json declares are linked from the clone, and no others.
 */
export function installPackage(): InstalledPackage {
  const root = mkdtempSync(join(tmpdir(), "spendtrail-pack-"));
  const clone = join(root, "clone");
  const skipped = new Set(["node_modules", ".git", ".spendtrail", "lib"]);
  cpSync(".", clone, { recursive: true, filter: (path) => !skipped.has(basename(path)) });
  for (const [path, text] of Object.entries(PLANTED)) {
    mkdirSync(dirname(join(clone, path)), { recursive: true });
    writeFileSync(join(clone, path), text);
  }
  const packed = execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--offline"], {
    cwd: clone,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [about] = Object.values(JSON.parse(packed)) as { filename: string; files: { path: string }[] }[];
  if (about === undefined) throw new Error(`npm pack answered ${packed}`);
  const modules = join(root, "project", "node_modules");
  const dir = join(modules, "spendtrail");
  mkdirSync(dir, { recursive: true });
  execFileSync("tar", ["-xzf", join(clone, about.filename), "-C", dir, "--strip-components=1"]);
  linkDependencies(dir, modules);
  const bin = join(modules, ".bin", "spendtrail");
  mkdirSync(dirname(bin));
  symlinkSync(join("..", "spendtrail", "cli", "spendtrail.mjs"), bin);
  const remove = () => rmSync(root, { recursive: true, force: true });
  return { files: about.files.map(({ path }) => path), dir, bin, remove };
}

function linkDependencies(dir: string, modules: string): void {
  const manifest = JSON.parse(readFileSync(join(dir, "package.json"), "utf8")) as {
    dependencies: object;
    optionalDependencies: object;
  };
  const names = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
  for (const name of names) {
    const from = resolve("node_modules", name);
    if (!existsSync(from)) continue; // Another platform's library.
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(from, join(modules, name));
  }
}

/** A Node of the machine that cannot run TypeScript by itself; without one, the Node of this test. */
export function oldestNode(path = process.env["PATH"] ?? ""): string {
  const found = path
    .split(delimiter)
    .filter((folder) => folder !== "" && !folder.includes("node_modules") && existsSync(folder))
    .flatMap((folder) => (readdirSync(folder).includes("node") ? [join(folder, "node")] : []));
  const majorOf = (node: string) =>
    Number(/^v(\d+)/.exec(execFileSync(node, ["--version"], { encoding: "utf8" }))?.[1]);
  return found.find((node) => majorOf(node) >= 20 && majorOf(node) < 24) ?? process.execPath;
}
