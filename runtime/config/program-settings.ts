import { z } from "zod";
import { exportDestinations } from "#runtime/config/export-destinations.ts";
import { allowedPlaces, receiverSecrets, receiverSmtp } from "#runtime/config/receiver-settings.ts";
import { setting, text, whole } from "#runtime/config/setting.ts";

const LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
/** A pseudonym of a person can be guessed back by trying names with a short key: 128 bits at least. */
const SALT_BYTES_MIN = 16;

/** The programs of ours: where they listen, what they take in, how the ingester cuts its batches. */
export const PROGRAM_SETTINGS = {
  SPENDTRAIL_DATA_DIR: setting(text, {
    accepts: "a path",
    about: "Where `up` keeps the data, logs and secrets of the servers that it runs itself.",
    fallback: ".spendtrail",
  }),
  SPENDTRAIL_LOG_LEVEL: setting(z.enum(LEVELS), {
    accepts: LEVELS.join(", "),
    about: "What is logged to standard error, one JSON object a line.",
    fallback: "info",
  }),
  SPENDTRAIL_PERSON_SALT: setting(
    z.string().refine((value) => Buffer.byteLength(value) >= SALT_BYTES_MIN),
    {
      accepts: `at least ${SALT_BYTES_MIN} bytes of text; make one with: openssl rand -hex 32`,
      about:
        "The key of the pseudonyms of people. Keep it: with another one the same person is another pseudonym.",
      secret: true,
      required: "by `collect`, `ingest` and `import`",
    },
  ),
  SPENDTRAIL_COLLECTOR_HOST: host("127.0.0.1", "The address that the collector listens on."),
  SPENDTRAIL_COLLECTOR_PORT: port("4318", "The port that the collector listens on; 0 is any free one."),
  SPENDTRAIL_OTLP_GRPC_PORT: setting(z.union([z.literal("off").transform(() => null), whole(0, 65_535)]), {
    accepts: "a port, from 0 to 65535, or off",
    about:
      "The port on which the collector takes OTLP over gRPC, on the same address; 0 is any free one, off is none.",
    fallback: "4317",
  }),
  SPENDTRAIL_COLLECTOR_BODY_BYTES_MAX: setting(whole(1024, 268_435_456), {
    accepts: "bytes, from 1024 to 268435456",
    about: "The largest request body that the collector takes, as sent.",
    fallback: "16777216",
  }),
  SPENDTRAIL_COLLECTOR_INFLATED_BYTES_MAX: setting(whole(1024, 1_073_741_824), {
    accepts: "bytes, from 1024 to 1073741824",
    about: "The largest request body after gzip is undone.",
    fallback: "67108864",
  }),
  SPENDTRAIL_SPOOL_DIR: setting(text, {
    accepts: "a path",
    about:
      "Where the collector keeps records on disk while Kafka is away: one folder a collector, on a disk that outlives it. Not given: `spool` in SPENDTRAIL_DATA_DIR.",
  }),
  SPENDTRAIL_SPOOL_BYTES_MAX: setting(whole(0, 1_099_511_627_776), {
    accepts: "bytes, from 0 to 1099511627776",
    about:
      "What may lie there; above it the collector answers 503. 0: no spool, and 503 as soon as Kafka is away.",
    fallback: "4294967296",
  }),
  SPENDTRAIL_API_HOST: host("127.0.0.1", "The address that the query API listens on."),
  SPENDTRAIL_API_PORT: port("8787", "The port that the query API listens on; 0 is any free one."),
  SPENDTRAIL_HEALTH_HOST: host(
    "127.0.0.1",
    "The address on which `ingest` and `jobs`, which have no doors, tell their health and metrics.",
  ),
  SPENDTRAIL_INGEST_HEALTH_PORT: port(
    "4319",
    "The port of `ingest` for health and metrics; 0 is any free one.",
  ),
  SPENDTRAIL_JOBS_HEALTH_PORT: port("4320", "The port of `jobs` for health and metrics; 0 is any free one."),
  SPENDTRAIL_BACKUP_TO: setting(text, {
    accepts: "a folder, or s3://bucket/prefix with the AWS_* variables set",
    about:
      "Where `jobs` writes every closed hour and the settings to, as `spendtrail backup` does. Not given: no back-up by itself.",
  }),
  SPENDTRAIL_EXPORT_DESTINATIONS: setting(exportDestinations, {
    accepts:
      "a JSON object of folders, S3 buckets, webhooks and e-mail addresses by name, as in docs/exports.md",
    about:
      "Where scheduled exports may go. A schedule names one of them, and can name no folder or address of its own. `jobs` delivers; `api` refuses other names where it is told as well.",
    secret: true,
  }),
  SPENDTRAIL_RECEIVERS_SECRETS: setting(receiverSecrets, {
    accepts: "a JSON object of secrets by name, as in docs/alerts.md",
    about:
      "The secrets that receivers of alerts name: addresses, routing keys, `whsec_` secrets to sign with. `jobs` needs them.",
    secret: true,
  }),
  SPENDTRAIL_RECEIVERS_ALLOW: setting(allowedPlaces, {
    accepts: "hosts and networks, as in alertmanager.internal:9093,10.20.0.0/16",
    about:
      "What receivers of alerts may reach beside public addresses by https on port 443. A host: with http as well, also at a private address, on the port that is said (none: 443 and 80). A network: its addresses, by https on port 443.",
  }),
  SPENDTRAIL_RECEIVERS_SMTP: setting(receiverSmtp, {
    accepts: "a JSON object of host, port, tls, user, password and from, as in docs/alerts.md",
    about: "The mail server for receivers of alerts by e-mail.",
    secret: true,
  }),
  SPENDTRAIL_BATCH_ROWS_MAX: setting(whole(1, 500_000), {
    accepts: "a whole number from 1 to 500000",
    about: "The ingester writes a batch when it holds this many record elements …",
    fallback: "20000",
  }),
  SPENDTRAIL_BATCH_BYTES_MAX: setting(whole(65_536, 268_435_456), {
    accepts: "bytes, from 65536 to 268435456",
    about: "… or this many bytes of records …",
    fallback: "6291456",
  }),
  SPENDTRAIL_BATCH_AGE_MS: setting(whole(50, 600_000), {
    accepts: "milliseconds, from 50 to 600000",
    about: "… or when its first record has waited this long.",
    fallback: "750",
  }),
  SPENDTRAIL_HELD_BYTES_MAX: setting(whole(16_777_216, 4_294_967_296), {
    accepts: "bytes, from 16777216 to 4294967296",
    about:
      "What the ingester holds at most of records that it fetched and has not written, over all its partitions. At least the size of a batch.",
    fallback: "67108864",
  }),
  SPENDTRAIL_BREAKER_REJECT_PERCENT: setting(whole(1, 100), {
    accepts: "a whole number from 1 to 100",
    about:
      "A source of whose latest records more than this many percent would be rejected, and of the day before's less than half as many were, holds its partition up; 100 turns that off.",
    fallback: "50",
  }),
  SPENDTRAIL_BREAKER_HOLD_MS: setting(whole(0, 86_400_000), {
    accepts: "milliseconds, from 0 to 86400000",
    about:
      "How long such a source may hold up a topic that it shares with other sources; on a topic of its own it waits until it is mended.",
    fallback: "900000",
  }),
  SPENDTRAIL_GROUP_SESSION_MS: setting(whole(1_000, 300_000), {
    accepts: "milliseconds, from 1000 to 300000",
    about:
      "How long the consumer group waits for an ingester that is gone without a word before others take its partitions. The broker bounds it (`group.min.session.timeout.ms`, 6000 by default).",
    fallback: "10000",
  }),
  SPENDTRAIL_STALL_MS: setting(whole(5_000, 3_600_000), {
    accepts: "milliseconds, from 5000 to 3600000",
    about:
      "An ingester that is handed nothing for this long, while there are records and Kafka answers, ends for its supervisor; its readiness is off from half of it on.",
    fallback: "60000",
  }),
} as const;

function host<const Host extends string>(fallback: Host, about: string) {
  return setting(z.string().regex(/^[A-Za-z0-9.:_-]{1,253}$/), {
    accepts: "an IP address or a host name",
    about,
    fallback,
  });
}

function port<const Port extends string>(fallback: Port, about: string) {
  return setting(whole(0, 65_535), { accepts: "a port, from 0 to 65535", about, fallback });
}
