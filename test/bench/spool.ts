import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs, promisify } from "node:util";
import { generateTraffic } from "#cli/demo/generate.ts";
import { nodeFlags } from "#cli/launch/flags.mjs";
import { startKafka } from "#embedded/kafka.ts";
import { readEnds } from "#runtime/kafka/topic-ends.ts";
import { ourTopics } from "#runtime/kafka/topic-specs.ts";
import { inspectTopics } from "#runtime/kafka/topics.ts";
import { createLog } from "#runtime/log.ts";
import { type Posted, postSteadily } from "#test/bench/post-steadily.ts";
import { cpuSeconds, peakMemoryMib } from "#test/bench/process-cost.ts";

const RECORDS_A_POST = 20;
/** Different bodies, sent round and round. */
const BODIES = 200;
const SPOOL_BYTES_MAX = 64 * 1024 ** 3;
const BASELINE_S = 60;
const TOPICS = {
  records: "spendtrail.records",
  rejects: "spendtrail.rejects",
  settings: "spendtrail.settings",
  acts: "spendtrail.acts",
  batches: "spendtrail.batches",
  budgetState: "spendtrail.budget-state",
};
const log = createLog("bench", "silent");
const say = (line: string) => process.stdout.write(`${line}\n`);

interface Arm extends Posted {
  readonly name: string;
  readonly cpu: number;
  readonly peakMib: number;
  /** The replay included. */
  readonly peakAfterMib: number;
  readonly spoolBytes: number;
}

/**
 * `npm run bench spool -- --seconds 600 --rate 2000`: a collector takes LiteLLM records at a steady rate while Kafka is
 * away, against the same with Kafka there; then Kafka comes back, and all records have to be in it.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: "string", default: "600" },
      rate: { type: "string", default: "2000" },
    },
  });
  const [seconds, rate] = [Number(values.seconds), Number(values.rate)];
  const folder = mkdtempSync(join(tmpdir(), "spendtrail-bench-"));
  let kafka = await startKafka({ dir: join(folder, "kafka") });
  try {
    const env = envOf(kafka.brokers, folder);
    const token = await prepare(kafka.brokers, folder, env);
    const bodies = bodiesOf();
    const bytes = bodies.reduce((sum, body) => sum + body.length, 0) / bodies.length / RECORDS_A_POST;
    say(
      `${rate} LiteLLM records a second, ${Math.round(bytes)} bytes each, ${RECORDS_A_POST} a request; ${seconds} s with Kafka away, ${Math.min(seconds, BASELINE_S)} s with Kafka there.`,
    );
    const load = { rate, token, bodies, recordsAPost: RECORDS_A_POST };
    const direct = await arm(
      "kafka",
      env,
      { ...load, seconds: Math.min(seconds, BASELINE_S) },
      async () => {},
    );
    let back: { seconds: number; there: number } | null = null;
    const spooled = await arm(
      "spool",
      env,
      { ...load, seconds },
      async (url, posted) => {
        const port = Number(kafka.brokers[0]?.split(":")[1]);
        kafka = await startKafka({ dir: join(folder, "kafka"), port });
        const startMs = performance.now();
        await emptied(url);
        const there = await recordsIn(kafka.brokers);
        back = { seconds: (performance.now() - startMs) / 1000, there: there - direct.taken };
        if (back.there < posted.taken)
          throw new Error(`${posted.taken} were taken and ${back.there} are there`);
      },
      () => kafka.stop(),
    );
    report(direct, spooled, back);
  } finally {
    await kafka.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function envOf(brokers: readonly string[], folder: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    KAFKA_BROKERS: brokers.join(","),
    SPENDTRAIL_DATA_DIR: folder,
    SPENDTRAIL_SPOOL_DIR: join(folder, "spool"),
    SPENDTRAIL_SPOOL_BYTES_MAX: String(SPOOL_BYTES_MAX),
    SPENDTRAIL_PERSON_SALT: "a-salt-for-the-benchmark",
    SPENDTRAIL_LOG_LEVEL: "error",
    SPENDTRAIL_REPLICATION_FACTOR: "1",
    SPENDTRAIL_COLLECTOR_PORT: "0",
    SPENDTRAIL_OTLP_GRPC_PORT: "off",
  };
}

/** Topics, a source and a key; gives the key's token. */
async function prepare(brokers: readonly string[], folder: string, env: NodeJS.ProcessEnv): Promise<string> {
  const specs = ourTopics(TOPICS, 4, 1);
  await inspectTopics({ brokers, clientId: "bench" }, specs, { create: true, replicationFactor: 1, log });
  const file = join(folder, "sources.json");
  writeFileSync(file, JSON.stringify([{ name: "bench", gateway: "litellm" }]));
  const verb = async (...words: string[]) =>
    (await promisify(execFile)(process.execPath, ["cli/main.ts", ...words, "--json"], { env })).stdout;
  await verb("sources", "import", file, "--apply");
  const key = await verb("keys", "create", "--label", "bench", "--role", "ingest", "--source", "bench");
  return (JSON.parse(key) as { token: string }).token;
}

