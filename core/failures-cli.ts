/** What can go wrong at the command line. */
export const CLI_FAILURES = {
  SETTING_REFUSED: {
    status: 409,
    message: "The change of {kind} {id} was refused: {reason}. Look at what is in force now and try again.",
  },
  FILE_UNREADABLE: { status: 400, message: "{file} cannot be used:\n{reason}" },
  PERSON_SALT_NEEDED: {
    status: 400,
    message:
      "The file names people, who are kept by pseudonym alone: set SPENDTRAIL_PERSON_SALT to what the ingester has, or name them by pseudonym (u_ and 32 hex digits).",
  },
  API_UNREACHABLE: {
    status: 503,
    message:
      "The query API at {url} cannot be reached ({reason}). Start it with `spendtrail up` or `spendtrail api`, or say where it is with --url or SPENDTRAIL_API_URL.",
  },
  API_KEY_NEEDED: {
    status: 401,
    message:
      "The query API needs a key: set SPENDTRAIL_API_KEY, or run this where `spendtrail up` runs. Make one with `spendtrail keys create --role finance --label me`.",
  },
  API_REFUSED: { status: 502, message: "The query API answered {status}: {reason}" },
  OPTION_INVALID: { status: 400, message: "{option} is {value}; accepted: {accepts}." },
  RECONCILE_SCOPE: {
    status: 403,
    message:
      "An invoice is for all teams, and this key sees only its own. Take a key with the role finance, auditor or admin; an auditor's also tells lost records from unmetered ones.",
  },
  RECONCILE_NOTHING: { status: 400, message: "There is nothing to compare: {reason}" },
  KEY_UNKNOWN: { status: 404, message: "There is no key {id}. `spendtrail keys list` shows them." },
  DEMO_INCOMPLETE: {
    status: 500,
    message:
      "Of {sent} records sent only {there} had come through after {seconds} s. See the log of `spendtrail up`; running the demo again adds another run beside this one.",
  },
} as const;
