import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { nodeFlags } from "#cli/launch/flags.mjs";
import { bareEnv } from "#test/support/run-cli.ts";

/** A program of the product under the eye of a supervisor that starts it again whenever it ends by itself. */
export interface Program {
  readonly pid: () => number;
  /** What its health port is, once it has said so; asked anew after each start. */
  health(): Promise<string>;
  signal(name: NodeJS.Signals): void;
  /** kill -9; the supervisor starts it again at once, or after a while. */
  kill(againAfterMs?: number): Promise<void>;
  /** Told to end; no new start. Its exit code, and how long it took. */
  end(): Promise<{ readonly code: number | null; readonly tookMs: number }>;
  /** Starts by the supervisor because it had ended by itself. */
  restarts(): number;
  /** The largest resident size of any of its processes, in MiB. */
  peakMib(): number;
  /** Lines of its log that hold this. */
  logged(text: string): number;
  /** The end of its log each time that it had ended by itself. */
  lastWords(): readonly string[];
}

const SAMPLE_MS = 250;
const LOG_LINES_MAX = 20_000;
const LAST_WORDS_MAX = 600;

/** Starts `spendtrail VERB` as its operator does, from the tree at `root`. */
export function startProgram(verb: string, env: NodeJS.ProcessEnv, root = "."): Program {
  let child: ChildProcess;
  let health: PromiseWithResolvers<string>;
  let isTold = false;
  let isKilled = false;
  let restarts = 0;
  let peakMib = 0;
  const lines: string[] = [];
  const keepLine = keeperOf(process.env["FAULTS_LOGS"], verb);
  const lastWords: string[] = [];
  const sample = setInterval(() => {
    peakMib = Math.max(peakMib, residentPeakMib(child.pid ?? 0));
  }, SAMPLE_MS);
  const start = () => {
    health = Promise.withResolvers<string>();
    health.promise.catch(() => {});
    isKilled = false;
    child = spawn(process.execPath, [...nodeFlags(verb, env), "cli/main.ts", verb, "--json"], {
      cwd: root,
      env: bareEnv(env),
      // Over the last one it hears when this process is gone, however that went, and ends itself.
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    const mine = child;
    if (child.stdout !== null)
      createInterface(child.stdout).on("line", (line) => {
        const said = JSON.parse(line) as { health?: string };
        health.resolve(said.health ?? "");
      });
    if (child.stderr !== null)
      createInterface(child.stderr).on("line", (line) => {
        keepLine?.(line);
        lines.push(line);
        if (lines.length > LOG_LINES_MAX) lines.shift();
      });
    child.once("exit", (code, signal) => {
      if (isTold || isKilled || mine !== child) return;
      restarts += 1;
      lastWords.push(`${signal ?? code}: ${lines.slice(-2).join(" ").slice(-LAST_WORDS_MAX)}`);
      // As supervisors do, not at once.
      setTimeout(() => !isTold && start(), 500);
    });
  };
  start();
  return {
    pid: () => child.pid ?? 0,
    health: () => health.promise,
    signal: (name) => void child.kill(name),
    kill: async (againAfterMs = 0) => {
      isKilled = true;
      const ended = child.exitCode !== null || child.signalCode !== null ? null : once(child, "exit");
      child.kill("SIGKILL");
      await ended;
      if (againAfterMs > 0) await new Promise((later) => setTimeout(later, againAfterMs));
      if (!isTold) start();
    },
    end: async () => {
      isTold = true;
      clearInterval(sample);
      const startMs = performance.now();
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, "exit");
        child.kill("SIGCONT");
        child.kill("SIGTERM");
        await ended;
      }
      return { code: child.exitCode, tookMs: performance.now() - startMs };
    },
    restarts: () => restarts,
    peakMib: () => peakMib,
    logged: (text) => lines.filter((line) => line.includes(text)).length,
    lastWords: () => lastWords,
  };
}

/** Where somebody wants to read it, the whole log of a program goes to a file of that folder. */
function keeperOf(folder: string | undefined, verb: string): ((line: string) => void) | null {
  if (folder === undefined) return null;
  mkdirSync(folder, { recursive: true });
  const file = join(
    folder,
    `${verb}-${new Date().toISOString().replaceAll(":", "")}-${randomUUID().slice(0, 4)}.log`,
  );
  return (line) => appendFileSync(file, `${line}\n`);
}

function residentPeakMib(pid: number): number {
  try {
    const line = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return Number(line?.[1] ?? 0) / 1024;
  } catch {
    // It has just ended.
    return 0;
  }
}
