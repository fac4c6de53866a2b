/**
 * What a member's name alone says of its value, at any depth and in any gateway:
 * `credential`: every string and number in it goes. `credential_text`: every string (names that counts share,
 * such as `token`). `key_or_hash`: LiteLLM's `api_key`, which holds a key in requests and a hash in logs, so only
 * what looks like a key goes.
 */
export type NameClass = "none" | "credential" | "credential_text" | "key_or_hash";

/** `key` in lower case; `inHeaders` when the enclosing member maps header or query names to values. */
export function classOfName(key: string, inHeaders: boolean): NameClass {
  const bare = key.replaceAll(/[-_. ]/g, "");
  if (key.startsWith("x-goog-") || key.startsWith("x_goog_")) return "credential";
  if (bare.endsWith("apikey")) return inHeaders || !key.endsWith("api_key") ? "credential" : "key_or_hash";
  if (CREDENTIAL.has(bare) || CREDENTIAL_ENDS.some((end) => bare.endsWith(end))) return "credential";
  if (bare === "token" || TOKEN_ENDS.some((end) => bare.endsWith(end))) return "credential_text";
  if (inHeaders && !HARMLESS_IN_HEADERS.has(bare) && HEADER_ENDS.some((end) => bare.endsWith(end))) {
    return "credential";
  }
  return "none";
}

/** Whether a member of this name (in lower case) maps header or query names to values. */
export function isHeaderMap(parent: string): boolean {
  return (
    parent.endsWith("headers") || parent === "header" || parent.endsWith("querystring") || parent === "query"
  );
}

const CREDENTIAL = new Set(["authorization", "cookie", "cookies", "credentials", "pwd", "secret", "secrets"]);
const CREDENTIAL_ENDS = [
  "authorization", // proxy-, x-, x-forwarded-
  "setcookie",
  "password",
  "passwd",
  "passphrase",
  "secret", // client_secret, webhook-secret
  "secretkey",
  "secretaccesskey",
  "privatekey",
  "signingkey",
  "masterkey",
  "subscriptionkey", // Azure API Management
  "vertexcredentials",
];
const TOKEN_ENDS = [
  "accesstoken",
  "authtoken",
  "apitoken",
  "bearertoken",
  "csrftoken",
  "idtoken",
  "privatetoken",
  "refreshtoken",
  "secrettoken",
  "securitytoken", // x-amz-security-token
  "sessiontoken",
  "vaulttoken",
  "xsrftoken",
];
/** Among headers these endings always name a secret, bar a few that everyone knows. */
const HEADER_ENDS = ["key", "token", "secret", "auth", "signature"];
const HARMLESS_IN_HEADERS = new Set(["idempotencykey", "xidempotencykey", "secwebsocketkey", "surrogatekey"]);

/** Names that mark the next string of a flat list of headers (`["Authorization", "Bearer …"]`) as a secret. */
export function isCredentialHeader(text: string): boolean {
  return CREDENTIAL_HEADERS.has(text.toLowerCase());
}

const CREDENTIAL_HEADERS = new Set([
  "authorization",
  "proxy-authorization",
  "cookie",
  "set-cookie",
  "x-api-key",
  "api-key",
  "apikey",
  "x-goog-api-key",
  "x-amz-security-token",
  "x-auth-token",
]);
