import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findJava } from "#embedded/kafka/java.ts";

export const STORE_PASSWORD = "only-for-this-file";

/** A key and a certificate that signs itself, by the JDK's own tool. */
export function makeCertificate(dir: string): {
  /** PKCS#12, with the key. */
  readonly store: string;
  /** PEM, to trust. */
  readonly caFile: string;
} {
  const keytool = javaTool("keytool");
  const store = join(dir, "broker.p12");
  const access = ["-keystore", store, "-storepass", STORE_PASSWORD, "-alias", "broker"];
  const subject = ["-dname", "CN=127.0.0.1", "-ext", "SAN=ip:127.0.0.1"];
  execFileSync(
    keytool,
    ["-genkeypair", "-keyalg", "EC", "-validity", "30", "-storetype", "PKCS12", ...subject, ...access],
    { stdio: "pipe" },
  );
  const caFile = join(dir, "ca.pem");
  writeFileSync(caFile, execFileSync(keytool, ["-exportcert", "-rfc", ...access], { stdio: "pipe" }));
  if (!readFileSync(caFile, "utf8").includes("BEGIN CERTIFICATE"))
    throw new Error("keytool gave no certificate");
  return { store, caFile };
}

/** A tool that comes with `java`, wherever that is installed: not every machine has all of them on its path. */
function javaTool(name: string): string {
  const { stderr } = spawnSync(findJava(process.env), ["-XshowSettings:properties", "-version"], {
    encoding: "utf8",
  });
  const home = /java\.home = (.+)/.exec(stderr)?.[1]?.trim();
  if (home === undefined) throw new Error("java does not say where it is installed");
  return join(home, "bin", name);
}
