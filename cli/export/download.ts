import { createHash, randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { access, link, rm } from "node:fs/promises";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Access as ApiAccess } from "#cli/export/export-access.ts";
import { failure } from "#core/failure.ts";

/** A connection on which nothing comes for so long is taken for broken. */
const SILENCE_MS_MAX = 120_000;
const PROBLEM_BYTES_MAX = 1 << 20;

export interface Downloaded {
  readonly bytes: number;
  readonly sha256: string;
  /** What the export was fixed to. */
  readonly asOf: string;
  /** The manifest behind the file; null: it was too long for a trailer. */
  readonly manifest: unknown;
}

/**
 * Downloads an export to a new file and checks it by what follows it. It has another name until it is whole, so that one
 * that broke off, also by Ctrl-C, is never taken for it. Node's own client and not `fetch`, which shows no trailers.
 *
 * @throws failure EXPORT_INCOMPLETE, EXPORT_FILE_UNWRITABLE, API_REFUSED, API_UNREACHABLE
 */
export async function download(
  { base, key }: ApiAccess,
  url: URL,
  file: string,
  progress: (bytes: number) => void,
): Promise<Downloaded> {
  // Of its own, also where two come at once: each checks only what it wrote itself.
  const draft = `${file}.${randomUUID().slice(0, 8)}.part`;
  const unwritable = (error: unknown) =>
    failure("EXPORT_FILE_UNWRITABLE", { file, reason: reasonOf(error) }, error);
  if (
    await access(file).then(
      () => true,
      () => false,
    )
  )
    throw unwritable({ code: "EEXIST" });
  const answer = await open(url, key).catch((error: unknown) => {
    throw failure("API_UNREACHABLE", { url: base, reason: reasonOf(error) }, error);
  });
  if (answer.statusCode !== 200)
    throw failure("API_REFUSED", { status: answer.statusCode ?? 0, reason: await problemOf(answer) });
  const hash = createHash("sha256");
  let bytes = 0;
  const noted = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      hash.update(chunk);
      bytes += chunk.length;
      progress(bytes);
      done(null, chunk);
    },
  });
  const target = createWriteStream(draft, { flags: "wx" });
  let opened = false;
  target.once("open", () => {
    opened = true;
  });
  const broken = async (reason: string, cause?: unknown) => {
    if (!opened) return failure("EXPORT_FILE_UNWRITABLE", { file, reason }, cause);
    await rm(draft, { force: true });
    return failure("EXPORT_INCOMPLETE", { file, bytes, reason }, cause);
  };
  try {
    await pipeline(answer, noted, target);
  } catch (error) {
    throw await broken(reasonOf(error), error);
  }
  const sha256 = hash.digest("hex");
  const { "spendtrail-sha256": told, "spendtrail-manifest": manifest } = answer.trailers;
  if (told === undefined) throw await broken("it has no trailers");
  if (told !== sha256) throw await broken(`its SHA-256 is ${sha256}, and ${told} was sent`);
  // Unlike a renaming, this writes over nothing that came there meanwhile.
  await link(draft, file).catch((error: unknown) => {
    throw unwritable(error);
  });
  await rm(draft);
  return {
    bytes,
    sha256,
    asOf: String(answer.headers["spendtrail-as-of"]),
    manifest: manifest ? JSON.parse(Buffer.from(manifest, "base64url").toString()) : null,
  };
}

function open(url: URL, key: string): Promise<IncomingMessage> {
  const request = url.protocol === "https:" ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      { headers: { authorization: `Bearer ${key}` }, timeout: SILENCE_MS_MAX },
      resolve,
    );
    asked.once("timeout", () => asked.destroy(new Error(`nothing came for ${SILENCE_MS_MAX / 1000} s`)));
    asked.once("error", reject);
    asked.end();
  });
}

async function problemOf(answer: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of answer) {
    text += String(chunk);
    if (text.length > PROBLEM_BYTES_MAX) break;
  }
  try {
    return String((JSON.parse(text) as { detail?: string }).detail ?? "no reason");
  } catch {
    return "no reason";
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}
