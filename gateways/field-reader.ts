import { readClaudeUserId } from "#core/claude-user-id.ts";
import { mayBePython } from "#core/python/redact.ts";
import { isMarker } from "#core/redaction-markers.ts";
import { mayBeSecret, scrubText } from "#core/redaction-shapes.ts";
import { isEventStream } from "#core/redaction-stream.ts";
import type { RejectReason } from "#core/reject-reason.ts";
import { no, type Result } from "#core/result.ts";

export type Fault = Extract<Result<never, RejectReason>, { ok: false }>;

/** As `Text` in core/event-data.ts allows. */
const TEXT_LENGTH_MAX = 512;
const UNPRINTABLE = /[\p{Cc}\p{Cs}]/u;
const UNPRINTABLE_ALL = /[\p{Cc}\p{Cs}]/gu;

/**
 * Reads the fields of one record and keeps the first fault, so that an adapter reads on without a check after each
 * field and gives the record up at the end. Secrets are cut out of every text that is read, since the stored bytes
 * have them cut out too and must give the same rows.
 */
export class FieldReader {
  #fault: Fault | null = null;

  get fault(): Fault | null {
    return this.#fault;
  }

  fail(reason: RejectReason, detail: string): null {
    this.#fault ??= no(reason, detail);
    return null;
  }

  /** What the gateway itself wrote: missing, null and "" are null; another type or an unusable text is a fault. */
  text(value: unknown, name: string): string | null {
    if (value === null || value === undefined || value === "") return null;
    if (typeof value !== "string" && !Number.isSafeInteger(value))
      return this.fail("bad_shape", `${name} is ${kindOf(value)} where text was due`);
    const stated = String(value);
    const isHarmless = isPlainAndHarmless(stated);
    const text = isHarmless ? stated : scrubbed(stated);
    if (text === null) return this.fail("bad_shape", `${name} is JSON where text was due`);
    if (text.length > TEXT_LENGTH_MAX)
      return this.fail("bad_shape", `${name} has ${text.length} characters, ${TEXT_LENGTH_MAX} is the most`);
    if (!isHarmless && UNPRINTABLE.test(text))
      return this.fail("bad_shape", `${name} holds control characters or lone surrogates`);
    return text;
  }

  /** A whole number of tokens or the like; digits in quotes count, nothing is rounded. Missing and null are null. */
  count(value: unknown, name: string): number | null {
    if (value === null || value === undefined) return null;
    const number = typeof value === "string" && /^\d{1,16}$/.test(value) ? Number(value) : value;
    if (typeof number === "number" && Number.isSafeInteger(number) && number >= 0)
      return number === 0 ? 0 : number;
    return this.fail("bad_number", `${name} is ${shown(value)}, no whole number from 0 to 2^53-1`);
  }

  /** One figure that a record states in two places. */
  agreed(name: string, ...values: readonly (number | null)[]): number | null {
    const stated = values.filter((value) => value !== null);
    const [first = null] = stated;
    if (stated.some((value) => value !== first))
      return this.fail("meters_contradict", `${name} is stated as ${stated.join(" and as ")}`);
    return first;
  }
}

/**
 * What a client can set. It never makes a record a reject, or a caller could keep its calls off the bill: what is
 * too long is cut, what cannot be printed is replaced, what is no text is null.
 */
export function claimed(value: unknown, lengthMax: number = TEXT_LENGTH_MAX): string | null {
  if (typeof value !== "string" && !Number.isSafeInteger(value)) return null;
  const stated = String(value);
  const isHarmless = isPlainAndHarmless(stated);
  const text = isHarmless ? stated.trim() : scrubbed(stated)?.trim();
  if (text === undefined || text === "") return null;
  if (text.length <= lengthMax && (isHarmless || PLAIN.test(text))) return text;
  return text.slice(0, lengthMax).toWellFormed().replace(UNPRINTABLE_ALL, "\ufffd");
}

/**
 * A person's name as it stands: it is stored as a pseudonym only, so any text will do. Of Claude Code's
 * `metadata.user_id`, which gateways take for a name, the account in it.
 */
export function personName(value: unknown): string | null {
  if (typeof value === "number") return String(value);
  if (typeof value !== "string" || value === "") return null;
  const id = readClaudeUserId(value);
  return id === null ? value : id.person;
}

/** What ids, names and addresses are made of: nothing in it can be JSON, Python or a control character. */
const PLAIN = /^[\w .:@/+-]*$/;

/** Most texts: nothing has to be cut out of them, and all of it can be printed. */
function isPlainAndHarmless(text: string): boolean {
  return PLAIN.test(text) && (text.length < 6 || !mayBeSecret(text));
}

/** Text without secrets; null for JSON, a stream of it or Python in a string, which is redacted by other rules. */
function scrubbed(text: string): string | null {
  if (PLAIN.test(text)) return scrubText(text);
  if (isEventStream(text) || mayBePython(text)) return null;
  if (/^\s*[{[]/.test(text) && /["\\]/.test(text) && !isMarker(text)) return null;
  return text.length < 6 ? text : scrubText(text);
}

function shown(value: unknown): string {
  return typeof value === "string" || typeof value === "number"
    ? scrubText(JSON.stringify(value)).slice(0, 40)
    : kindOf(value);
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : typeof value === "object" ? "an object" : `a ${typeof value}`;
}
