import { Agent, request } from "node:http";
import { setTimeout as pause } from "node:timers/promises";

/** What the process of the load is told, as JSON in its first argument. */
export interface DecisionsLoad {
  readonly url: string;
  readonly token: string;
  readonly rate: number;
  readonly seconds: number;
  readonly scopes: number;
}

/** What it answers, as one line of JSON. Times are from when a request was due: one that waits is late. */
export interface DecisionsLoaded {
  readonly answered: number;
  readonly failed: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

async function run(load: DecisionsLoad): Promise<DecisionsLoaded> {
  const agent = new Agent({ keepAlive: true, maxSockets: 128 });
  const { hostname, port, pathname } = new URL(load.url);
  const isDecision = pathname === "/v1/decisions";
  const total = load.rate * load.seconds;
  const latencies: number[] = [];
  let failed = 0;
  let open = 0;
  const send = (n: number, dueMs: number): void => {
    open += 1;
    const body = JSON.stringify({
      ...{ team: `team-${(n * 7919) % load.scopes}`, key: `key-${n % 500}`, model: "claude-opus-5" },
      gateway: "litellm",
    });
    const end = (isGood: boolean): void => {
      open -= 1;
      if (isGood) latencies.push(performance.now() - dueMs);
      else failed += 1;
    };
    const headers = {
      authorization: `Bearer ${load.token}`,
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
    };
    const options = isDecision ? { method: "POST", headers } : { method: "GET" };
    const sent = request({ agent, hostname, port, path: pathname, ...options }, (response) => {
      response.resume();
      response.on("end", () => end(response.statusCode === 200));
    });
    sent.on("error", () => end(false));
    sent.end(isDecision ? body : undefined);
  };
  const startMs = performance.now();
  for (let n = 0; n < total; ) {
    const due = Math.min(total, Math.floor(((performance.now() - startMs) * load.rate) / 1000) + 1);
    for (; n < due; n += 1) send(n, startMs + (n * 1000) / load.rate);
    await pause(1);
  }
  while (open > 0) await pause(5);
  const seconds = (performance.now() - startMs) / 1000;
  agent.destroy();
  latencies.sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.floor(latencies.length * share)] ?? Number.NaN;
  return {
    ...{ answered: latencies.length, failed, seconds, p50Ms: at(0.5), p99Ms: at(0.99) },
    maxMs: latencies.at(-1) ?? Number.NaN,
  };
}

if (process.argv[2] !== undefined && import.meta.main) {
  const answer = await run(JSON.parse(process.argv[2]) as DecisionsLoad);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
