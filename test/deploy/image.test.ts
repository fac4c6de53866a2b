import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { nodeFlags } from "#cli/launch/flags.mjs";
import { composeService } from "#test/deploy/compose-file.ts";
import { reachableFrom } from "#test/deploy/reachable.ts";

const dockerfile = readFileSync("deploy/Dockerfile", "utf8");
const manifest = JSON.parse(readFileSync("package.json", "utf8")) as {
  version: string;
  files: string[];
  dependencies: Record<string, string>;
};
const copied = [...dockerfile.matchAll(/^COPY (?!--)(.+) (\S+)$/gm)].flatMap(([, from = ""]) =>
  from.split(" "),
);
const rooms = copied.filter((path) => !path.includes(".") && path !== "LICENSE");

test("the base is the Node that the tests run on, the image is this version, and nobody is root", () => {
  const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map((match) => match[1]);
  expect(bases).toHaveLength(2);
  for (const base of bases) expect(base).toBe(`node:${manifest.dependencies["node"]}-bookworm-slim`);
  expect(composeService("api").image).toBe(`spendtrail:${manifest.version}`);
  expect(dockerfile).toMatch(/^USER node$/m);
  expect(dockerfile).not.toMatch(/^(ARG|ENV) .*(PASSWORD|SECRET|TOKEN|SALT)/m);
});

test("the entry point is what the launcher runs", () => {
  const entry = JSON.parse(/^ENTRYPOINT (.+)$/m.exec(dockerfile)?.[1] ?? "[]") as string[];
  expect(entry).toEqual(["node", ...nodeFlags(undefined, {}), "/app/cli/main.ts"]);
});

test("every room that a verb reaches is copied, and nothing that the package leaves out", () => {
  const { files, packages } = reachableFrom("cli/main.ts");
  expect(files.length).toBeGreaterThan(100);
  expect(rooms).toEqual(expect.arrayContaining([...new Set(files.map((file) => file.split("/")[0]))]));
  // Read at run time by path: migrations, prices, the demo's records.
  expect(rooms).toEqual(expect.arrayContaining(["sql", "prices", "examples"]));
  for (const room of rooms) expect(manifest.files).toContain(room);
  const left = manifest.files.filter((path) => !path.startsWith("!") && !copied.includes(path));
  expect(left.sort()).toEqual(["dashboards", "deploy", "docs"]);
  // Without dev and optional packages; the library that starts the embedded ClickHouse is loaded by its child only.
  for (const name of packages) expect(manifest.dependencies, name).toHaveProperty([name]);
});

test("the build sees what is copied, and neither jars nor secrets", () => {
  const lines = readFileSync(".dockerignore", "utf8").split("\n");
  expect(lines.find((line) => line !== "" && !line.startsWith("#"))).toBe("*");
  const allowed = lines.filter((line) => line.startsWith("!")).map((line) => line.slice(1));
  expect(allowed.sort()).toEqual([...new Set([...copied, "package-lock.json"])].sort());
  expect(lines).toEqual(expect.arrayContaining(["embedded/kafka/lib", "**/.env", "**/.spendtrail"]));
});
