import { setTimeout as pause } from "node:timers/promises";

export interface Load {
  readonly url: string;
  readonly token: string;
  /** Records a second. */
  readonly rate: number;
  readonly seconds: number;
  readonly recordsAPost: number;
  readonly bodies: readonly string[];
}

export interface Posted {
  /** Records answered with 202. */
  readonly taken: number;
  readonly refused: number;
  /** From the first request to the last answer. */
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Beyond so many open requests the collector is behind, and the next one waits: the rate is then not reached. */
const OPEN_MAX = 64;

/** Posts at a steady rate by the clock, so that a slow answer does not make the load smaller. */
export async function postSteadily(load: Load): Promise<Posted> {
  const everyMs = (1000 * load.recordsAPost) / load.rate;
  const posts = Math.round((load.seconds * 1000) / everyMs);
  const answersMs: number[] = [];
  const open = new Set<Promise<void>>();
  let taken = 0;
  let refused = 0;
  const startMs = performance.now();
  for (let n = 0; n < posts; n += 1) {
    const waitMs = startMs + n * everyMs - performance.now();
    if (waitMs > 1) await pause(waitMs);
    while (open.size >= OPEN_MAX) await Promise.race(open);
    const sentMs = performance.now();
    const post = postOne(load, n).then((status) => {
      answersMs.push(performance.now() - sentMs);
      if (status === 202) taken += load.recordsAPost;
      else refused += load.recordsAPost;
      open.delete(post);
    });
    open.add(post);
  }
  await Promise.all(open);
  const seconds = (performance.now() - startMs) / 1000;
  answersMs.sort((a, b) => a - b);
  const at = (share: number) => answersMs[Math.floor(answersMs.length * share)] ?? Number.NaN;
  return { taken, refused, seconds, p50Ms: at(0.5), p99Ms: at(0.99) };
}

async function postOne({ url, token, bodies }: Load, n: number): Promise<number> {
  const response = await fetch(`${url}/v1/gateways/litellm`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: bodies[n % bodies.length] ?? "",
  });
  await response.arrayBuffer();
  return response.status;
}
