import type { ChargeSetting } from "#core/settings/charge.ts";

/** What FOCUS and a journal call a kind of charge. */
export interface ChargeWords {
  readonly said: string;
  /** `Usage`, `Purchase`, `Tax`, `Credit`, or `Adjustment` for what is none of these. */
  readonly category: "Usage" | "Purchase" | "Tax" | "Credit" | "Adjustment";
  readonly frequency: "One-Time" | "Recurring" | "Usage-Based";
}

/**
 * Hours of code execution are usage, which its provider counts and no gateway sees. Seats, commitments, throughput and
 * support are bought for a time and again; a purchase is never `Usage-Based` (FOCUS, ChargeFrequency).
 */
export const CHARGE_WORDS: Readonly<Record<ChargeSetting["kind"], ChargeWords>> = {
  seat: { said: "Seats", category: "Purchase", frequency: "Recurring" },
  commitment: { said: "Commitments", category: "Purchase", frequency: "Recurring" },
  provisioned: { said: "Provisioned throughput", category: "Purchase", frequency: "Recurring" },
  credit: { said: "Credits", category: "Credit", frequency: "One-Time" },
  tax: { said: "Taxes", category: "Tax", frequency: "One-Time" },
  code_execution: { said: "Code execution", category: "Usage", frequency: "Usage-Based" },
  support: { said: "Support", category: "Purchase", frequency: "Recurring" },
  other: { said: "Other charges", category: "Adjustment", frequency: "One-Time" },
};
