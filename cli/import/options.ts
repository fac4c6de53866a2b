import type { CommonOptions } from "#cli/common-options.ts";

export const FORMATS = ["auto", "json", "csv"] as const;
export type Format = (typeof FORMATS)[number];

/** The options of `spendtrail import`. */
export interface ImportOptions extends CommonOptions {
  readonly source: string;
  readonly gateway?: string;
  readonly format: Format;
  readonly from?: string;
  readonly until?: string;
  readonly live: readonly string[];
  readonly allowOverlap?: boolean;
  readonly again?: boolean;
  readonly keepRejects?: boolean;
  readonly limitPerSecond?: number;
  readonly dryRun?: boolean;
}
