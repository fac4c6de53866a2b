import type { DemoRecord } from "#cli/demo/generate.ts";
import { failure } from "#core/failure.ts";
import type { Producer } from "#runtime/kafka/types.ts";

export interface Doors {
  readonly collectorUrl: string;
  readonly token: string;
  readonly source: string;
  readonly producer: Pick<Producer, "send">;
  readonly kongTopic: string;
}

/** LiteLLM's generic_api sends in batches of about this size. */
const POST_RECORDS = 100;
const POSTS_AT_A_TIME = 4;
const KONG_RECORDS = 200;
/** Every third message of Kong's carries an array, as with max_batch_size above 1. */
const KONG_ARRAY_RECORDS = 3;

/** Sends records through the doors that their gateways use; resolves to how many, when all are acknowledged. */
export async function sendAll(
  records: Iterable<DemoRecord>,
  doors: Doors,
  progress: (sent: number) => void,
): Promise<number> {
  const posts = new Set<Promise<void>>();
  let litellm: string[] = [];
  let kong: string[] = [];
  let sent = 0;
  const flushLitellm = async () => {
    if (posts.size >= POSTS_AT_A_TIME) await Promise.race(posts);
    const post = postRecords(litellm, doors).finally(() => posts.delete(post));
    posts.add(post);
    litellm = [];
  };
  for (const { door, body } of records) {
    (door === "litellm" ? litellm : kong).push(body);
    sent += 1;
    if (litellm.length >= POST_RECORDS) await flushLitellm();
    if (kong.length >= KONG_RECORDS) {
      await produceKong(kong, doors);
      kong = [];
    }
    if (sent % 1000 === 0) progress(sent);
  }
  if (litellm.length > 0) await flushLitellm();
  if (kong.length > 0) await produceKong(kong, doors);
  await Promise.all(posts);
  return sent;
}

/** NDJSON, labelled application/json as LiteLLM does: a broken record is a line of its own and spoils no other. */
async function postRecords(bodies: readonly string[], { collectorUrl, token, source }: Doors): Promise<void> {
  const response = await fetch(`${collectorUrl}/v1/gateways/litellm?source=${source}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: bodies.join("\n"),
    signal: AbortSignal.timeout(60_000),
  });
  const answer = await response.text();
  if (response.status !== 202)
    throw failure("API_REFUSED", { status: response.status, reason: answer.slice(0, 500) });
}

async function produceKong(bodies: readonly string[], { producer, kongTopic }: Doors): Promise<void> {
  const messages: string[] = [];
  for (let at = 0; at < bodies.length; ) {
    const some = bodies.slice(at, at + (messages.length % 3 === 2 ? KONG_ARRAY_RECORDS : 1));
    const isArray = some.length > 1 && some.every((body) => body.startsWith("{") && body.endsWith("}"));
    // A broken record travels alone: in an array it would be the array that is broken.
    messages.push(isArray ? `[${some.join(",")}]` : (some[0] ?? ""));
    at += isArray ? some.length : 1;
  }
  await producer.send(
    kongTopic,
    messages.map((message) => ({ key: null, value: Buffer.from(message) })),
  );
}
