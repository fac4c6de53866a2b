import type { Finding } from "#core/reconcile/causes.ts";
import { magnitude, type Unexplained } from "#core/reconcile/compared-row.ts";
import { differencesText, digits, type MeterPair, tokensOf } from "#core/reconcile/meter-differences.ts";
import { OUR_METERS, type OurGap, sumOurs, wereCutShort } from "#core/reconcile/ours.ts";
import { daysAfter } from "#core/reconcile/utc-day.ts";

/** The cause of a difference in tokens that no doubling explains. `gaps` null: nobody could say what is missing. */
export function findTokenCause(
  row: Unexplained & { readonly pairs: readonly MeterPair[] },
  gaps: readonly OurGap[] | null,
): Finding {
  const { pairs } = row;
  const said = differencesText(pairs);
  if (tokensOf(pairs, "theirs") === tokensOf(pairs, "ours") && isOfTokens(pairs))
    return {
      cause: "meter_split",
      evidence: `${digits(tokensOf(pairs, "ours"))} tokens on both sides, in other meters: in the invoice ${said}.`,
    };
  const cut = findCutShort(row);
  if (cut !== null) return cut;
  return tokensOf(pairs, "theirs") >= tokensOf(pairs, "ours")
    ? findMissing(row, gaps, said)
    : findExtra(row, said);
}

const isOfTokens = (pairs: readonly MeterPair[]) =>
  pairs.every(({ name, theirs, ours }) => name !== "web_search_requests" || theirs === ours);

/** What was cut short can be wrong by what it counted, in either direction, and not by more than that. */
function findCutShort(row: Unexplained & { readonly pairs: readonly MeterPair[] }): Finding | null {
  const cut = sumOurs(row.rows.filter(wereCutShort));
  const rest = sumOurs(row.rows.filter((one) => !wereCutShort(one)));
  const calls = cut.calls + rest.estimatedCalls;
  if (calls === 0n || row.lines.length === 0) return null;
  const nothingKnown = OUR_METERS.every((meter) => cut.meters[meter] === 0n);
  const off = row.pairs.filter(({ theirs, ours }) => theirs !== ours);
  const isOutputOnly = off.every(({ name }) => name === "output_tokens");
  const isWithinThem = off.every(({ name, theirs, ours }) => {
    const counted =
      name in cut.meters ? cut.meters[name as keyof typeof cut.meters] : tokensOf(row.pairs, "ours");
    return magnitude(theirs - ours) <= counted;
  });
  const isMissingOfThem = nothingKnown && off.every(({ theirs, ours }) => theirs > ours);
  if (!(isOutputOnly || isWithinThem || isMissingOfThem)) return null;
  const known = nothingKnown
    ? "nothing is known of what they used"
    : `we count ${digits(cut.meters.output_tokens)} output tokens for them`;
  return {
    cause: "estimated_abort",
    evidence: `${digits(calls)} calls were cut short or are estimates, and ${known}; the invoice has ${differencesText(row.pairs)}.`,
  };
}

/** The invoice has more: it was never metered, or we lost it. */
export function findMissing(row: Unexplained, gaps: readonly OurGap[] | null, said: string): Finding {
  const near = (gaps ?? []).filter((gap) => mayHold(gap, row.day));
  const [first] = near;
  if (first !== undefined)
    return {
      cause: "lost",
      evidence: `The invoice has ${said}, and records of ours are missing about that time: ${first.where} (${first.count})${near.length > 1 ? ` and ${near.length - 1} more gaps` : ""}. docs/coverage.md.`,
    };
  const coverage =
    gaps === null
      ? "What is missing could not be asked (that takes an auditor's key, and a check of coverage), so lost records are not ruled out"
      : "No record of ours is missing about that time";
  const whole =
    row.ours.calls === 0n
      ? "We have no call of this model on this day"
      : `The invoice has ${said} than our ${digits(row.ours.calls)} calls`;
  return {
    cause: "unmetered",
    evidence: `${whole}. ${coverage}: look for keys and programs that do not go by the gateway.`,
  };
}

function findExtra(row: Unexplained, said: string): Finding {
  if (row.lines.length === 0)
    return {
      cause: "not_billed",
      evidence: `${digits(row.ours.calls)} calls of ours are on a day and model that the invoice has no line for.`,
    };
  return {
    cause: "not_billed",
    evidence: `The invoice has ${said} than our ${digits(row.ours.calls)} calls.`,
  };
}

/** Records arrive after their call began, within a day as a rule; a hole's own records have no time but their neighbours'. */
function mayHold({ after, before }: OurGap, day: string): boolean {
  const from = after === null ? "" : daysAfter(after.slice(0, 10), -1);
  const to = before === null ? "9999-12-31" : before.slice(0, 10);
  return from <= day && day <= to;
}
