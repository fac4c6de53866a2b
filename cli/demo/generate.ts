import { type CallEnd, type DemoCall, NO_USAGE } from "#cli/demo/call.ts";
import { kongBody } from "#cli/demo/kong-body.ts";
import { createBookkeeper, type TrafficLedger } from "#cli/demo/ledger.ts";
import { litellmBody } from "#cli/demo/litellm-body.ts";
import { malformedBody } from "#cli/demo/malformed-body.ts";
import { DEMO_MODELS, type DemoModel, type Usage } from "#cli/demo/models.ts";
import { DEMO_NAMES, DEMO_TEAMS, weighted } from "#cli/demo/people.ts";
import { createRandom, type Random } from "#cli/demo/random.ts";

/** One record as its gateway sends it; `body` is one JSON object, or what a broken gateway made of one. */
export interface DemoRecord {
  readonly door: "litellm" | "kong";
  readonly body: string;
}

export interface Traffic {
  records(): Generator<DemoRecord>;
  /** Complete once `records` has ended. */
  ledger(): TrafficLedger;
}

const DAY_MS = 86_400_000;
const DAYS = 14;
const KONG_SHARE = 0.15;
const MALFORMED_SHARE = 0.006;
const REPEATED_SHARE = 0.008;
/** A router that tries five times leaves five records with one call id. */
const ATTEMPTS = 5;

/**
 * A fortnight of gateway traffic up to `startMs`: teams, sessions of 10 to 40 calls with sub-agents, caches, retries,
 * errors, aborts, cached replies, models without a price, records sent twice and broken ones. Deterministic; `runId`
 * goes into every id, so that another run adds its own calls.
 */
export function generateTraffic(options: {
  seed: number;
  events: number;
  startMs: number;
  runId: string;
}): Traffic {
  const random = createRandom(options.seed);
  const books = createBookkeeper();
  function* records(): Generator<DemoRecord> {
    let left = options.events;
    let last: DemoRecord | null = null;
    for (let session = 0; left > 0; session++) {
      const isKong = random.chance(KONG_SHARE);
      for (const call of sessionCalls(random, options, session, isKong)) {
        if (left-- === 0) return;
        if (random.chance(MALFORMED_SHARE)) {
          books.malformed();
          yield { door: isKong ? "kong" : "litellm", body: malformedBody(random, call, isKong) };
        } else if (last !== null && random.chance(REPEATED_SHARE)) {
          books.repeat();
          yield last;
        } else {
          books.add(call);
          last = isKong
            ? { door: "kong", body: kongBody(call) }
            : { door: "litellm", body: litellmBody(call) };
          yield last;
        }
      }
    }
  }
  return { records, ledger: books.ledger };
}

function* sessionCalls(
  random: Random,
  { startMs, runId }: { startMs: number; runId: string },
  session: number,
  isKong: boolean,
): Generator<DemoCall> {
  const team = weighted(DEMO_TEAMS, random.unit());
  const user = `${random.pick(DEMO_NAMES)}.${team.id}`;
  const models = isKong ? DEMO_MODELS.filter((model) => model.kongProvider !== null) : DEMO_MODELS;
  const [main, helper] = [weighted(models, random.unit()), weighted(models, random.unit())];
  const sessionId = `${runId}-session-${session}`;
  let atMs = startMs - random.whole(DAY_MS / 4, DAYS * DAY_MS);
  const calls = random.whole(10, 40);
  for (let number = 0; number < calls; number++) {
    const isHelper = random.chance(0.25);
    const model = isHelper ? helper : main;
    const call: DemoCall = {
      team,
      user,
      sessionId,
      agentId: isHelper ? `${sessionId}-agent-${number % 3}` : null,
      callId: `${runId}-${session}-${number}-${random.hex(12)}`,
      messageId: `msg_${runId}${random.hex(16)}`,
      model,
      usage: usageOf(random, model, number, isKong),
      end: endOf(random, isKong),
      startMs: atMs,
      durationMs: random.whole(400, 30_000),
      hasContent: random.chance(0.05),
    };
    atMs += random.whole(2_000, 60_000);
    if (!isKong && call.end === "success" && random.chance(0.01)) yield* attempts(call);
    else yield call;
  }
}

/** Four refused attempts and the one that went through, all under one call id. */
function* attempts(call: DemoCall): Generator<DemoCall> {
  for (let attempt = 1; attempt < ATTEMPTS; attempt++) {
    yield {
      ...call,
      end: "error",
      usage: NO_USAGE,
      startMs: call.startMs - (ATTEMPTS - attempt) * 1_500,
      durationMs: 400,
    };
  }
  yield call;
}

function usageOf(random: Random, model: DemoModel, number: number, isKong: boolean): Usage {
  const output = random.whole(20, 1_800);
  if (!model.caches) return { ...NO_USAGE, input: random.whole(50, 6_000), output };
  // The first call of a session fills the cache, later ones read from it; some prompts pass Haiku's band.
  const isLong = random.chance(0.04);
  const cached = isLong ? random.whole(90_000, 160_000) : random.whole(4_000, 40_000);
  // Kong does not tell cache writes apart by lifetime, so its traffic has none.
  if (isKong)
    return { input: random.whole(3, 900), read: number === 0 ? 0 : cached, write5m: 0, write1h: 0, output };
  const written = number === 0 ? cached : random.whole(0, 3_000);
  const isHour = random.chance(0.3);
  return {
    input: random.whole(3, 900),
    read: number === 0 ? 0 : cached,
    write5m: isHour ? 0 : written,
    write1h: isHour ? written : 0,
    output,
  };
}

function endOf(random: Random, isKong: boolean): CallEnd {
  const unit = random.unit();
  if (unit < 0.02) return "error";
  if (isKong) return "success";
  if (unit < 0.028) return "aborted";
  return unit < 0.04 ? "cached" : "success";
}
