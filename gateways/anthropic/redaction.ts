import type { RedactionRules } from "#core/adapter.ts";

/** Members that hold content wherever they stand in an Anthropic request, answer or stream. */
export const ANTHROPIC_CONTENT: readonly string[] = [
  "content",
  "content_block",
  "delta.text",
  "delta.thinking",
  "delta.signature",
  "delta.partial_json",
  "delta.citation",
  "stop_details.explanation",
  "error.message",
  "chunk.bytes",
];

/** Members of a request's body that hold content; the rest of a body says what was asked for and by whom. */
const REQUEST_CONTENT = [
  "messages",
  "system",
  "tools",
  "prompt",
  "mcp_servers",
  "container",
  "input",
  "inputtext",
  "output_config",
  "output_format",
];

/** The content of a request whose body lies in the member `body`. */
export function requestContent(body: string): string[] {
  return REQUEST_CONTENT.map((name) => `${body}.${name}`);
}

/** Ends Bedrock's streams in place of an error; its message may quote the request. */
const EXCEPTIONS = [
  "internalserverexception",
  "modelstreamerrorexception",
  "modeltimeoutexception",
  "serviceunavailableexception",
  "throttlingexception",
  "validationexception",
];
export const EXCEPTION_CONTENT: readonly string[] = EXCEPTIONS.flatMap((name) => [
  `${name}.message`,
  `${name}.originalmessage`,
]);

/** A retry's voucher: whoever has it can spend it. */
export const ANTHROPIC_CREDENTIAL: readonly string[] = ["fallback_credit_token"];

/** What must not be stored of a captured call. */
export const ANTHROPIC_REDACTION: RedactionRules = {
  credential: ANTHROPIC_CREDENTIAL,
  content: [...ANTHROPIC_CONTENT, ...requestContent("body"), ...EXCEPTION_CONTENT],
  person: [
    "metadata.user_id",
    "user",
    "end_user",
    "client_ip",
    "headers.x-claude-gateway-user-email",
    "headers.x-claude-gateway-user-id",
    "headers.x-litellm-end-user-id",
    "headers.x-forwarded-for",
    "headers.x-real-ip",
  ],
};
