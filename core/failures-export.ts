/** What exports say. A part of the registry in `failure.ts`. */
export const EXPORT_FAILURES = {
  EXPORT_CHANGED: {
    status: 409,
    message:
      "While the export was made, calls that belong into it came in: {expected} rows were counted and {written} written. A batch was being written at its as_of. Throw the file away and ask again, with an as_of of some minutes ago.",
  },
  EXPORT_INCOMPLETE: {
    status: 502,
    message:
      "The export broke off after {bytes} bytes ({reason}); the file {file} is not whole and was removed. Ask again.",
  },
  EXPORT_FILE_UNWRITABLE: {
    status: 500,
    message: "The file {file} cannot be written ({reason}). Give another one by --out, or remove it first.",
  },
  EXPORT_OWNER_REFUSED: {
    status: 403,
    message:
      "The export is made for its owner, who may not see costs any more ({reason}). Set the schedule with another owner, or remove it.",
  },
  EXPORT_SCHEDULE_INVALID: {
    status: 422,
    message: "The schedule {schedule} asks for what cannot be exported: {faults}. Set it anew.",
  },
  EXPORT_DESTINATION_UNKNOWN: {
    status: 500,
    message:
      "There is no destination {destination}. Name it in SPENDTRAIL_EXPORT_DESTINATIONS of `spendtrail jobs` and start that again, or set the schedule with one of: {known}.",
  },
  EXPORT_RUN_LOST: {
    status: 500,
    message:
      "The program ended {attempts} times while it made this export, and it is not tried again by itself. Look into its log, then run it by hand: spendtrail export schedules run {schedule} --due {due}",
  },
  EXPORT_RECEIVER_REFUSED: {
    status: 502,
    message:
      "The mail with {file} was sent, but the server refused it for {receivers}. It is not sent again, because the others have it. Correct the addresses in SPENDTRAIL_EXPORT_DESTINATIONS.",
  },
  EXPORT_DESTINATION_REFUSED: {
    status: 502,
    message:
      "The destination {destination} did not take {file} ({reason}). It is tried again some times; what came of it is in `spendtrail export schedules list`.",
  },
} as const;
