import { z } from "zod";
import { brokerList, flag, setting, text, topicName, url, whole } from "#runtime/config/setting.ts";

const MECHANISMS = ["plain", "scram-sha-256", "scram-sha-512", "oauthbearer"] as const;
const pem = z.string().includes("-----BEGIN ");

/** How to reach Kafka, and the topics of ours on it. */
export const KAFKA_SETTINGS = {
  KAFKA_BROKERS: setting(brokerList, {
    accepts: "host:port, several separated by commas",
    about: "The brokers to ask first. Without it `spendtrail up` runs a Kafka of its own.",
    required: "by every program but `up` and `migrate`",
  }),
  KAFKA_CLIENT_ID: setting(z.string().regex(/^[A-Za-z0-9._-]{1,100}$/), {
    accepts: "letters, digits, '.', '_' and '-', at most 100",
    about: "The name by which the brokers log and limit these programs.",
    fallback: "spendtrail",
  }),
  KAFKA_SASL_MECHANISM: setting(z.enum(MECHANISMS), {
    accepts: MECHANISMS.join(", "),
    about: "How to log in. Without it the programs do not.",
  }),
  KAFKA_SASL_USERNAME: setting(text, {
    accepts: "text",
    about: "The user for plain and scram.",
    required: "with plain and scram",
  }),
  KAFKA_SASL_PASSWORD: setting(text, {
    accepts: "text",
    about: "That user's password.",
    secret: true,
    required: "with plain and scram",
  }),
  KAFKA_OAUTH_TOKEN_URL: setting(url, {
    accepts: "an http or https URL",
    about: "Where a token is fetched with the client credentials grant (RFC 6749, 4.4).",
    required: "with oauthbearer",
  }),
  KAFKA_OAUTH_CLIENT_ID: setting(text, {
    accepts: "text",
    about: "The client's id at the token service.",
    required: "with oauthbearer",
  }),
  KAFKA_OAUTH_CLIENT_SECRET: setting(text, {
    accepts: "text",
    about: "The client's secret at the token service.",
    secret: true,
    required: "with oauthbearer",
  }),
  KAFKA_OAUTH_SCOPE: setting(text, { accepts: "text", about: "The scope to ask for, where one is due." }),
  KAFKA_TLS: setting(flag, {
    accepts: "true or false",
    about: "Whether to speak TLS. The brokers' certificates are always verified.",
    fallback: "false",
  }),
  KAFKA_TLS_CA: setting(pem, {
    accepts: "a PEM certificate, or several",
    about: "Whom to trust, instead of the authorities that the system knows.",
    file: true,
  }),
  KAFKA_TLS_CERT: setting(pem, {
    accepts: "a PEM certificate",
    about: "Our own certificate, where the brokers ask for one.",
    file: true,
  }),
  KAFKA_TLS_KEY: setting(pem, {
    accepts: "a PEM key",
    about: "The key of our certificate.",
    secret: true,
    required: "with KAFKA_TLS_CERT",
  }),
  SPENDTRAIL_TOPIC_RECORDS: topic("Raw gateway records.", "spendtrail.records"),
  SPENDTRAIL_TOPIC_REJECTS: topic("Records that could not be understood.", "spendtrail.rejects"),
  SPENDTRAIL_TOPIC_SETTINGS: topic(
    "Changes of sources, keys, prices and gaps; one partition.",
    "spendtrail.settings",
  ),
  SPENDTRAIL_TOPIC_ACTS: topic("What was done to the system itself; one partition.", "spendtrail.acts"),
  SPENDTRAIL_TOPIC_BATCHES: topic("One message per written batch; one partition.", "spendtrail.batches"),
  SPENDTRAIL_TOPIC_BUDGET_STATE: topic(
    "How budgets stand, by scope, for whoever asks and for gateways; one partition, compacted.",
    "spendtrail.budget-state",
  ),
  SPENDTRAIL_TOPIC_PARTITIONS: setting(whole(1, 1000), {
    accepts: "a whole number from 1 to 1000",
    about: "Partitions of the records and rejects topics when they are made. The programs scale by them.",
    fallback: "4",
  }),
  SPENDTRAIL_REPLICATION_FACTOR: setting(whole(1, 9), {
    accepts: "a whole number from 1 to 9",
    about: "Replicas of each topic when it is made. By default 3, and 1 on a Kafka that `up` runs itself.",
  }),
} as const;

function topic<const Name extends string>(about: string, fallback: Name) {
  return setting(topicName, {
    accepts: "a topic name: letters, digits, '.', '_' and '-', at most 249",
    about,
    fallback,
  });
}
