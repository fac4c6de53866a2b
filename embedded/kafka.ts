import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Failure, failure } from "#core/failure.ts";
import { makeFolder } from "#embedded/folder.ts";
import { findJava } from "#embedded/kafka/java.ts";
import { kafkaLibraries } from "#embedded/kafka/libraries.ts";
import { type KafkaPorts, kafkaProperties } from "#embedded/kafka/properties.ts";
import { answersForGroups } from "#embedded/kafka/ready.ts";
import { untilLost } from "#embedded/lost.ts";
import { freePort } from "#embedded/ports.ts";
import { reasonInLog } from "#embedded/reason-in-log.ts";
import { claimFolder, isAlive, removeRunRecord, writeRunRecord } from "#embedded/run-record.ts";
import { hasEnded } from "#embedded/spawn-node.ts";
import { waitUntil } from "#embedded/wait-until.ts";

export interface KafkaOptions {
  /** Its data and its log file; made where it is missing, picked up where it is not. */
  readonly dir: string;
  /** 0, the default, is any free port. */
  readonly port?: number;
  /** Of the nodes' own quorum; to be given where other nodes have to know it. */
  readonly controllerPort?: number;
  /** The same for all nodes of a cluster: 16 bytes as base64url. */
  readonly clusterId?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** The folder that holds Kafka's jars in `lib`, or gets them; see `kafkaLibraries` for the default. */
  readonly libRoot?: string;
  readonly onProgress?: (line: string) => void;
  /** Server properties beside ours or in their place, such as a listener that asks for a login. */
  readonly properties?: (ports: KafkaPorts) => Readonly<Record<string, string>>;
}

export interface EmbeddedKafka {
  readonly brokers: readonly string[];
  readonly pid: number;
  readonly logFile: string;
  /** Resolves when it has ended without `stop`. */
  readonly lost: Promise<Failure>;
  stop(): Promise<void>;
}

const START_BOUND_MS = 60_000;
const STOP_BOUND_MS = 15_000;
/** Starts 0.5 s faster than the server defaults and stays near 300 MB resident. */
const JVM = [
  ...["-Xms128m", "-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"],
  ...[
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss,SSS",
  ],
];

/**
 * Apache Kafka as a child process: one KRaft node on loopback that ends with this process, also when this process
 * is killed with -9. Resolves when it answers for consumer groups.
 * @throws failure JAVA_*, MAVEN_*, PORT_BUSY, DATA_DIR_*, SERVER_DID_NOT_START
 */
export async function startKafka(options: KafkaOptions): Promise<EmbeddedKafka> {
  const dir = makeFolder(options.dir);
  await claimFolder(dir, "Kafka");
  try {
    return await startIn(dir, options);
  } catch (error) {
    removeRunRecord(dir);
    throw error;
  }
}

async function startIn(dir: string, options: KafkaOptions): Promise<EmbeddedKafka> {
  const env = options.env ?? process.env;
  const java = findJava(env);
  const lib = await kafkaLibraries(dir, env, options.onProgress ?? (() => {}), options.libRoot);
  const port = await freePort(options.port ?? 0, "Kafka");
  const controllerPort = await freePort(options.controllerPort ?? 0, "Kafka's controller");
  const properties = join(dir, "server.properties");
  writeFileSync(properties, kafkaProperties({ dir, port, controllerPort }, options.properties));
  const logFile = join(dir, "kafka.log");
  const launch = { java, lib, dir, properties, env, logFile };
  formatOnce(launch, options.clusterId ?? randomBytes(16).toString("base64url"));
  const child = spawnHeld(launch);
  const pid = await pidOf(child, launch);
  // Before it is ready: were we killed now, the next start must find this one and wait for its end.
  writeRunRecord(dir, pid);
  await untilReady(child, pid, port, logFile);
  let isStopping = false;
  const lost = untilLost(child, { what: "Kafka", logFile, isStopping: () => isStopping });
  const stopOnce = (): Promise<void> => {
    isStopping = true;
    return stop(child, pid, dir);
  };
  return { brokers: [`127.0.0.1:${port}`], pid, logFile, lost, stop: stopOnce };
}

interface Launch {
  readonly java: string;
  readonly lib: string;
  readonly dir: string;
  readonly properties: string;
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
}

function formatOnce(launch: Launch, clusterId: string): void {
  if (existsSync(join(launch.dir, "log", "meta.properties"))) return;
  const tool = [
    "-cp",
    join(launch.lib, "*"),
    "kafka.tools.StorageTool",
    "format",
    `--cluster-id=${clusterId}`,
  ];
  const done = spawnSync(launch.java, [...tool, "-c", launch.properties], {
    encoding: "utf8",
    env: launch.env,
  });
  if (done.status === 0) return;
  writeFileSync(launch.logFile, `${done.stdout}${done.stderr}`);
  throw failure("SERVER_DID_NOT_START", {
    what: "Kafka",
    reason: "its storage could not be formatted",
    logFile: launch.logFile,
  });
}

function spawnHeld(launch: Launch): ChildProcess {
  rmSync(pidFileOf(launch), { force: true });
  const log = openSync(launch.logFile, "w");
  const command = [launch.java, ...JVM, "-cp", join(launch.lib, "*"), "kafka.Kafka", launch.properties];
  const hold = join(import.meta.dirname, "kafka", "hold.sh");
  const child = spawn("/bin/sh", [hold, pidFileOf(launch), ...command], {
    stdio: ["pipe", log, log],
    env: launch.env,
    // Ctrl-C at a terminal reaches the whole group; we stop the servers ourselves, in order.
    detached: true,
  });
  closeSync(log);
  child.unref();
  return child;
}

/** The JVM's process id, which the holding script writes as soon as it has started it. */
async function pidOf(child: ChildProcess, launch: Launch): Promise<number> {
  const read = () => {
    try {
      return Number.parseInt(readFileSync(pidFileOf(launch), "utf8"), 10);
    } catch {
      return Number.NaN;
    }
  };
  await waitUntil(() => read() > 0 || hasEnded(child), START_BOUND_MS, 5);
  const pid = read();
  if (pid > 0) return pid;
  child.stdin?.end();
  const { logFile } = launch;
  throw failure("SERVER_DID_NOT_START", { what: "Kafka", reason: reasonInLog(logFile), logFile });
}

function pidFileOf({ dir }: Launch): string {
  return join(dir, "jvm.pid");
}

async function untilReady(child: ChildProcess, pid: number, port: number, logFile: string): Promise<void> {
  const ready = await waitUntil(
    async () => hasEnded(child) || (await answersForGroups(port)),
    START_BOUND_MS,
  );
  if (ready && !hasEnded(child)) return;
  const reason = hasEnded(child) ? reasonInLog(logFile) : `no answer in ${START_BOUND_MS / 1000} s`;
  await end(child, pid);
  throw failure("SERVER_DID_NOT_START", { what: "Kafka", reason, logFile });
}

async function stop(child: ChildProcess, pid: number, dir: string): Promise<void> {
  await end(child, pid);
  removeRunRecord(dir);
}

/** Closing the pipe makes the holding script end the JVM; a JVM that does not listen is killed. */
async function end(child: ChildProcess, pid: number): Promise<void> {
  child.stdin?.end();
  if (!(await waitUntil(() => !isAlive(pid), STOP_BOUND_MS))) process.kill(pid, "SIGKILL");
}
