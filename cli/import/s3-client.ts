import { hash } from "node:crypto";
import { Readable } from "node:stream";
import { AwsClient } from "aws4fetch";
import { uploadFile } from "#cli/import/s3-upload.ts";
import { failure } from "#core/failure.ts";

export interface S3Object {
  readonly key: string;
  readonly etag: string;
  readonly bytes: number;
}

export interface S3 {
  /** In the order of their keys, a page at a time. */
  list(bucket: string, prefix: string): AsyncIterable<S3Object>;
  get(bucket: string, key: string): Promise<Readable>;
  /** The whole object; null when there is none. */
  read(bucket: string, key: string): Promise<Buffer | null>;
  /** S3 puts an object whole or not at all. `isNew`: only where none is yet; false when one is. */
  put(bucket: string, key: string, content: Buffer, isNew?: boolean): Promise<boolean>;
  /** A file of any size, a part of it in memory at a time; the object is there when all of it is. */
  upload(bucket: string, key: string, path: string, signal: AbortSignal, partBytes?: number): Promise<void>;
}

const RETRIES = 4;
const LIST_MS_MAX = 60_000;

/**
 * An S3 API by the variables that every AWS tool reads: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN,
 * AWS_REGION (or AWS_DEFAULT_REGION) and, for another server, AWS_ENDPOINT_URL_S3 (or AWS_ENDPOINT_URL).
 * @throws failure IMPORT_S3_REFUSED, also from both functions
 */
export function createS3(env: NodeJS.ProcessEnv): S3 {
  const accessKeyId = env["AWS_ACCESS_KEY_ID"];
  const secretAccessKey = env["AWS_SECRET_ACCESS_KEY"];
  if (!accessKeyId || !secretAccessKey)
    throw failure("IMPORT_S3_REFUSED", {
      what: "to be asked",
      reason: "there are no credentials",
      advice: "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and AWS_SESSION_TOKEN for temporary ones.",
    });
  const region = env["AWS_REGION"] || env["AWS_DEFAULT_REGION"] || "us-east-1";
  const endpoint =
    env["AWS_ENDPOINT_URL_S3"] || env["AWS_ENDPOINT_URL"] || `https://s3.${region}.amazonaws.com`;
  const sessionToken = env["AWS_SESSION_TOKEN"];
  const client = new AwsClient({
    ...{ accessKeyId, secretAccessKey, region, service: "s3", retries: RETRIES },
    ...(sessionToken ? { sessionToken } : {}),
  });
  const ask: Ask = (path, what, signal, { accepts = [], ...request } = {}) =>
    answered(what, endpoint, accepts, () =>
      client.fetch(`${endpoint.replace(/\/+$/, "")}/${path}`, {
        // A redirect would take the signature to another host, where it is wrong.
        redirect: "manual",
        ...request,
        ...(signal === undefined ? {} : { signal }),
      }),
    );
  return {
    list: (bucket, prefix) => pages(bucket, prefix, ask),
    get: async (bucket, key) => {
      const response = await ask(`${bucket}/${encodeKey(key)}`, `s3://${bucket}/${key}`);
      return response.body === null ? Readable.from([]) : Readable.fromWeb(response.body);
    },
    read: async (bucket, key) => {
      const signal = AbortSignal.timeout(OBJECT_MS_MAX);
      const response = await ask(
        `${bucket}/${encodeKey(key)}`,
        `s3://${bucket}/${key}`,
        signal,
        MAY_BE_ABSENT,
      );
      return response.status === 404 ? null : Buffer.from(await response.arrayBuffer());
    },
    put: async (bucket, key, content, isNew = false) => {
      const headers = {
        // The server compares it with what arrives.
        "x-amz-content-sha256": hash("sha256", content, "hex"),
        ...(isNew ? { "if-none-match": "*" } : {}),
      };
      const request = { method: "PUT", headers, body: new Uint8Array(content), accepts: isNew ? TAKEN : [] };
      const signal = AbortSignal.timeout(OBJECT_MS_MAX);
      const response = await ask(
        `${bucket}/${encodeKey(key)}`,
        `to take s3://${bucket}/${key}`,
        signal,
        request,
      );
      return response.ok;
    },
    upload: (bucket, key, path, signal, partBytes) => {
      const [address, what] = [`${bucket}/${encodeKey(key)}`, `to take s3://${bucket}/${key}`];
      return uploadFile(ask, { address, what, path, ...(partBytes ? { partBytes } : {}) }, signal);
    },
  };
}