function bodiesOf(): readonly string[] {
  const bodies: string[] = [];
  let elements: string[] = [];
  const traffic = generateTraffic({ seed: 7, events: 100_000, startMs: Date.now(), runId: "bench" });
  for (const { door, body } of traffic.records()) {
    if (door !== "litellm" || !body.endsWith("}")) continue;
    elements.push(body);
    if (elements.length < RECORDS_A_POST) continue;
    bodies.push(`[${elements.join(",")}]`);
    elements = [];
    if (bodies.length === BODIES) break;
  }
  return bodies;
}

/** One collector of its own, loaded, and then what `after` does while it still runs. */
async function arm(
  name: string,
  env: NodeJS.ProcessEnv,
  load: Omit<Parameters<typeof postSteadily>[0], "url">,
  after: (url: string, posted: Posted) => Promise<void>,
  before: () => Promise<void> = async () => {},
): Promise<Arm> {
  const flags = nodeFlags("collect", process.env);
  const child = spawn(process.execPath, [...flags, "cli/main.ts", "collect", "--json"], {
    stdio: ["ignore", "pipe", "inherit"],
    env,
  });
  try {
    const url = await urlOf(child);
    await before();
    const posted = await postSteadily({ ...load, url });
    const pid = child.pid ?? 0;
    const figures = { cpu: cpuSeconds(pid), peakMib: peakMemoryMib(pid), spoolBytes: await spoolBytes(url) };
    await after(url, posted);
    return { name, ...posted, ...figures, peakAfterMib: peakMemoryMib(pid) };
  } finally {
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
  }
}

async function urlOf(child: ChildProcess): Promise<string> {
  let text = "";
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk);
    const url = /"collector":\s*"([^"]+)"/.exec(text)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error(`the collector did not start: ${text}`);
}

async function spoolBytes(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^spendtrail_collector_spool_bytes (\S+)$/m.exec(text)?.[1]);
}

async function emptied(url: string): Promise<void> {
  for (let tries = 0; tries < 6_000; tries += 1) {
    if ((await spoolBytes(url)) === 0) return;
    await pause(100);
  }
  throw new Error("the spool did not empty within 10 minutes");
}

async function recordsIn(brokers: readonly string[]): Promise<number> {
  const ends = await readEnds({ brokers, clientId: "bench" }, [TOPICS.records], log);
  return ends.reduce((sum, { offset }) => sum + Number(offset), 0);
}

function report(direct: Arm, spooled: Arm, back: { seconds: number; there: number } | null): void {
  say("arm        taken   refused   records/s   p50 ms   p99 ms   cpu-s/M   peak MiB   spool MiB");
  for (const one of [direct, spooled]) {
    const cells = [
      one.name.padEnd(6),
      String(one.taken).padStart(9),
      String(one.refused).padStart(9),
      (one.taken / one.seconds).toFixed(0).padStart(11),
      one.p50Ms.toFixed(1).padStart(8),
      one.p99Ms.toFixed(1).padStart(8),
      ((one.cpu / one.taken) * 1e6).toFixed(0).padStart(9),
      one.peakMib.toFixed(0).padStart(10),
      (one.spoolBytes / 1024 ** 2).toFixed(0).padStart(11),
    ];
    say(cells.join(" "));
  }
  const ratio = (a: number, b: number) => (a / b).toFixed(2);
  say(
    `spool / kafka: p50 ${ratio(spooled.p50Ms, direct.p50Ms)}, cpu a record ${ratio(spooled.cpu / spooled.taken, direct.cpu / direct.taken)}, peak memory ${ratio(spooled.peakMib, direct.peakMib)}.`,
  );
  if (back !== null)
    say(
      `Kafka came back: ${spooled.taken} records taken, ${back.there} in Kafka after ${back.seconds.toFixed(1)} s (${(spooled.taken / back.seconds).toFixed(0)} a second), peak ${spooled.peakAfterMib.toFixed(0)} MiB; more than taken are second deliveries.`,
    );
}
