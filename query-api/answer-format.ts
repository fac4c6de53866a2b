export const FORMATS = ["json", "csv", "ndjson"] as const;
export type Format = (typeof FORMATS)[number];

const BY_MEDIA_TYPE: Readonly<Record<string, Format>> = {
  "application/json": "json",
  "text/csv": "csv",
  "application/x-ndjson": "ndjson",
  "application/jsonl": "ndjson",
};

/**
 * The format of an answer: `format` if it was given, else the first one that `Accept` names and we have, else JSON.
 * Weights are not ranked and nonsense is not an error: whoever cares says `format`.
 */
export function answerFormat(asked: Format | undefined, accept: string | undefined): Format {
  if (asked !== undefined) return asked;
  for (const part of (accept ?? "").split(",")) {
    const found = BY_MEDIA_TYPE[part.split(";")[0]?.trim().toLowerCase() ?? ""];
    if (found !== undefined) return found;
  }
  return "json";
}
