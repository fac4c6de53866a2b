import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { startTrial, type Trial } from "#test/real/litellm/trial.ts";
import { checkWholeAccount } from "#test/real/litellm/whole-account.ts";
import type { StubUsage } from "#test/real/stub-usage.ts";

const USAGE: StubUsage = { input: 2000, cacheRead: 9000, cacheWrite5m: 1000, output: 400 };
const CHAT = "/v1/chat/completions";

const noPython = "missing" in inject("python");
describe.skipIf(noPython)("the real LiteLLM proxy when something fails", () => {
  let trial: Trial;
  beforeAll(async () => {
    trial = await startTrial();
  });
  afterAll(() => trial?.stop());

  const inSession = (session: string) => ({ headers: { "x-claude-code-session-id": session } });
  const attemptsOf = (plan: string) => trial.upstream.attempts.filter((attempt) => attempt.plan === plan);
  /** A client that has seen the first words of a stream that hangs then; `leave` is its going away. */
  const seeFirstWords = async (plan: string, session: string) => {
    trial.upstream.plan(plan, { does: "hang", usage: USAGE });
    const client = new AbortController();
    const response = await fetch(`${trial.proxy.url}/v1/messages`, {
      ...trial.request({ plan, body: { stream: true }, ...inSession(session) }),
      signal: client.signal,
    });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let seen = "";
    while (!seen.includes("content_block_delta")) seen += (await reader?.read())?.value ?? "";
    return { callId: response.headers.get("x-litellm-call-id"), leave: () => client.abort(), reader };
  };

  test.each([
    ["/v1/messages", "claude-sonnet-4-5"],
    [CHAT, "gpt-4o-mini"],
  ])("a retry after 429 through %s is two attempts of one call, and only one costs", async (path, model) => {
    const session = randomUUID();
    const plan = `retried-${model}`;
    trial.upstream.plan(plan, { does: "fail", status: 429 }, { does: "answer", usage: USAGE });
    const said = await trial.call({ path, plan, body: { model }, ...inSession(session) });
    expect(said.status).toBe(200);
    const events = await trial.found(session, 2);
    expect(events.map((event) => [event.call_id, event["team"], event.provider_request_id])).toEqual(
      attemptsOf(plan).map((attempt) => [said.callId, "team-grid", attempt.requestId]),
    );
    const [failed, answered] = events;
    expect(failed).toMatchObject({ outcome: "error", http_status: 429, error_type: "RateLimitError" });
    expect(failed).toMatchObject({ cost: { amount: "0" }, cost_note: "not_billed", gateway_cost: null });
    expect(answered).toMatchObject({ outcome: "success", meters: { output_tokens: 400 } });
    const noted = trial.proxy.account().filter((line) => line.call_id === said.callId);
    expect(noted.map((line) => line.status)).toEqual(["failure", "success"]);
    expect(Number(answered?.gateway_cost?.amount)).toBeCloseTo(noted[1]?.cost_usd ?? -1, 12);
    expect(answered?.cost?.amount).toBe(answered?.gateway_cost?.amount);
    // Of chat completions LiteLLM says which attempt it was.
    expect(answered?.["attempt"]).toBe(path === CHAT ? 2 : null);
  });

  test("a call that fails for good is there once, for LiteLLM reports the first of its attempts and no other", async () => {
    const session = randomUUID();
    trial.upstream.plan("failing", { does: "fail", status: 500 });
    const said = await trial.call({ plan: "failing", ...inSession(session) });
    expect(said.status).toBe(500);
    expect(attemptsOf("failing")).toHaveLength(3);
    const [event] = await trial.found(session, 1);
    expect(event).toMatchObject({
      call_id: said.callId,
      provider_request_id: attemptsOf("failing")[0]?.requestId,
      outcome: "error",
      http_status: 500,
      cost: { amount: "0" },
      cost_note: "not_billed",
    });
  });

  test.each([
    ["/v1/messages", "claude-sonnet-4-5"],
    [CHAT, "gpt-4o-mini"],
  ])(
    "a stream that the provider cuts off at once, through %s, is unpriced and never free",
    async (path, model) => {
      const session = randomUUID();
      const plan = `cut-${model}`;
      trial.upstream.plan(plan, { does: "cut" });
      await trial
        .call({ path, plan, body: { model, stream: true }, ...inSession(session) })
        .catch(() => null);
      const events = await trial.found(session, attemptsOf(plan).length);
      for (const event of events) {
        expect(event).toMatchObject({ outcome: "aborted", usage_quality: "missing", gateway_cost: null });
        expect(event).toMatchObject({ cost: null, cost_status: "unpriced" });
      }
    },
  );

  const COUNTED_SO_FAR = {
    outcome: "aborted",
    usage_quality: "provisional",
    cost_status: "estimated",
    meters: { input_tokens: 2000, cache_read_tokens: 9000, cache_write_5m_tokens: 1000 },
  };

  test("a stream that the provider cuts off later is rated with what LiteLLM counted until then", async () => {
    const session = randomUUID();
    const { callId, reader } = await seeFirstWords("cut-later", session);
    trial.upstream.cutHanging();
    const readOn = async () => {
      while ((await reader?.read())?.done === false);
    };
    await readOn().catch(() => null);
    const [event] = await trial.found(session, 1);
    expect(event).toMatchObject({ call_id: callId, error_type: "ReadError", ...COUNTED_SO_FAR });
    expect(Number(event?.cost?.amount)).toBeGreaterThan(0.012);
  });

  test("so is one that its client leaves, which LiteLLM calls a success", async () => {
    const session = randomUUID();
    const { callId, leave } = await seeFirstWords("left", session);
    leave();
    const [event] = await trial.found(session, 1);
    expect(event).toMatchObject({ call_id: callId, http_status: 499, ...COUNTED_SO_FAR });
    expect(trial.proxy.account().find((line) => line.call_id === callId)?.status).toBe("success");
    expect(Number(event?.cost?.amount)).toBeGreaterThan(0.012);
  });

  test("what LiteLLM refuses is a call that cost nothing: an unknown model, a key that nobody has", async () => {
    const session = randomUUID();
    const nobody = await trial.call({
      plan: "never",
      body: { model: "no-such-model" },
      ...inSession(session),
    });
    expect(nobody.status).toBe(400);
    const stranger = await trial.call({ plan: "never", key: "sk-of-nobody" });
    expect(stranger.status).toBe(401);
    const [refused] = await trial.found(session, 1);
    expect(refused).toMatchObject({ call_id: nobody.callId, cost: { amount: "0" }, http_status: 400 });
    await checkWholeAccount(trial);
    const events = await trial.events();
    expect(events.filter((event) => event["team"] === null)).toEqual([
      expect.objectContaining({ outcome: "error", cost: expect.objectContaining({ amount: "0" }) }),
    ]);
    expect(trial.upstream.attempts.filter(({ plan }) => plan === "never")).toEqual([]);
  });

  test("every call that LiteLLM noted is there once, at LiteLLM's own cost", async () => {
    await checkWholeAccount(trial);
  });
});
