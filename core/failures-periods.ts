/** What closing and reopening periods says. A part of the registry in `failure.ts`. */
export const PERIOD_FAILURES = {
  PERIOD_UNKNOWN: {
    status: 404,
    message:
      "There is no period {id}. `spendtrail periods list` shows them; `spendtrail periods open` makes one.",
  },
  PERIOD_NOT_READY: {
    status: 422,
    message:
      "Period {id} was not closed: {what}. Mend it (docs/periods.md), or accept it with a reason by --accept-unpriced or --accept-gaps (in the API by `accept`).",
  },
} as const;
