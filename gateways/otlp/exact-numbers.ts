/** Sixteen digits on end may be more than a double holds. Inside a string it costs a second parse and changes nothing. */
const MAYBE_INEXACT = /[:[,]\s*-?\d{16}/;

/**
 * The value of a JSON text in which integers that a double cannot hold are text: `{"intValue": 9007199254740993}`
 * would else become another number in silence. Protobuf's JSON takes both forms for every number.
 */
export function exactValue(text: string, value: unknown): unknown {
  return MAYBE_INEXACT.test(text) ? JSON.parse(text, asText) : value;
}

/** `source` is the number as it is written; an ES2025 feature that the library's types do not know yet. */
function asText(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value) || context?.source === undefined) return value;
  return /^-?\d+$/.test(context.source) ? context.source : value;
}
