import type { AdaptedEvent } from "#core/event.ts";
import type { RejectReason } from "#core/reject-reason.ts";
import type { Result } from "#core/result.ts";
import type { SourceSetting } from "#core/settings/source.ts";

/** Where a record element lies. A recreated topic reuses offsets, so the append time belongs to the position. */
export interface Position {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly appendTimeMs: number;
  /** Index in an array message or in NDJSON; 0 for a single record. */
  readonly element: number;
}

export interface AdaptContext {
  readonly source: SourceSetting;
  readonly position: Position;
  /** Kafka headers as text; the first of a repeated name. */
  readonly headers: ReadonlyMap<string, string>;
}

export type Adapted = Result<readonly AdaptedEvent[], RejectReason>;

/**
 * One gateway's raw record in, canonical events out; pure. `adapt` must give the same events for the redacted
 * record as for the received one (replay reads the stored, redacted bytes).
 */
export interface Adapter {
  readonly gateway: string;
  /** Raise it whenever the same record may give other rows; it is stored with each row and in the intent. */
  readonly version: number;
  /** What must not be stored; see `core/redaction.ts`. Paths are lower-case, dotted, matched as suffixes of a member's path; `name.*` is all that lies in `name`. */
  readonly redaction: RedactionRules;
  /** Rules for one source, where a setting changes what a field is: a Kong consumer may be a team instead of a person. */
  readonly redactionOf?: (source: SourceSetting) => RedactionRules;
  /**
   * Whether the OTLP doors take records for this source; absent: they do not. An element is then one log record or
   * span, see `gateways/otlp/element.ts`.
   */
  readonly readsOtlp?: (source: SourceSetting) => boolean;
  adapt(element: unknown, context: AdaptContext): Adapted;
}

/** `credential` and `content` values are replaced by a marker, `person` values by a keyed pseudonym. */
export interface RedactionRules {
  readonly credential: readonly string[];
  readonly content: readonly string[];
  readonly person: readonly string[];
  /** Text that stands for no value, such as Envoy's `-`: it stays as it is, or it would become a person. */
  readonly absent?: readonly string[];
  /**
   * Members among the persons that name one only in some objects: not where the member `kindIn`, standing before them
   * in the same object, is one of `kinds`. LiteLLM's audit records have people and teams alike in `object_id`.
   */
  readonly personUnless?: {
    readonly members: readonly string[];
    readonly kindIn: string;
    readonly kinds: readonly string[];
  };
}

/** What must not be stored of this source's records; content only where the source's own policy does not keep it. */
export function redactionFor(adapter: Adapter, source: SourceSetting): RedactionRules {
  const rules = adapter.redactionOf?.(source) ?? adapter.redaction;
  return source.content === "keep" ? withContent(rules) : rules;
}

/** The same object for the same rules, since compiled rules are remembered by it. */
function withContent(rules: RedactionRules): RedactionRules {
  const known = KEEPING.get(rules);
  if (known !== undefined) return known;
  const made = { ...rules, content: [] };
  KEEPING.set(rules, made);
  return made;
}

const KEEPING = new WeakMap<RedactionRules, RedactionRules>();