/** For an object that is read or written whole. */
const OBJECT_MS_MAX = 120_000;
const MAY_BE_ABSENT = { accepts: [["404", "NoSuchKey"]] } as const;
/** What a conditional write answers where something stands. */
const TAKEN = [["412", "PreconditionFailed"]] as const;

/** A signed request that is answered well, or is a failure that says what to do. */
export type Ask = (
  path: string,
  what: string,
  signal?: AbortSignal,
  request?: {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: Uint8Array<ArrayBuffer>;
    /** Status and code of refusals that are answers. */
    readonly accepts?: readonly (readonly [status: string, code: string])[];
  },
) => Promise<Response>;

async function* pages(bucket: string, prefix: string, ask: Ask): AsyncGenerator<S3Object> {
  let token: string | null = null;
  do {
    const query = new URLSearchParams({ "list-type": "2", "encoding-type": "url", prefix });
    if (token !== null) query.set("continuation-token", token);
    // A signature is made of %20, never of a form's plus.
    const text = String(query).replaceAll("+", "%20");
    const what = `the list of s3://${bucket}/${prefix}`;
    const response = await ask(`${bucket}?${text}`, what, AbortSignal.timeout(LIST_MS_MAX));
    const xml = await response.text();
    for (const [, contents = ""] of xml.matchAll(/<Contents>([\s\S]*?)<\/Contents>/g)) {
      const key = decodeURIComponent(member(contents, "Key").replaceAll("+", " "));
      yield { key, etag: member(contents, "ETag"), bytes: Number(member(contents, "Size")) };
    }
    token = member(xml, "IsTruncated") === "true" ? member(xml, "NextContinuationToken") : null;
  } while (token !== null && token !== "");
}

async function answered(
  what: string,
  endpoint: string,
  accepts: readonly (readonly [status: string, code: string])[],
  send: () => Promise<Response>,
): Promise<Response> {
  let response: Response;
  try {
    response = await send();
  } catch (error) {
    const cause = (error as Error).cause as NodeJS.ErrnoException | undefined;
    const reason = `${endpoint} cannot be reached: ${cause?.code ?? (error as Error).message}`;
    throw failure(
      "IMPORT_S3_REFUSED",
      { what, reason, advice: "See AWS_ENDPOINT_URL_S3 and AWS_REGION." },
      error,
    );
  }
  if (response.ok) return response;
  const code = member(await response.text(), "Code") || `status ${response.status}`;
  if (accepts.some(([status, name]) => status === String(response.status) && name === code)) return response;
  const region = response.headers.get("x-amz-bucket-region");
  const advice =
    region !== null && response.status !== 404 && response.status !== 403
      ? `The bucket is in ${region}: set AWS_REGION to it.`
      : (ADVICE[code] ?? ADVICE[String(response.status)] ?? "Try again later.");
  throw failure("IMPORT_S3_REFUSED", { what, reason: `${response.status} ${code}`, advice });
}

const CREDENTIALS = "Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.";
/** By the code of S3's error responses, else by status. */
const ADVICE: Readonly<Record<string, string>> = {
  SignatureDoesNotMatch: CREDENTIALS,
  InvalidAccessKeyId: CREDENTIALS,
  ExpiredToken: "The session has expired: get new credentials.",
  "403": "Give these credentials s3:ListBucket on the bucket and s3:GetObject on its objects.",
  NoSuchBucket: "Check the bucket's name.",
  NoSuchKey: "It was removed while the import ran; import again.",
  "404": "Check the bucket's name.",
  "301": "Set AWS_REGION to the bucket's region.",
};

/** The text of the first element of that name; the five entities of XML undone. */
function member(xml: string, name: string): string {
  const text = new RegExp(`<${name}>([\\s\\S]*?)</${name}>`).exec(xml)?.[1] ?? "";
  return text
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&#34;", '"')
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}

function encodeKey(key: string): string {
  return key.split("/").map(encodeURIComponent).join("/");
}
