/**
 * `npm run bench NAME`: figures and ratios against a baseline in the same run, never a pass or a fail: machines
 * are noisy. Each benchmark starts its own servers in a temporary folder and stops them.
 */
const BENCHES: Readonly<Record<string, () => Promise<{ run(args: readonly string[]): Promise<void> }>>> = {
  ingest: () => import("#test/bench/ingest.ts"),
  "exactly-once": () => import("#test/bench/exactly-once.ts"),
  rating: () => import("#test/bench/rating.ts"),
  freshness: () => import("#test/bench/freshness.ts"),
  rollups: () => import("#test/bench/rollups.ts"),
  costs: () => import("#test/bench/costs.ts"),
  export: () => import("#test/bench/export.ts"),
  spool: () => import("#test/bench/spool.ts"),
  overshoot: () => import("#test/bench/overshoot.ts"),
  crossing: () => import("#test/bench/crossing.ts"),
  budgets: () => import("#test/bench/budgets.ts"),
  decisions: () => import("#test/bench/decisions.ts"),
  adapters: () => import("#test/bench/adapters.ts"),
};

const [name = "", ...args] = process.argv.slice(2);
const load = BENCHES[name];
if (load === undefined) {
  process.stderr.write(`usage: npm run bench <${Object.keys(BENCHES).join("|")}> [-- options]\n`);
  process.exitCode = 2;
} else {
  const bench = await load();
  await bench.run(args);
}
