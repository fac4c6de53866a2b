/** What a planned answer says that it used, in Anthropic's disjoint counts. */
export interface StubUsage {
  readonly input: number;
  readonly cacheRead?: number;
  readonly cacheWrite5m?: number;
  readonly cacheWrite1h?: number;
  readonly output: number;
}

export const STUB_TEXT = ["The ", "meter ", "has ", "been ", "read."];
