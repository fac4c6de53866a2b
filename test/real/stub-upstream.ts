import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { z } from "zod";
import { anthropicError, anthropicEvents, anthropicMessage } from "#test/real/stub-anthropic.ts";
import { openAiChunks, openAiCompletion, openAiError } from "#test/real/stub-openai.ts";
import type { StubUsage } from "#test/real/stub-usage.ts";

/**
 * What the provider does to one attempt. A stream that is cut loses its connection before its first event, one that
 * hangs stays open after its first words.
 */
export type Step =
  | { readonly does: "answer"; readonly usage: StubUsage }
  | { readonly does: "cut" }
  | { readonly does: "hang"; readonly usage: StubUsage }
  | { readonly does: "fail"; readonly status: number };

/** An attempt that reached the provider, with the ids that the provider gave it. */
export interface Attempt {
  readonly plan: string;
  readonly requestId: string;
  readonly answerId: string;
}

/** A model provider of the test's own: it knows Anthropic's messages and OpenAI's chat completions. */
export interface Upstream {
  readonly url: string;
  readonly attempts: readonly Attempt[];
  /** What happens to the attempts whose prompt is `plan:<name>`, one after the other; the last step stays. */
  plan(name: string, ...steps: readonly [Step, ...Step[]]): void;
  /** Cuts the connections of all that hang. */
  cutHanging(): void;
  close(): Promise<void>;
}

const Asked = z.object({ model: z.string(), stream: z.boolean().default(false), messages: z.unknown() });

/** What the server knows from one request to the next. */
interface Stage {
  readonly plans: Map<string, Step[]>;
  readonly attempts: Attempt[];
  readonly hanging: Set<ServerResponse>;
}

export async function startUpstream(): Promise<Upstream> {
  const stage: Stage = { plans: new Map(), attempts: [], hanging: new Set() };
  const server = createServer((request, response) => {
    answer(request, response, stage).catch((error: unknown) => {
      response.writeHead(400, { "content-type": "text/plain" }).end(String(error));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    attempts: stage.attempts,
    plan: (name, ...steps) => {
      stage.plans.set(name, [...steps]);
    },
    cutHanging: () => {
      for (const response of stage.hanging) response.socket?.destroy();
      stage.hanging.clear();
    },
    close: () => closed(server),
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, stage: Stage): Promise<void> {
  const asked = Asked.parse(await json(request));
  const plan = /plan:([a-z0-9-]+)/.exec(JSON.stringify(asked.messages))?.[1] ?? "";
  const steps = stage.plans.get(plan);
  const step = steps === undefined || steps.length > 1 ? steps?.shift() : steps[0];
  if (step === undefined) throw new Error(`nobody planned "${plan}"`);
  const isAnthropic = request.url?.startsWith("/v1/messages") === true;
  const number = String(stage.attempts.length + 1).padStart(4, "0");
  const requestId = `req_${plan}-${number}`;
  const answerId = `${isAnthropic ? "msg_" : "chatcmpl-"}${plan}-${number}`;
  stage.attempts.push({ plan, requestId, answerId });
  response.setHeader(isAnthropic ? "request-id" : "x-request-id", requestId);
  if (step.does === "fail") {
    const error = isAnthropic ? anthropicError(step.status, requestId) : openAiError(step.status);
    response.writeHead(step.status, { "content-type": "application/json" }).end(JSON.stringify(error));
    return;
  }
  if (step.does === "cut") return cutAtOnce(response);
  const said = { id: answerId, model: asked.model, usage: step.usage };
  if (step.does === "hang") stage.hanging.add(response);
  if (asked.stream)
    return stream(response, isAnthropic ? anthropicEvents(said) : openAiChunks(said), step.does === "hang");
  const whole = isAnthropic ? anthropicMessage(said) : openAiCompletion(said);
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(whole));
}

function cutAtOnce(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
  response.socket?.destroySoon();
}

/** Event by event. One that hangs stops after the first words, without an end. */
async function stream(response: ServerResponse, events: readonly string[], hangs: boolean): Promise<void> {
  response.writeHead(200, { "content-type": "text/event-stream" });
  const sent = hangs ? events.slice(0, Math.ceil(events.length / 2)) : events;
  for (const event of sent) await new Promise<void>((written) => response.write(event, () => written()));
  if (!hangs) response.end();
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
}
