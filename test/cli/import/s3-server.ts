import { createHash, createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

export interface S3Server {
  readonly url: string;
  /** Key to content. */
  readonly objects: Map<string, Buffer>;
  /** The keys that were fetched, in order. */
  readonly fetched: string[];
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

/** As much of S3's API as a list (v2), a get and a put need. Every request must bear a right Signature Version 4. */
export async function startS3(): Promise<S3Server> {
  const objects = new Map<string, Buffer>();
  const fetched: string[] = [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "", "http://s3");
    if (!isSigned(request, url)) return refuse(response, 403, "SignatureDoesNotMatch");
    const [, bucket = "", ...rest] = url.pathname.split("/");
    if (bucket === "forbidden") return refuse(response, 403, "AccessDenied");
    if (bucket !== BUCKET) return refuse(response, 404, "NoSuchBucket");
    if (rest.length === 0) return list(url, objects, response);
    const key = decodeURIComponent(rest.join("/"));
    if (request.method === "PUT") return put(request, response, objects, key);
    const content = objects.get(key);
    if (content === undefined) return refuse(response, 404, "NoSuchKey");
    fetched.push(key);
    response.writeHead(200, { "content-type": "application/json", etag: etagOf(content) }).end(content);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the port has a number");
  return {
    url: `http://127.0.0.1:${address.port}`,
    objects,
    fetched,
    close: () =>
      new Promise((closed) => {
        server.closeAllConnections();
        server.close(() => closed());
      }),
  };
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
