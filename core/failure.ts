/**
 * The one registry of errors. Each has a code people can search for, an HTTP status for those that reach a
 * caller, and a sentence that says what happened and what to do; `docs/errors.md` is generated from it.
 * `{name}` in a message is filled from the parameters.
 */
export const FAILURES = {
  CONFIG_INVALID: { status: 500, message: "The configuration has faults:\n{faults}" },
} as const satisfies Record<string, { status: number; message: string }>;

export type FailureCode = keyof typeof FAILURES;
export type FailureParams = Readonly<Record<string, string | number | bigint>>;

/** An error of ours: `code` is stable, `message` is for people, `status` is what HTTP answers with. */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly code: FailureCode;
  readonly status: number;
  readonly params: FailureParams;

  constructor(code: FailureCode, params: FailureParams, cause?: unknown) {
    super(fill(FAILURES[code].message, params), cause === undefined ? {} : { cause });
    this.code = code;
    this.status = FAILURES[code].status;
    this.params = params;
  }
}

/** Makes the coded error to throw: `throw failure("BROKER_UNREACHABLE", { brokers })`. */
export function failure(code: FailureCode, params: FailureParams = {}, cause?: unknown): Failure {
  return new Failure(code, params, cause);
}

function fill(message: string, params: FailureParams): string {
  return message.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole));
}
