import { readFileSync, statSync } from "node:fs";
import { isScalar, LineCounter, parseDocument, visit } from "yaml";
import { failure } from "#core/failure.ts";

const BYTES_MAX = 64 * 1024 * 1024;
/** Aliases may stand for so many nodes in all: what means to be larger than it looks ends here. */
const ALIASES_MAX = 1000;

/**
 * The content of a file in YAML 1.2, of which JSON is a part. An amount is the text that stands there, never the float
 * that YAML makes of it: `amount_usd: 2000.10` is exact, and `2e3` stays what it is and is refused.
 *
 * @throws failure FILE_UNREADABLE, with the line
 */
export function readBudgetsFile(file: string): unknown {
  const refuse = (reason: string, cause?: unknown) => failure("FILE_UNREADABLE", { file, reason }, cause);
  const text = readText(file, refuse);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  // A tag that is not known is a warning to the parser, and would be another value than the file seems to say.
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0)
    throw refuse(
      faults
        .slice(0, 10)
        .map(({ pos: [at], message }) => `line ${lines.linePos(at).line}: ${message}`)
        .join("\n"),
    );
  visit(document, {
    Pair: (_, { key, value }) => {
      if (isScalar(key) && key.value === "amount_usd" && isScalar(value) && typeof value.value === "number")
        value.value = value.source;
    },
  });
  try {
    return document.toJS({ maxAliasCount: ALIASES_MAX });
  } catch (error) {
    throw refuse((error as Error).message, error);
  }
}

function readText(file: string, refuse: (reason: string, cause?: unknown) => Error): string {
  try {
    if (statSync(file).size > BYTES_MAX) throw new Error(`it is larger than ${BYTES_MAX} bytes`);
    // Without the byte order mark, which is none of it.
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    const isText = (error as { code?: string }).code === "ERR_ENCODING_INVALID_ENCODED_DATA";
    throw refuse(isText ? "it is not UTF-8" : (error as Error).message, error);
  }
}
