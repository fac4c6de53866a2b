/** Failures of telling receivers of alerts. They stand on record with each notification. */
export const ALERT_FAILURES = {
  RECEIVER_UNKNOWN: {
    status: 404,
    message:
      "There is no receiver {receiver} (any more). Set it, or take it out of the budgets that name it.",
  },
  RECEIVER_SECRET_UNKNOWN: {
    status: 500,
    message:
      "Receiver {receiver} names the secret {secret}, and this program was not given one. Name it in SPENDTRAIL_RECEIVERS_SECRETS and start the program again.",
  },
  RECEIVER_SECRET_INVALID: {
    status: 500,
    message:
      "The secret {secret} of receiver {receiver} {fault}. Correct it in SPENDTRAIL_RECEIVERS_SECRETS and start the program again.",
  },
  RECEIVER_SMTP_UNSET: {
    status: 500,
    message:
      "Receiver {receiver} is told by e-mail, and this program knows no mail server. Set SPENDTRAIL_RECEIVERS_SMTP and start the program again.",
  },
  RECEIVER_PLACE_REFUSED: {
    status: 403,
    message:
      "{place} may not be reached ({reason}). Receivers are told by https on port 443 at public addresses; what else is wanted is named by the operator in SPENDTRAIL_RECEIVERS_ALLOW.",
  },
  RECEIVER_UNREACHABLE: {
    status: 502,
    message: "{place} was not reached ({reason}).",
  },
  RECEIVER_REDIRECTS: {
    status: 502,
    message:
      "{place} answered {status}, which sends elsewhere. Redirects are not followed: set the receiver with the address that it leads to.",
  },
  RECEIVER_REFUSED: {
    status: 502,
    message: "{place} answered {status}.",
  },
  RECEIVER_GONE: {
    status: 410,
    message:
      "{place} answered 410: it is gone and wants nothing any more. The receiver is told nothing until it is set anew; what was not told can then be replayed.",
  },
  RECEIVER_DISABLED: {
    status: 410,
    message:
      "Receiver {receiver} answered 410 before and is told nothing until it is set anew. Then: spendtrail alerts replay {delivery}",
  },
  DELIVERY_UNKNOWN: {
    status: 404,
    message: "There is no notification {delivery}. See: spendtrail alerts deliveries",
  },
  DELIVERY_NOT_DEAD: {
    status: 409,
    message:
      "The notification {delivery} is {state}. Only one that was given up (`dead`) can be sent again; see: spendtrail alerts deliveries",
  },
} as const;
