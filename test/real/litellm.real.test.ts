import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { KEYS, startTrial, type Trial } from "#test/real/litellm/trial.ts";
import { checkWholeAccount } from "#test/real/litellm/whole-account.ts";
import { range } from "#test/real/range.ts";
import type { StubUsage } from "#test/real/stub-usage.ts";
import { type Costs, costOf } from "#test/support/product-costs.ts";

const USAGE: StubUsage = { input: 120, cacheRead: 4000, cacheWrite5m: 300, cacheWrite1h: 50, output: 80 };
const METERS = {
  input_tokens: 120,
  cache_read_tokens: 4000,
  cache_write_5m_tokens: 300,
  cache_write_1h_tokens: 50,
  output_tokens: 80,
};
/** 120 x 3 + 4000 x 0.3 + 300 x 3.75 + 50 x 6 + 80 x 15 USD a million: Anthropic's list for Claude Sonnet 4.5. */
const COST_USD = 0.004185;

const noPython = "missing" in inject("python");
describe.skipIf(noPython)("the real LiteLLM proxy with the shipped configuration", () => {
  let trial: Trial;
  beforeAll(async () => {
    trial = await startTrial();
  });
  afterAll(() => trial?.stop());

  const answers = (plan: string) => trial.upstream.plan(plan, { does: "answer", usage: USAGE });
  const inSession = (session: string, more: Record<string, string> = {}) => ({
    headers: { "x-claude-code-session-id": session, ...more },
  });
  const attemptsOf = (plan: string) => trial.upstream.attempts.filter((attempt) => attempt.plan === plan);

  test("a whole answer is one call with its session, agent, team, tokens and LiteLLM's own cost", async () => {
    const session = randomUUID();
    answers("whole");
    const agents = { "x-claude-code-agent-id": "agent-7", "x-claude-code-parent-agent-id": "agent-1" };
    const said = await trial.call({ plan: "whole", ...inSession(session, agents) });
    expect(said).toMatchObject({ status: 200, costUsd: expect.closeTo(COST_USD, 12) });
    const [attempt] = attemptsOf("whole");
    const [event] = await trial.found(session, 1);
    expect(event).toMatchObject({
      kind: "response",
      call_id: said.callId,
      provider_request_id: attempt?.requestId,
      provider_message_id: attempt?.answerId,
      session_id: session,
      session_id_source: "header",
      agent: "agent-7",
      parent_agent: "agent-1",
      team: "team-grid",
      gateway_team: "team-grid",
      team_alias: "Grid operations",
      user: expect.stringMatching(/^u_[0-9a-f]{32}$/),
      platform: "anthropic-api",
      api_format: "anthropic_messages",
      model_requested: "claude-sonnet-4-5",
      model_canonical: "claude-sonnet-4-5",
      outcome: "success",
      meters: METERS,
      usage_quality: "final",
      cost_status: "rated",
    });
    expect(Number(event?.gateway_cost?.amount)).toBeCloseTo(said.costUsd ?? -1, 12);
    expect(Number(event?.cost?.amount)).toBe(COST_USD);
  });

  test("of a stream the last count stands, not the sum of its counts", async () => {
    const session = randomUUID();
    answers("streamed");
    const said = await trial.call({ plan: "streamed", body: { stream: true }, ...inSession(session) });
    expect(said.text.match(/"type": ?"message_delta"/g)).toHaveLength(2);
    const [event] = await trial.found(session, 1);
    expect(event).toMatchObject({ call_id: said.callId, stream: true, meters: METERS, outcome: "success" });
    expect(event?.["provider_message_id"]).toBe(attemptsOf("streamed")[0]?.answerId);
    const noted = trial.proxy.account().find((line) => line.call_id === said.callId);
    expect(Number(event?.gateway_cost?.amount)).toBeCloseTo(noted?.cost_usd ?? -1, 12);
    expect(Number(event?.cost?.amount)).toBe(COST_USD);
  });

  test.each([[false], [true]])("OpenAI's chat completions, stream %j", async (stream) => {
    const session = randomUUID();
    const plan = `chat-${stream}`;
    answers(plan);
    const body = { model: "gpt-4o-mini", stream, ...(stream && { stream_options: { include_usage: true } }) };
    const said = await trial.call({ path: "/v1/chat/completions", plan, body, ...inSession(session) });
    const [event] = await trial.found(session, 1);
    expect(event).toMatchObject({
      call_id: said.callId,
      provider_request_id: attemptsOf(plan)[0]?.requestId,
      api_format: "openai_chat",
      platform: "openai",
      model_canonical: "gpt-4o-mini",
      team: "team-grid",
      // The 4,000 cached ones are inside OpenAI's prompt tokens, and no part of ours.
      meters: { input_tokens: 120, cache_read_tokens: 4000, output_tokens: 80 },
    });
    const noted = trial.proxy.account().find((line) => line.call_id === said.callId);
    expect(Number(event?.gateway_cost?.amount)).toBeCloseTo(noted?.cost_usd ?? -1, 12);
    expect(event?.cost?.amount).toBe(event?.gateway_cost?.amount);
  });

  test("a reply from LiteLLM's own cache costs nothing and asked no provider", async () => {
    const session = randomUUID();
    answers("cached");
    const ask = { plan: "cached", body: { cache: { "use-cache": true } }, ...inSession(session) };
    const [first, second] = [await trial.call(ask), await trial.call(ask)];
    expect(attemptsOf("cached")).toHaveLength(1);
    const events = await trial.found(session, 2);
    const [made, repeated] = [first, second].map((said) =>
      events.find((event) => event.call_id === said.callId),
    );
    expect(made).toMatchObject({ outcome: "success", meters: METERS });
    expect(repeated).toMatchObject({
      outcome: "cached",
      provider_request_id: null,
      provider_message_id: null,
      cost: { amount: "0" },
      gateway_cost: { amount: "0" },
    });
  });

  test("a session in which the key changes is one, and each call is its key's team's", async () => {
    const session = randomUUID();
    answers("rotated");
    await trial.call({ plan: "rotated", ...inSession(session) });
    await trial.call({ plan: "rotated", key: KEYS.retail, ...inSession(session) });
    const [grid, retail] = await trial.found(session, 2);
    expect([grid?.["team"], retail?.["team"]]).toEqual(["team-grid", "team-retail"]);
    expect(grid?.["api_key"]).not.toBe(retail?.["api_key"]);
    expect(grid?.["user"]).not.toBe(retail?.["user"]);
    const path = `/v1/costs?${range()}&session=${session}&group_by=team`;
    const finance = await trial.product.key("--role", "finance");
    const { body } = await trial.product.get<Costs>(path, finance);
    expect(body.rows.map((row) => [row["team"], row.calls, row.cost.amount]).sort()).toEqual([
      ["team-grid", 1, String(COST_USD)],
      ["team-retail", 1, String(COST_USD)],
    ]);
    expect(Number(costOf(body))).toBeCloseTo(2 * COST_USD, 12);
  });

  test.each([
    ["as JSON", (session: string) => JSON.stringify({ device_id: "d".repeat(64), session_id: session })],
    [
      "in the older form",
      (session: string) => `user_${"d".repeat(64)}_account_${randomUUID()}_session_${session}`,
    ],
  ])("Claude Code's session in metadata.user_id, %s, where no header states it", async (_, userId) => {
    const session = randomUUID();
    answers("by-body");
    const said = await trial.call({ plan: "by-body", body: { metadata: { user_id: userId(session) } } });
    const [event] = await trial.found(session, 1);
    expect(event).toMatchObject({ call_id: said.callId, meters: METERS, team: "team-grid" });
  });

  test("a pass-through route, where LiteLLM knows its form and where it does not", async () => {
    const session = randomUUID();
    answers("through");
    const ask = { path: "/anthropic/v1/messages", plan: "through", ...inSession(session) };
    const model = "claude-sonnet-4-5-20250929";
    const whole = await trial.call({ ...ask, body: { model } });
    const streamed = await trial.call({ ...ask, body: { model, stream: true } });
    const events = await trial.found(session, 2);
    const of = (callId: string | null) => events.find((event) => event.call_id === callId);
    expect(of(whole.callId)).toMatchObject({ meters: METERS, cost: { amount: String(COST_USD) } });
    // LiteLLM counts no stream through a host that is not Anthropic's own and writes zeros: not known, never free.
    expect(of(streamed.callId)).toMatchObject({ cost: null, cost_status: "unpriced", stream: true });
  });

  test("every call that LiteLLM noted is there once, at LiteLLM's own cost", async () => {
    await checkWholeAccount(trial);
  });
});
