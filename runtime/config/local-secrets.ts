import { randomBytes } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { failure } from "#core/failure.ts";

const Secret = z.string().regex(/^[0-9a-f]{64}$/);
const LocalSecrets = z.strictObject({
  clickhouse_admin_password: Secret,
  clickhouse_ingest_password: Secret,
  clickhouse_api_password: Secret,
  clickhouse_api_all_password: Secret,
  person_salt: Secret,
});
export type LocalSecrets = Readonly<z.infer<typeof LocalSecrets>>;

/**
 * The random passwords and the salt of a data folder, made on first use in `<dataDir>/secrets.json`, readable by
 * the owner alone. Two programs that start at once end with the same ones: the file is written under another name
 * and linked into place, which fails where one is there already.
 *
 * @throws failure SECRETS_UNREADABLE
 */
export function ensureLocalSecrets(dataDir: string): LocalSecrets {
  const path = join(dataDir, "secrets.json");
  try {
    return readSecrets(path) ?? createSecrets(dataDir, path);
  } catch (error) {
    // A parse error would quote what it read; the reason must not show a secret.
    const reason =
      error instanceof z.ZodError
        ? "not the expected keys"
        : error instanceof SyntaxError
          ? "not JSON"
          : (error as Error).message;
    throw failure("SECRETS_UNREADABLE", { path, reason }, error instanceof SyntaxError ? undefined : error);
  }
}

function readSecrets(path: string): LocalSecrets | null {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  return LocalSecrets.parse(JSON.parse(text));
}

function createSecrets(dataDir: string, path: string): LocalSecrets {
  const secret = () => randomBytes(32).toString("hex");
  const secrets: LocalSecrets = {
    clickhouse_admin_password: secret(),
    clickhouse_ingest_password: secret(),
    clickhouse_api_password: secret(),
    clickhouse_api_all_password: secret(),
    person_salt: secret(),
  };
  mkdirSync(dataDir, { recursive: true });
  const draft = `${path}.${randomBytes(6).toString("hex")}`;
  const handle = openSync(draft, "wx", 0o600);
  try {
    writeSync(handle, `${JSON.stringify(secrets, null, 2)}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  try {
    linkSync(draft, path);
    return secrets;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return LocalSecrets.parse(JSON.parse(readFileSync(path, "utf8")));
  } finally {
    unlinkSync(draft);
  }
}
