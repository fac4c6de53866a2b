import { createHash, createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

export interface S3Server {
  readonly url: string;
  /** Key to content. */
  readonly objects: Map<string, Buffer>;
  /** The keys that were fetched, in order. */
  readonly fetched: string[];
  /** Uploads in parts that are neither put together nor taken back, by their ids. */
  readonly uploads: Map<string, Map<number, Buffer>>;
  /** What is done to a request before it is answered; a status refuses it. */
  spoil: (request: IncomingMessage, url: URL) => number | null;
  close(): Promise<void>;
}

const [BUCKET, REGION] = ["invocation-logs", "eu-central-1"];
export const S3_KEYS = {
  AWS_ACCESS_KEY_ID: "AKIAEXAMPLEEXAMPLE01",
  AWS_SECRET_ACCESS_KEY: "a/secret+of/the+test",
  AWS_SESSION_TOKEN: "a-session-of-the-test",
  AWS_REGION: REGION,
};
const PAGE_KEYS = 2;

/** As much of S3's API as a list (v2), a get, a put and an upload in parts need. Every request must bear a right Signature Version 4. */
export async function startS3(): Promise<S3Server> {
  const objects = new Map<string, Buffer>();
  const fetched: string[] = [];
  const uploads: S3Server["uploads"] = new Map();
  const state = { spoil: (() => null) as S3Server["spoil"] };
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "", "http://s3");
    if (!isSigned(request, url)) return refuse(response, 403, "SignatureDoesNotMatch");
    const [, bucket = "", ...rest] = url.pathname.split("/");
    if (bucket === "forbidden") return refuse(response, 403, "AccessDenied");
    if (bucket !== BUCKET) return refuse(response, 404, "NoSuchBucket");
    if (rest.length === 0) return list(url, objects, response);
    const key = decodeURIComponent(rest.join("/"));
    const spoiled = state.spoil(request, url);
    if (spoiled !== null) return refuse(response, spoiled, "SlowDown");
    if (url.searchParams.has("uploads") || url.searchParams.has("uploadId"))
      return upload(request, response, url, { objects, uploads, key });
    if (request.method === "PUT") return put(request, response, objects, key);
    const content = objects.get(key);
    if (content === undefined) return refuse(response, 404, "NoSuchKey");
    fetched.push(key);
    response.writeHead(200, { "content-type": "application/json", etag: etagOf(content) }).end(content);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the port has a number");
  return Object.assign(state, {
    url: `http://127.0.0.1:${address.port}`,
    objects,
    fetched,
    uploads,
    close: () =>
      new Promise<void>((closed) => {
        server.closeAllConnections();
        server.close(() => closed());
      }),
  });
}

function list(url: URL, objects: ReadonlyMap<string, Buffer>, response: ServerResponse): void {
  const prefix = url.searchParams.get("prefix") ?? "";
  const after = url.searchParams.get("continuation-token") ?? "";
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  const rest = keys.filter((key) => key > after);
  const page = rest.slice(0, PAGE_KEYS);
  const contents = page.map((key) => {
    const content = objects.get(key) ?? Buffer.alloc(0);
    const encoded = encodeURIComponent(key).replaceAll("%2F", "/");
    return `<Contents><Key>${encoded}</Key><ETag>${etagOf(content).replaceAll('"', "&quot;")}</ETag><Size>${content.length}</Size></Contents>`;
  });
  const isTruncated = rest.length > page.length;
  const next = isTruncated ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : "";
  response
    .writeHead(200, { "content-type": "application/xml" })
    .end(
      `<?xml version="1.0"?><ListBucketResult><IsTruncated>${isTruncated}</IsTruncated>${next}${contents.join("")}</ListBucketResult>`,
    );
}

async function put(
  request: IncomingMessage,
  response: ServerResponse,
  objects: Map<string, Buffer>,
  key: string,
): Promise<void> {
  const content = Buffer.concat(await request.toArray());
  if (createHash("sha256").update(content).digest("hex") !== request.headers["x-amz-content-sha256"])
    return refuse(response, 400, "XAmzContentSHA256Mismatch");
  if (request.headers["if-none-match"] === "*" && objects.has(key))
    return refuse(response, 412, "PreconditionFailed");
  objects.set(key, content);
  response.writeHead(200).end();
}

