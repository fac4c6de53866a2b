import type { Figures, PeriodDetail } from "#cli/periods/answers.ts";

/** One period for people: what it is, what is booked in it, what came late, and what stands in the way of closing it. */
export function periodLines(period: PeriodDetail): string[] {
  const { id, zone, from, to, state, closed_at, snapshot, now, closing, reopening } = period;
  return [
    `${id}  ${state.replace("_", "-")}  ${from} to ${to} (${zone})`,
    ...(snapshot === null
      ? [`booked so far   ${figuresText(now.totals)}`]
      : [
          `closed with     ${figuresText(snapshot.totals)}`,
          `as of           ${closed_at}, by ${snapshot.closed_by}: ${snapshot.reason}`,
          `sha256          ${snapshot.sha256}`,
          period.unchanged === true
            ? "now             the same to the last digit"
            : `now             ${figuresText(now.totals)}: it is not what it was closed with (docs/periods.md)`,
        ]),
    ...period.late.map(
      ({ reason, booked_in, calls, cost_usd }) =>
        `came late       ${reason}: ${calls} calls, ${cost_usd} USD, booked in ${booked_in ?? "the period that comes next"}`,
    ),
    ...(reopening === null
      ? []
      : [
          `reopening       asked for by ${reopening.requested_by}: ${reopening.reason}; another key approves it by --approve`,
        ]),
    ...period.reopenings.map(
      (past) =>
        `was reopened    ${past.approved_at}, asked for by ${past.requested_by}, approved by ${past.approved_by}: ${past.reason}`,
    ),
    ...(closing === null ? [] : closingLines(period, closing)),
  ];
}

function closingLines({ data_until }: PeriodDetail, closing: NonNullable<PeriodDetail["closing"]>): string[] {
  const { unpriced_calls: unpriced, gaps, rejects } = closing;
  return [
    `without a price ${unpriced} calls${unpriced === 0 ? "" : ": spendtrail prices, spendtrail replay; or --accept-unpriced"}`,
    `gaps            ${gaps}${gaps === 0 ? "" : ": spendtrail check --coverage; or --accept-gaps"}`,
    `rejects         ${rejects}${rejects === 0 ? "" : ": spendtrail rejects list"}`,
    `data until      ${data_until ?? "nothing yet"}`,
  ];
}

function figuresText(figures: Figures): string {
  const { calls, cost_rated_usd, cost_estimated_usd, cost_gateway_usd } = figures;
  const parts = [
    `${calls} calls`,
    `${cost_rated_usd} USD rated`,
    ...(cost_estimated_usd === "0" ? [] : [`${cost_estimated_usd} estimated`]),
    ...(cost_gateway_usd === "0" ? [] : [`${cost_gateway_usd} at the gateway's figure`]),
  ];
  return parts.join(", ");
}
