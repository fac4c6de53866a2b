/** The rooms of the house and who may import whom; `docs/architecture.md` shows the same table to people. */
export const ROOMS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  gateways: ["core"],
  runtime: ["core"],
  collector: ["core", "gateways", "runtime"],
  ingest: ["core", "gateways", "runtime"],
  jobs: ["core", "runtime"],
  "query-api": ["core", "runtime"],
  embedded: ["runtime", "core"],
  cli: ["core", "gateways", "runtime", "collector", "ingest", "jobs", "query-api", "embedded"],
};

/** Packages that only one room may touch, so that a change of client stays in it. */
const PACKAGES_OF_ROOM: Readonly<Record<string, string>> = {
  kafkajs: "runtime",
  "@clickhouse/client": "runtime",
  commander: "cli",
  "ffi-rs": "embedded",
  pg: "cli",
  "csv-parse": "cli",
  aws4fetch: "cli",
  croner: "core",
  nodemailer: "cli",
  yaml: "cli",
};

const PURE_ROOMS = new Set(["core", "gateways"]);
/** What a pure room may not reach for: clock, chance, network, files, environment, timers. */
const IMPURE: readonly [RegExp, string][] = [
  [/\bDate\.now\b/, "a clock (Date.now)"],
  [/\bnew Date\(\s*\)/, "a clock (new Date())"],
  [/\bperformance\.now\b/, "a clock (performance.now)"],
  [/\bMath\.random\b|\brandomBytes\b|\brandomUUID\b|\bgetRandomValues\b/, "chance"],
  [/(?<!["'`.])\bprocess\./, "the process (process.*)"],
  [/\bfetch\(/, "the network (fetch)"],
  [/\bsetTimeout\b|\bsetInterval\b|\bsetImmediate\b/, "a timer"],
  [/\bconsole\./, "the screen (console)"],
  [/from "node:(?!crypto"|buffer")[a-z_/]+"/, "a Node module other than crypto and buffer"],
];

export const LINES_MAX = 300;

/** The faults of one source file, as sentences; an empty list is a clean file. `file` is relative to the root. */
export function faultsOf(file: string, source: string): string[] {
  const room = file.split("/")[0] ?? "";
  const faults = importsOf(source).flatMap((target) => importFault(room, target));
  const lines = source.split("\n").length - 1;
  if (lines > LINES_MAX) faults.push(`has ${lines} lines, ${LINES_MAX} is the most`);
  if (PURE_ROOMS.has(room)) {
    const code = source.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
    for (const [pattern, what] of IMPURE)
      if (pattern.test(code)) faults.push(`is in a pure room and uses ${what}`);
  }
  return faults;
}

/** Everything that a file imports, statically or on demand. */
export function importsOf(source: string): string[] {
  const found = source.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g);
  return [...found].map((match) => match[1] ?? "");
}

function importFault(room: string, target: string): string[] {
  // Examples are no room: they stand by themselves, and tests run them where they lie.
  if (room === "test" && target.startsWith("../../examples/")) return [];
  if (target.startsWith("..")) return [`climbs with "${target}"; say #room/file.ts`];
  const owner = PACKAGES_OF_ROOM[target];
  if (owner !== undefined && room !== owner && room !== "test")
    return [`imports ${target}, which only ${owner}/ may`];
  const other = /^#([^/]+)\//.exec(target)?.[1];
  if (other === undefined || other === room || room === "test") return [];
  return ROOMS[room]?.includes(other) ? [] : [`is in ${room}/ and imports ${target}`];
}
