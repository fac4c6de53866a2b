import { lookup } from "node:dns/promises";
import { type IncomingMessage, type RequestOptions, request as requestPlain } from "node:http";
import { request as requestTls } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { Failure, failure } from "#core/failure.ts";
import type { AllowedPlace } from "#runtime/config/receiver-settings.ts";
import { createPlaceCheck } from "#runtime/outbound/allowed-place.ts";

/** From the first look-up to the status; the standard for webhooks says 15 to 30 s. */
const ANSWER_MS_MAX = 20_000;
/** Of an answer so much is read, and for so long: what counts is its status. */
const BODY_BYTES_MAX = 65_536;
const BODY_MS_MAX = 2_000;

export interface Post {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  /** What `retry-after` asks for; null: nothing that could be read. */
  readonly retryAfterMs: number | null;
  /** The beginning of its body, for the one who tries the receiver by hand; never kept. */
  readonly excerpt: string;
}

export type GuardedPost = (post: Post, signal: AbortSignal) => Promise<Answer>;

/**
 * Sends to addresses that other people may set, without letting them reach what only this machine can: the host is
 * looked up once, its addresses are checked, and the connection is made to one that was checked. Redirects are not
 * followed. No proxy of the environment is used.
 *
 * @param options.resolve addresses of a host; the system's look-up unless a test says otherwise
 * @param options.ca certificates to trust beside Node's own; NODE_EXTRA_CA_CERTS is the operator's way
 * @throws failures RECEIVER_PLACE_REFUSED, RECEIVER_UNREACHABLE; an answer of any status is a value
 */
export function createGuardedPost(options: {
  readonly allow: readonly AllowedPlace[];
  readonly clock: () => Date;
  readonly resolve?: (host: string) => Promise<readonly string[]>;
  readonly ca?: string;
  readonly answerMsMax?: number;
}): GuardedPost {
  const { allow, clock, resolve = addressesOf, ca, answerMsMax = ANSWER_MS_MAX } = options;
  const check = createPlaceCheck(allow);
  return async (post, signal) => {
    const { url, host, port, checkAddresses } = check(post.url);
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(answerMsMax)]);
    try {
      const addresses = isIP(host) === 0 ? await unlessAborted(resolve(host), deadline) : [host];
      checkAddresses(addresses);
      const [address] = addresses;
      if (address === undefined) throw new Error("the host has no address");
      const isTls = url.protocol === "https:";
      const response = await connect(isTls ? requestTls : requestPlain, post.body, {
        ...{ protocol: url.protocol, host, port, path: `${url.pathname}${url.search}`, method: "POST" },
        headers: {
          ...{ host: url.host, "user-agent": "spendtrail", ...post.headers },
          "content-length": String(Buffer.byteLength(post.body)),
        },
        // The checked address and no second look-up; a connection of its own, so that none is taken from a pool.
        lookup: pinned(address),
        agent: false,
        signal: deadline,
        ...(isTls && isIP(host) === 0 ? { servername: host } : {}),
        ...(ca === undefined ? {} : { ca }),
      });
      const excerpt = await beginning(response);
      const retryAfterMs = readRetryAfter(response.headers["retry-after"], clock().getTime());
      return { status: response.statusCode ?? 0, retryAfterMs, excerpt };
    } catch (error) {
      if (signal.aborted || error instanceof Failure) throw error;
      const reason = deadline.aborted ? `no answer within ${answerMsMax} ms` : reasonOf(error);
      throw failure("RECEIVER_UNREACHABLE", { place: url.origin, reason }, error);
    }
  };
}

async function addressesOf(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

function pinned(address: string): LookupFunction {
  const family = isIP(address);
  return (_host, options, callback) =>
    options.all ? callback(null, [{ address, family }]) : callback(null, address, family);
}

/** Resolves with the head of the answer; its body is for the caller to read or to drop. */
function connect(
  request: typeof requestTls,
  body: string,
  options: RequestOptions,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request(options, resolve);
    sent.on("error", reject);
    sent.end(body);
  });
}

/** The status has been heard, so nothing that the body does can be a failure any more. */
function beginning(response: IncomingMessage): Promise<string> {
  return new Promise((over) => {
    const pieces: Buffer[] = [];
    let bytes = 0;
    const end = () => {
      clearTimeout(timer);
      response.destroy();
      over(Buffer.concat(pieces).subarray(0, BODY_BYTES_MAX).toString("utf8"));
    };
    const timer = setTimeout(end, BODY_MS_MAX);
    response.on("data", (piece: Buffer) => {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes >= BODY_BYTES_MAX) end();
    });
    response.on("end", end).on("error", end).on("close", end);
  });
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
function readRetryAfter(text: string | undefined, nowMs: number): number | null {
  if (text === undefined) return null;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs);
}

/** A look-up cannot be broken off; it is left to itself. */
function unlessAborted<Value>(found: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error);
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    found.then(resolve, reject);
  });
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}
