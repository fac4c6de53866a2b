import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findJava } from "#embedded/kafka/java.ts";
import { type EmbeddedKafka, startKafka } from "#embedded/kafka.ts";
import { freePort } from "#embedded/ports.ts";
import { makeCertificate, STORE_PASSWORD } from "#test/support/certificate.ts";

export interface SecuredBroker {
  /** Where it asks for TLS and a login. */
  readonly broker: string;
  /** The certificate to trust, PEM. */
  readonly caFile: string;
  stop(): Promise<void>;
}

export const LOGIN = { user: "spendtrail", password: "a-password-with-=-and-," } as const;
/** Kafka's tool for SCRAM splits at commas and equals signs, so a plainer one. */
export const SCRAM_PASSWORD = "a-scram-password";
const MODULES = "org.apache.kafka.common.security";

/** A real broker with TLS and every SASL mechanism that we speak, beside a plain listener for its own tools. */
export async function startSecuredBroker(): Promise<SecuredBroker> {
  const dir = mkdtempSync(join(tmpdir(), "spendtrail-secured-"));
  const { store, caFile } = makeCertificate(dir);
  const securePort = await freePort(0, "the secured listener");
  const kafka = await startKafka({
    dir: join(dir, "kafka"),
    properties: ({ port, controllerPort }) => ({
      listeners: `PLAINTEXT://127.0.0.1:${port},SECURE://127.0.0.1:${securePort},CONTROLLER://127.0.0.1:${controllerPort}`,
      "advertised.listeners": `PLAINTEXT://127.0.0.1:${port},SECURE://127.0.0.1:${securePort}`,
      "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,SECURE:SASL_SSL,CONTROLLER:PLAINTEXT",
      "ssl.keystore.type": "PKCS12",
      "ssl.keystore.location": store,
      "ssl.keystore.password": STORE_PASSWORD,
      ...mechanisms(),
    }),
  });
  addScramUser(kafka);
  return { broker: `127.0.0.1:${securePort}`, caFile, stop: () => kafka.stop() };
}

function mechanisms(): Record<string, string> {
  const secure = "listener.name.secure";
  const jaas = (mechanism: string) => `${secure}.${mechanism}.sasl.jaas.config`;
  return {
    [`${secure}.sasl.enabled.mechanisms`]: "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER",
    [jaas("plain")]: `${MODULES}.plain.PlainLoginModule required user_${LOGIN.user}="${LOGIN.password}";`,
    [jaas("scram-sha-256")]: `${MODULES}.scram.ScramLoginModule required;`,
    [jaas("scram-sha-512")]: `${MODULES}.scram.ScramLoginModule required;`,
    // Takes tokens without a signature: whose they are is the token service's affair, which is the test's here.
    [jaas("oauthbearer")]:
      `${MODULES}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="x";`,
  };
}

/** One mechanism a call: the tool refuses to set two of a user at once. */
function addScramUser(kafka: EmbeddedKafka): void {
  for (const mechanism of ["SCRAM-SHA-256", "SCRAM-SHA-512"]) {
    const credential = `${mechanism}=[password=${SCRAM_PASSWORD}]`;
    const tool = ["-cp", "embedded/kafka/lib/*", "kafka.admin.ConfigCommand", "--bootstrap-server"];
    const change = [
      "--alter",
      "--add-config",
      credential,
      "--entity-type",
      "users",
      "--entity-name",
      LOGIN.user,
    ];
    execFileSync(findJava(process.env), [...tool, kafka.brokers.join(), ...change], { stdio: "pipe" });
  }
}
