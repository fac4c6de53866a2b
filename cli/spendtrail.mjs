#!/usr/bin/env node
// Runs the command on a Node that strips types, whatever Node `npx` was started with. Plain JavaScript on purpose:
// this file must run on Node 18 and 20 too.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { nodeFlags } from "./launch/flags.mjs";
import { whenNpmIsGone } from "./launch/npm-gone.mjs";

const MAJOR_MIN = 24;
const here = dirname(fileURLToPath(import.meta.url));

const node = findNode();
if (node === null) {
  process.stderr.write(
    `spendtrail needs Node ${MAJOR_MIN} or newer; this is ${process.version}, and the npm package "node", which brings it, is not installed. ` +
      `Run \`npm ci\` in the clone (with install scripts allowed for "node"), or install Node ${MAJOR_MIN}.\n`,
  );
  process.exit(1);
}

const flags = nodeFlags(process.argv[2], process.env);
// Node refuses to strip types below node_modules, where an installed package lies.
if (here.includes(`${sep}node_modules${sep}`)) {
  flags.push("--import", pathToFileURL(join(here, "launch", "strip-types.mjs")).href);
}
const child = spawn(node, [...flags, join(here, "main.ts"), ...process.argv.slice(2)], {
  // The channel is how the child learns of our end, also by kill -9; it then stops in order by itself.
  stdio: ["inherit", "inherit", "inherit", "ipc"],
});
// A terminal sends its signals to both; the child ends in order, and this process ends with the child's code.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
whenNpmIsGone(process.env, () => child.kill("SIGTERM"));
child.on("error", (error) => {
  process.stderr.write(`spendtrail could not start ${node}: ${error.message}\n`);
  process.exit(1);
});
child.on("exit", (code, signal) => {
  if (signal === null) process.exit(code ?? 1);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});

function findNode() {
  if (Number(process.versions.node.split(".")[0]) >= MAJOR_MIN) return process.execPath;
  try {
    const packaged = join(
      dirname(createRequire(import.meta.url).resolve("node/package.json")),
      "bin",
      "node",
    );
    return existsSync(packaged) ? packaged : null;
  } catch {
    return null;
  }
}
