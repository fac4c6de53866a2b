/**
 * The models of the demo's traffic with what they cost, written down by hand in 1e-12 USD per token: the ledger must
 * not learn its figures from the code that it is held against.
 */
export interface DemoModel {
  /** As the gateway writes it. */
  readonly name: string;
  readonly litellmProvider: string;
  readonly kongProvider: string | null;
  /** How often it is used, against the others. */
  readonly weight: number;
  /** null: we have no price. */
  readonly rates: Rates | null;
  /** Above so many prompt tokens the whole call is at other rates. */
  readonly band?: { readonly above: number; readonly rates: Rates };
  /** Whether LiteLLM knows a price where we have none. */
  readonly gatewayKnows?: boolean;
  readonly caches: boolean;
}

export interface Rates {
  readonly input: bigint;
  readonly read: bigint;
  readonly write5m: bigint;
  readonly write1h: bigint;
  readonly output: bigint;
}

/** USD per million tokens, in cents, as 1e-12 USD per token: one cent per million is 10,000 of them. */
const cents = (input: number, read: number, write5m: number, write1h: number, output: number): Rates => {
  const rate = (value: number) => BigInt(Math.round(value * 10_000));
  return {
    input: rate(input),
    read: rate(read),
    write5m: rate(write5m),
    write1h: rate(write1h),
    output: rate(output),
  };
};

export const DEMO_MODELS: readonly DemoModel[] = [
  {
    name: "claude-opus-5",
    litellmProvider: "anthropic",
    kongProvider: "anthropic",
    weight: 30,
    rates: cents(500, 50, 625, 1000, 2500),
    caches: true,
  },
  {
    name: "claude-sonnet-5-5",
    litellmProvider: "anthropic",
    kongProvider: "anthropic",
    weight: 28,
    rates: cents(200, 10, 250, 400, 1000),
    caches: true,
  },
  {
    name: "claude-haiku-5-5",
    litellmProvider: "anthropic",
    kongProvider: "anthropic",
    weight: 18,
    rates: cents(10, 1, 12.5, 20, 50),
    band: { above: 100_000, rates: cents(50, 5, 62.5, 100, 250) },
    caches: true,
  },
  {
    name: "claude-opus-4-8",
    litellmProvider: "anthropic",
    kongProvider: null,
    weight: 6,
    rates: cents(500, 50, 625, 1000, 2500),
    caches: true,
  },
  {
    name: "us.anthropic.claude-sonnet-5",
    litellmProvider: "bedrock",
    kongProvider: null,
    weight: 8,
    rates: cents(220, 22, 275, 440, 1100),
    caches: true,
  },
  {
    name: "gpt-4.1-mini",
    litellmProvider: "openai",
    kongProvider: "openai",
    weight: 7,
    rates: cents(40, 10, 0, 0, 160),
    caches: false,
  },
  {
    name: "in-house-7b",
    litellmProvider: "acme",
    kongProvider: null,
    weight: 2,
    rates: null,
    gatewayKnows: true,
    caches: false,
  },
  {
    name: "mystery-13b",
    litellmProvider: "acme",
    kongProvider: null,
    weight: 1,
    rates: null,
    gatewayKnows: false,
    caches: false,
  },
];

export interface Usage {
  readonly input: number;
  readonly read: number;
  readonly write5m: number;
  readonly write1h: number;
  readonly output: number;
}

/** What a call costs by the table above; null where it has no price. */
export function costOf(model: DemoModel, usage: Usage): bigint | null {
  const prompt = usage.input + usage.read + usage.write5m + usage.write1h;
  const rates = model.band !== undefined && prompt > model.band.above ? model.band.rates : model.rates;
  if (rates === null) return null;
  return (
    rates.input * BigInt(usage.input) +
    rates.read * BigInt(usage.read) +
    rates.write5m * BigInt(usage.write5m) +
    rates.write1h * BigInt(usage.write1h) +
    rates.output * BigInt(usage.output)
  );
}
