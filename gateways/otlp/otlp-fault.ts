import type { RejectReason } from "#core/reject-reason.ts";

/** Ends the decoding of a message from any depth; `decodeOtlp` makes a value of it, nothing else sees it. */
export class OtlpFault extends Error {
  readonly reason: RejectReason;

  constructor(reason: RejectReason, detail: string) {
    super(detail);
    this.reason = reason;
  }
}
