import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdtempSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { vi } from "vitest";
import { freePort } from "#test/real/free-port.ts";
import { proxyConfig } from "#test/real/litellm/proxy-config.ts";

const HELPERS = ["run_proxy.py", "virtual_keys.py", "own_account.py"];
/** The shipped hook that asks for decisions, as a file and as LiteLLM names it. */
const HOOK = { file: "examples/gateways/litellm/spendtrail_budget.py", name: "spendtrail_budget.ask_budget" };
const START_BOUND_MS = 120_000;
const STOP_BOUND_MS = 10_000;

/** Whose a virtual key is. */
export interface KeyOwner {
  readonly team_id: string;
  readonly team_alias?: string;
  readonly user_id: string;
}

/** What LiteLLM itself noted of a call that it logged. */
export interface Noted {
  readonly call_id: string;
  readonly status: "success" | "failure";
  readonly cost_usd: number | null;
}

export interface LiteLlmProxy {
  readonly url: string;
  account(): readonly Noted[];
  log(): string;
  stop(): Promise<void>;
}

/** The real LiteLLM proxy with the shipped configuration, without a database. */
export async function startLiteLlm(options: {
  readonly python: string;
  readonly collector: string;
  readonly upstream: string;
  readonly ingestKey: string;
  readonly keys: Readonly<Record<string, KeyOwner>>;
  /** Asked before each call; absent: no budget is asked. */
  readonly decisions?: { readonly url: string; readonly key: string; readonly fail: "open" | "closed" };
}): Promise<LiteLlmProxy> {
  const folder = mkdtempSync(join(tmpdir(), "litellm-"));
  for (const file of HELPERS) copyFileSync(join("test/real/litellm", file), join(folder, file));
  const { decisions } = options;
  copyFileSync(HOOK.file, join(folder, basename(HOOK.file)));
  const hooks = decisions === undefined ? [] : [HOOK.name];
  writeFileSync(join(folder, "config.yaml"), proxyConfig(options.collector, options.upstream, hooks));
  const port = await freePort();
  const [log, account] = [join(folder, "proxy.log"), join(folder, "account.ndjson")];
  const arguments_ = ["--config", "config.yaml", "--host", "127.0.0.1", "--port", String(port)];
  const output = openSync(log, "a");
  const child = spawn(options.python, ["run_proxy.py", ...arguments_, "--telemetry", "False"], {
    cwd: folder,
    env: {
      ...process.env,
      SPENDTRAIL_KEY: options.ingestKey,
      ...(decisions === undefined
        ? {}
        : {
            SPENDTRAIL_DECISIONS_URL: decisions.url,
            SPENDTRAIL_DECISIONS_KEY: decisions.key,
            SPENDTRAIL_DECISIONS_FAIL: decisions.fail,
            SPENDTRAIL_DECISIONS_TIMEOUT_MS: "2000",
          }),
      VIRTUAL_KEYS: JSON.stringify(options.keys),
      OWN_ACCOUNT: account,
      // Where its pass-through routes lead.
      ANTHROPIC_API_BASE: options.upstream,
      ANTHROPIC_API_KEY: "of-no-use",
      // The price list that came with the package, not one fetched from the network.
      LITELLM_LOCAL_MODEL_COST_MAP: "True",
      DEFAULT_FLUSH_INTERVAL_SECONDS: "1",
      PYTHONUNBUFFERED: "1",
    },
    stdio: ["pipe", output, output],
  });
  const proxy: LiteLlmProxy = {
    url: `http://127.0.0.1:${port}`,
    account: () => (existsSync(account) ? readLines(account) : []),
    log: () => readFileSync(log, "utf8"),
    stop: () => stop(child),
  };
  try {
    await untilAlive(proxy, child);
  } catch (error) {
    await proxy.stop();
    throw error;
  }
  return proxy;
}

async function untilAlive(proxy: LiteLlmProxy, child: ChildProcess): Promise<void> {
  const isAlive = async () => {
    if (child.exitCode !== null) return;
    const response = await fetch(`${proxy.url}/health/liveliness`);
    if (!response.ok) throw new Error(`LiteLLM answers ${response.status}`);
  };
  await vi.waitFor(isAlive, { timeout: START_BOUND_MS, interval: 250 });
  if (child.exitCode !== null) throw new Error(`LiteLLM ended with ${child.exitCode}: ${proxy.log()}`);
}

function readLines(file: string): Noted[] {
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Noted);
}

/** In order, or after the bound without: it waits for streams that a test left open. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_BOUND_MS);
  child.kill("SIGTERM");
  await ended;
  clearTimeout(timer);
}
