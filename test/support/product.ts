import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const LAUNCHER = "cli/spendtrail.mjs";
const START_BOUND_MS = 90_000;

/** The product as a user runs it: `spendtrail up` in a folder of its own, on free ports. */
export interface Product {
  readonly collector: string;
  /** Where OTLP over gRPC is taken. */
  readonly otlpGrpc: string;
  readonly api: string;
  readonly kafka: readonly string[];
  readonly dataDir: string;
  /** Runs a verb with `--json` against it and gives what it answered. */
  cli<Answer = unknown>(...args: string[]): Promise<Answer>;
  /** A key's token. */
  key(...args: string[]): Promise<string>;
  post(path: string, token: string, body: string, headers?: Record<string, string>): Promise<Response>;
  get<Answer>(path: string, token: string): Promise<{ status: number; body: Answer }>;
  stop(): Promise<void>;
}

export function productEnv(dataDir: string): NodeJS.ProcessEnv {
  const { KAFKA_BROKERS: _k, CLICKHOUSE_URL: _c, ...env } = process.env;
  return {
    ...env,
    SPENDTRAIL_DATA_DIR: dataDir,
    SPENDTRAIL_API_PORT: "0",
    SPENDTRAIL_COLLECTOR_PORT: "0",
    SPENDTRAIL_OTLP_GRPC_PORT: "0",
    SPENDTRAIL_LOG_LEVEL: "warn",
    SPENDTRAIL_BATCH_AGE_MS: "200",
  };
}

export async function startProduct(
  dataDir = mkdtempSync(join(tmpdir(), "spendtrail-product-")),
  { keep = false, env: more = {} }: { readonly keep?: boolean; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Product> {
  const env = { ...productEnv(dataDir), ...more };
  const child = spawn(process.execPath, [LAUNCHER, "up", "--json"], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const { collector, otlp_grpc: otlpGrpc, api, kafka } = await firstLine(child);
  const run = promisify(execFile);
  const cli = async <Answer>(...args: string[]): Promise<Answer> => {
    const { stdout } = await run(process.execPath, [LAUNCHER, ...args, "--json"], {
      env,
      maxBuffer: 1 << 26,
    });
    return JSON.parse(stdout) as Answer;
  };
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  return {
    collector,
    otlpGrpc,
    api,
    kafka,
    dataDir,
    cli,
    key: async (...args) =>
      (await cli<{ token: string }>("keys", "create", "--label", "test", ...args)).token,
    post: (path, token, body, headers = {}) =>
      fetch(collector + path, {
        method: "POST",
        body,
        headers: { ...bearer(token), "content-type": "application/json", ...headers },
      }),
    get: async <Answer>(path: string, token: string) => {
      const response = await fetch(api + path, { headers: bearer(token) });
      return { status: response.status, body: (await response.json()) as Answer };
    },
    stop: () => stop(child, dataDir, keep),
  };
}

/** Ends it in order. One that has ended by itself is a fault to tell of, and would never end a second time. */
async function stop(child: ChildProcess, dataDir: string, keep: boolean): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null)
    throw new Error(
      `spendtrail up had ended by itself (${child.signalCode ?? child.exitCode}); its log is in ${dataDir}/up.log`,
    );
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
  if (!keep) rmSync(dataDir, { recursive: true, force: true });
}

interface Addresses {
  readonly collector: string;
  readonly otlp_grpc: string;
  readonly api: string;
  readonly kafka: string[];
}

async function firstLine(child: ChildProcess): Promise<Addresses> {
  let out = "";
  let err = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    err += chunk.toString();
  });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  child.stdout?.on("data", (chunk: Buffer) => {
    out += chunk.toString();
    if (out.includes("\n")) resolve(out);
  });
  child.once("exit", (code) => reject(new Error(`spendtrail up ended with ${code}: ${err}`)));
  const timer = setTimeout(
    () => reject(new Error(`spendtrail up said nothing in time: ${err}`)),
    START_BOUND_MS,
  );
  try {
    return JSON.parse(await promise);
  } finally {
    clearTimeout(timer);
  }
}

/** The text of `up.log`, for a test that failed. */
export function productLog(product: Product): string {
  return readFileSync(join(product.dataDir, "up.log"), "utf8");
}
