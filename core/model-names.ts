/**
 * Claude models by canonical name, with the dated snapshots and other names that mean the same (Anthropic,
 * "Models overview"; LiteLLM's price map for names such as `claude-4-opus-20250514`).
 */
export const ANTHROPIC_MODELS: readonly {
  readonly model: string;
  readonly dates?: readonly string[];
  readonly also?: readonly string[];
}[] = [
  { model: "claude-fable-5-2" },
  { model: "claude-fable-5-1" },
  { model: "claude-fable-5" },
  { model: "claude-mythos-5-1" },
  { model: "claude-mythos-5" },
  { model: "claude-opus-5-5" },
  { model: "claude-opus-5" },
  { model: "claude-opus-4-8" },
  { model: "claude-opus-4-7", dates: ["20260416"] },
  { model: "claude-opus-4-6", dates: ["20260205"] },
  { model: "claude-opus-4-5", dates: ["20251101"] },
  { model: "claude-opus-4-1", dates: ["20250805"] },
  { model: "claude-opus-4", dates: ["20250514"], also: ["claude-opus-4-0", "claude-4-opus-20250514"] },
  { model: "claude-sonnet-5-5" },
  { model: "claude-sonnet-5" },
  { model: "claude-sonnet-4-6" },
  { model: "claude-sonnet-4-5", dates: ["20250929"] },
  { model: "claude-sonnet-4", dates: ["20250514"], also: ["claude-sonnet-4-0", "claude-4-sonnet-20250514"] },
  {
    model: "claude-3-7-sonnet",
    dates: ["20250219"],
    also: ["claude-3-7-sonnet-latest", "claude-sonnet-3-7"],
  },
  { model: "claude-haiku-5-5" },
  { model: "claude-haiku-4-5", dates: ["20251001"] },
  { model: "claude-3-5-haiku", dates: ["20241022"], also: ["claude-3-5-haiku-latest", "claude-haiku-3-5"] },
  {
    model: "claude-3-5-sonnet",
    dates: ["20240620", "20241022"],
    also: ["claude-3-5-sonnet-latest", "claude-3-5-sonnet-v2", "claude-3-5-sonnet-v2-20241022"],
  },
  { model: "claude-3-opus", dates: ["20240229"], also: ["claude-3-opus-latest"] },
  { model: "claude-3-haiku", dates: ["20240307"] },
];

/** Models of other makers that gateways commonly route to. */
export const OTHER_MODELS: readonly { readonly model: string; readonly also?: readonly string[] }[] = [
  { model: "gpt-4o", also: ["gpt-4o-2024-08-06", "gpt-4o-2024-11-20"] },
  { model: "gpt-4o-mini", also: ["gpt-4o-mini-2024-07-18"] },
  { model: "gpt-4.1", also: ["gpt-4.1-2025-04-14"] },
  { model: "gpt-4.1-mini", also: ["gpt-4.1-mini-2025-04-14"] },
  { model: "gpt-4.1-nano", also: ["gpt-4.1-nano-2025-04-14"] },
  { model: "gpt-5", also: ["gpt-5-2025-08-07"] },
  { model: "gpt-5-mini", also: ["gpt-5-mini-2025-08-07"] },
  { model: "gpt-5-nano", also: ["gpt-5-nano-2025-08-07"] },
  { model: "gemini-2.5-pro" },
  { model: "gemini-2.5-flash" },
  { model: "gemini-2.5-flash-lite" },
  { model: "text-embedding-3-small" },
  { model: "text-embedding-3-large" },
];