/** CreateMultipartUpload, UploadPart, CompleteMultipartUpload and AbortMultipartUpload. */
async function upload(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  { objects, uploads, key }: Pick<S3Server, "objects" | "uploads"> & { readonly key: string },
): Promise<void> {
  const content = Buffer.concat(await request.toArray());
  const id = url.searchParams.get("uploadId") ?? `upload-${uploads.size + 1}`;
  if (url.searchParams.has("uploads")) {
    uploads.set(id, new Map());
    response
      .writeHead(200)
      .end(`<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`);
    return;
  }
  const parts = uploads.get(id);
  if (parts === undefined) return refuse(response, 404, "NoSuchUpload");
  if (request.method === "DELETE") {
    uploads.delete(id);
    response.writeHead(204).end();
    return;
  }
  if (createHash("sha256").update(content).digest("hex") !== request.headers["x-amz-content-sha256"])
    return refuse(response, 400, "XAmzContentSHA256Mismatch");
  if (request.method === "PUT") {
    parts.set(Number(url.searchParams.get("partNumber")), content);
    response.writeHead(200, { etag: etagOf(content) }).end();
    return;
  }
  const named = [...content.toString().matchAll(/<PartNumber>(\d+)<\/PartNumber><ETag>([^<]+)<\/ETag>/g)];
  const held = named.map(([, number, etag]) => {
    const part = parts.get(Number(number));
    return part !== undefined && etagOf(part) === etag ? part : null;
  });
  // S3 answers 200 first and may still say no in the body.
  if (held.includes(null) || held.length !== parts.size) {
    response.writeHead(200).end("<Error><Code>InvalidPart</Code></Error>");
    return;
  }
  objects.set(key, Buffer.concat(held as Buffer[]));
  uploads.delete(id);
  response.writeHead(200).end("<CompleteMultipartUploadResult/>");
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status).end(`<Error><Code>${code}</Code></Error>`);
}

const etagOf = (content: Buffer): string => `"${createHash("md5").update(content).digest("hex")}"`;

/** AWS General Reference, "Signature Version 4": built here anew from the request as it came. */
function isSigned(request: IncomingMessage, url: URL): boolean {
  const header = request.headers.authorization ?? "";
  const [, id, day, region, names = "", signature] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      header,
    ) ?? [];
  if (id !== S3_KEYS.AWS_ACCESS_KEY_ID || region !== REGION || day === undefined) return false;
  if (request.headers["x-amz-security-token"] !== S3_KEYS.AWS_SESSION_TOKEN) return false;
  const signed = names.split(";");
  if (!["host", "x-amz-date", "x-amz-security-token"].every((name) => signed.includes(name))) return false;
  const strict = (text: string) =>
    encodeURIComponent(text).replace(
      /[!'()*]/g,
      (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  const path = decodeURIComponent(url.pathname).split("/").map(strict).join("/");
  const query = [...url.searchParams].map(([name, value]) => `${strict(name)}=${strict(value)}`).sort();
  const canonical = [
    ...[request.method, path, query.join("&")],
    ...signed.map((name) => `${name}:${String(request.headers[name]).trim()}`),
    ...["", names, request.headers["x-amz-content-sha256"]],
  ].join("\n");
  const scope = `${day}/${region}/s3/aws4_request`;
  const digest = createHash("sha256").update(canonical).digest("hex");
  const text = ["AWS4-HMAC-SHA256", request.headers["x-amz-date"], scope, digest].join("\n");
  const hmac = (key: string | Buffer, data: string) => createHmac("sha256", key).update(data).digest();
  const key = [day, REGION, "s3", "aws4_request"].reduce<Buffer>(
    hmac,
    Buffer.from(`AWS4${S3_KEYS.AWS_SECRET_ACCESS_KEY}`),
  );
  return hmac(key, text).toString("hex") === signature;
}
