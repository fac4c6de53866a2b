import { z } from "zod";
import { failure } from "#core/failure.ts";

export interface OauthClient {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope?: string;
}

const FETCH_MS_MAX = 10_000;
/** A token is renewed this long before it expires, so that none expires on its way to a broker. */
const RENEW_BEFORE_MS = 30_000;
/** RFC 6749, 5.1: `expires_in` is recommended, not required. */
const EXPIRES_S_DEFAULT = 300;

const TokenAnswer = z.object({
  access_token: z.string().min(1).max(65_536),
  expires_in: z.coerce.number().positive().optional(),
});

/**
 * A function that gives a valid token for SASL OAUTHBEARER by the client credentials grant (RFC 6749, 4.4). The
 * token is kept until shortly before it expires; callers at the same time share one fetch; a failed one is
 * forgotten, so the next call tries again.
 *
 * @throws failure KAFKA_TOKEN_REFUSED
 */
export function createOauthToken(client: OauthClient, now: () => number = Date.now): () => Promise<string> {
  let held: { readonly token: Promise<string>; renewAtMs: number } | null = null;
  return () => {
    if (held !== null && now() < held.renewAtMs) return held.token;
    const answer = fetchToken(client);
    const entry = { token: answer.then((value) => value.access_token), renewAtMs: Number.POSITIVE_INFINITY };
    held = entry;
    answer.then(
      (value) => {
        const lifeMs = (value.expires_in ?? EXPIRES_S_DEFAULT) * 1000;
        entry.renewAtMs = now() + Math.max(lifeMs / 2, lifeMs - RENEW_BEFORE_MS);
      },
      () => {
        if (held === entry) held = null;
      },
    );
    return entry.token;
  };
}

async function fetchToken(client: OauthClient): Promise<z.infer<typeof TokenAnswer>> {
  const host = URL.parse(client.tokenUrl)?.host ?? client.tokenUrl;
  try {
    const form = new URLSearchParams({ grant_type: "client_credentials" });
    if (client.scope !== undefined) form.set("scope", client.scope);
    // RFC 6749, 2.3.1: both parts are form-encoded before they are joined.
    const login = `${encodeURIComponent(client.clientId)}:${encodeURIComponent(client.clientSecret)}`;
    const response = await fetch(client.tokenUrl, {
      method: "POST",
      headers: {
        authorization: `Basic ${Buffer.from(login).toString("base64")}`,
        accept: "application/json",
      },
      body: form,
      redirect: "error",
      signal: AbortSignal.timeout(FETCH_MS_MAX),
    });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return TokenAnswer.parse(await response.json());
  } catch (error) {
    throw failure(
      "KAFKA_TOKEN_REFUSED",
      {
        host,
        reason: error instanceof z.ZodError ? "no access_token in the answer" : (error as Error).message,
      },
      error,
    );
  }
}
