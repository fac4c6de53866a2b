import { failure } from "#core/failure.ts";

/** Before anything of ours: what a range without a begin starts at. */
const EVER = "2001-09-09T00:00:00.000Z";

/** `--from` and `--to` as instants; a date is the begin of that day in UTC. Absent: from ever, until now. */
export function rangeOption(
  options: { readonly from?: string; readonly to?: string },
  nowMs: number,
): { readonly from: string; readonly to: string } {
  const from = options.from === undefined ? EVER : instantOption("--from", options.from);
  const to = options.to === undefined ? new Date(nowMs).toISOString() : instantOption("--to", options.to);
  if (from >= to)
    throw failure("OPTION_INVALID", { option: "--to", value: to, accepts: `a time after ${from}` });
  return { from, to };
}

/** An instant with its zone, or a date, which begins in UTC. */
export function instantOption(option: string, text: string): string {
  const at = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (Number.isNaN(at))
    throw failure("OPTION_INVALID", {
      option,
      value: text,
      accepts: "an instant with its zone (2026-11-01T00:00:00Z) or a date (2026-11-01, in UTC)",
    });
  return new Date(at).toISOString();
}
