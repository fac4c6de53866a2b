import type { Failure } from "#core/failure.ts";

/** What came of one try to tell a receiver something. */
export type Told =
  | {
      readonly ok: true;
      readonly status: number;
      /** The beginning of the answer; for who tries it by hand. */
      readonly excerpt: string;
      /** Addresses of a mail that its server would not take, while it took others; empty: none. */
      readonly refused: string;
    }
  | {
      readonly ok: false;
      /** 0: there was no answer. */
      readonly status: number;
      readonly excerpt: string;
      readonly retryAfterMs: number | null;
      readonly failure: Failure;
    };

export function notTold(failure: Failure): Told {
  return { ok: false, status: 0, excerpt: "", retryAfterMs: null, failure };
}
