/** Why a partition stands still, or a run cannot go on. A part of the registry in `failure.ts`. */
export const INGEST_FAILURES = {
  RECORDS_UNDECODABLE: {
    status: 500,
    message:
      "Offsets {from} to {to} of {topic}/{partition} cannot be read: they do not decompress, or their checksum is wrong. Everything behind them waits, other partitions go on. Restore the partition from a replica and start the ingester again, or give them up for good, as a recorded gap: spendtrail ingest skip --topic {topic} --partition {partition} --from {from} --to {to} --reason '...'",
  },
  RECORDS_GONE: {
    status: 500,
    message:
      "Offsets {from} to {to} of {topic}/{partition} belong to a batch that was begun and not finished, and not all of them can be read any more (retention, or a topic made anew). Give them up for good, as a recorded gap: spendtrail ingest skip --topic {topic} --partition {partition} --from {from} --to {to} --reason '...'",
  },
  RECORDS_DIFFER: {
    status: 500,
    message:
      "Offsets {from} to {to} of {topic}/{partition} hold other records than were ingested from there before, at the same times. Nothing is written over. Find out who changed the topic (a restore, a mirror), and put back what was there.",
  },
  RUN_UNFINISHED: {
    status: 409,
    message:
      "Run {id} was begun and is not finished, and one runs at a time. Finish it: {finish}. Or, where that cannot be, let what it wrote stand and go on from there: spendtrail replay --give-up {id} --reason '...'",
  },
  RUN_UNKNOWN: { status: 404, message: "There is no run {id}. `spendtrail replay --list` shows them." },
  RUN_OF_PROPOSAL: {
    status: 409,
    message: "Run {id} is no replay. Finish it: spendtrail runs apply {proposal} --reason '...'",
  },
  RUN_OVER: { status: 409, message: "Run {id} is over ({state}); there is nothing to resume." },
  PROPOSAL_UNKNOWN: { status: 404, message: "There is no proposal {id}. `spendtrail runs list` shows them." },
  PROPOSAL_REFUSED: {
    status: 409,
    message: "It cannot be applied: {reason}. `spendtrail runs show` says how it stands (docs/runs.md).",
  },
  APPROVER_IS_REQUESTER: {
    status: 403,
    message:
      "This key asked for {id}, and the policy of this deployment is that somebody else approves. Use another person's key.",
  },
  PROPOSAL_MOVED: {
    status: 409,
    message:
      "What {id} was made for has moved since: calls of its scope came in, or another run corrected some, so it would not come to the figures that were proposed. Nothing was written. Propose it again and look at the new figures.",
  },
  RUN_DIFFERS: {
    status: 409,
    message:
      "Run {id} was begun with version {begun} of the adapter {gateway}, and this program has {now}: it would finish the run with other rows. Finish it with the program that began it, or let what it wrote stand and go on from there: spendtrail replay --give-up {id} --reason '...'",
  },
  BATCH_DIFFERS: {
    status: 500,
    message:
      "The unfinished batch of offsets {from} to {to} of {topic}/{partition} would be finished with other rows than it was begun with ({why}). Start the version that began it, let it finish, then go on with this one.",
  },
  SOURCE_REJECTS_JUMPED: {
    status: 503,
    message:
      "{rejected} of the last {records} records of source {source} would be rejected (most often: {reason}), after {before} of those stored in the day before. {topic}/{partition} waits before offset {offset}, nothing of it was written. Mend the source's settings (`spendtrail sources`), the gateway, or the version of this program that was deployed; {goesOn}.",
  },
  INGEST_STALLED: {
    status: 500,
    message:
      "{what} for {seconds} s, while another connection to Kafka is answered. The program ends, so that its supervisor starts it with new connections.",
  },
} as const;
