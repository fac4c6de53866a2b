import type { RedactionRules } from "#core/adapter.ts";
import {
  ANTHROPIC_CONTENT,
  ANTHROPIC_CREDENTIAL,
  EXCEPTION_CONTENT,
  requestContent,
} from "#gateways/anthropic/redaction.ts";

/** What the other makers' models are asked in and answer with, and the Converse API's own members. */
const INPUT = ["toolconfig", "texts", "images", "image", "documents", "query", "textprompt", "inputimage"];
const OUTPUT = [
  "output",
  "outputs",
  "outputtext",
  "completion",
  "generation",
  "generations",
  "results",
  "choices",
  "images",
  "embedding",
  "embeddings",
  "contentblockdelta",
  "contentblockstart",
  "trace",
];

const CONTENT = [
  ...ANTHROPIC_CONTENT,
  ...EXCEPTION_CONTENT,
  ...requestContent("inputbodyjson"),
  ...INPUT.map((name) => `inputbodyjson.${name}`),
  ...OUTPUT.map((name) => `outputbodyjson.${name}`),
];
const PERSON = [
  "metadata.user_id",
  "requestmetadata.user",
  "requestmetadata.user_id",
  "requestmetadata.userid",
  "requestmetadata.user_email",
  "requestmetadata.email",
];

/** What must not be stored of an invocation log. Who called is an ARN; of people it names the person. */
export const INVOCATION_LOG_REDACTION: RedactionRules = {
  credential: ANTHROPIC_CREDENTIAL,
  content: CONTENT,
  person: [...PERSON, "identity.arn"],
};

/** The same where each principal is a role of a gateway or a team, and its name has to stay readable. */
export const INVOCATION_LOG_REDACTION_ROLES: RedactionRules = {
  credential: ANTHROPIC_CREDENTIAL,
  content: CONTENT,
  person: PERSON,
};
