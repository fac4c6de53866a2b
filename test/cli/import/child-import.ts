/**
 * An import as a program of its own that ends itself with kill -9 at a chosen moment: before or after the n-th
 * message to a topic was acknowledged. Argument: JSON.
 */
import { fileInputs } from "#cli/import/file-inputs.ts";
import { importActs, importId, readMarks } from "#cli/import/marks.ts";
import { runImport } from "#cli/import/run-import.ts";
import { createTally } from "#cli/import/tally.ts";
import { createPriceBook } from "#core/price-book.ts";
import { SourceSetting } from "#core/settings/source.ts";
import { ADAPTERS } from "#gateways/registry.ts";
import { loadConfig } from "#runtime/config/load.ts";
import { createProducer } from "#runtime/kafka/producer.ts";
import { createLog } from "#runtime/log.ts";

export interface ChildPlan {
  readonly source: string;
  readonly gateway: string;
  readonly file: string;
  readonly die: { readonly at: "records" | "acts"; readonly nth: number; readonly when: "before" | "after" };
}

const plan = JSON.parse(process.argv[2] ?? "") as ChildPlan;
const config = loadConfig(process.env, { program: "import" });
const log = createLog("child", "silent");
const real = await createProducer(config.kafka, log);
let seen = 0;
const producer: typeof real = {
  ...real,
  send: async (topic, records) => {
    const isIt = topic === config.topics[plan.die.at] && ++seen === plan.die.nth;
    if (isIt && plan.die.when === "before") process.kill(process.pid, "SIGKILL");
    const produced = await real.send(topic, records);
    if (isIt) process.kill(process.pid, "SIGKILL");
    return produced;
  },
};
const source = SourceSetting.parse({ name: plan.source, gateway: plan.gateway });
const adapter = ADAPTERS.get(plan.gateway);
if (adapter === undefined) throw new Error(`no adapter of ${plan.gateway}`);
const book = createPriceBook([]);
const key = { source: plan.source, from: null, until: null };
await runImport({
  ground: { source, adapter, book, prices: "shipped", servers: { config, producer, log } },
  inputs: (async function* () {
    yield* fileInputs(plan.file, "auto");
  })(),
  range: { fromMs: null, untilMs: null },
  marks: await readMarks(config.kafka, config.topics.acts, importId(key), log),
  overlap: null,
  acts: importActs(producer, config.topics.acts, key, plan.file),
  keepRejects: false,
  personSalt: config.personSalt,
  pace: async () => {},
  recordsPerChunk: 1,
  tally: createTally(source, book, Date.now()),
  signal: new AbortController().signal,
  clock: Date.now,
  onProgress: () => {},
  onRemark: () => {},
});
