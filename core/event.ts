import { z } from "zod";
import { AuditData, Instant, RequestData, ResponseData, Text } from "#core/event-data.ts";

export const REQUEST_TYPE = "spendtrail.request.v1";
export const RESPONSE_TYPE = "spendtrail.response.v1";
export const AUDIT_TYPE = "spendtrail.audit.v1";
export const EVENT_TYPES = [REQUEST_TYPE, RESPONSE_TYPE, AUDIT_TYPE] as const;

/** How sure an identity is: the vendor's own ids, a stamp of the collector, or merely where the record lies. */
export const IDENTITY_QUALITIES = ["vendor", "stamped", "position"] as const;
export type IdentityQuality = (typeof IDENTITY_QUALITIES)[number];

/** CloudEvents 1.0 context attributes (cloudevents.io spec 1.0.2); `source` with `id` is the identity. */
const envelope = {
  specversion: z.literal("1.0").describe("The CloudEvents version."),
  id: Text.describe("Unique within `source`. The same id again is the same event."),
  source: Text.describe("The gateway instance that the event is from, a URI reference."),
  time: Instant.describe("The event's time: when the call began."),
  subject: Text.optional().describe("The session id."),
  partitionkey: Text.optional().describe("The session id: one session stays in one partition, in order."),
  datacontenttype: z.literal("application/json").optional(),
  dataschema: z.string().max(512).optional(),
} as const;

export const RequestEvent = z.looseObject({ ...envelope, type: z.literal(REQUEST_TYPE), data: RequestData });
export const ResponseEvent = z.looseObject({
  ...envelope,
  type: z.literal(RESPONSE_TYPE),
  data: ResponseData,
});
export const AuditEvent = z.looseObject({ ...envelope, type: z.literal(AUDIT_TYPE), data: AuditData });

/** The event contract, version 1. `docs/events.md` and `docs/event-v1.schema.json` are generated from it. */
export const CanonicalEvent = z.discriminatedUnion("type", [RequestEvent, ResponseEvent, AuditEvent]);
export type CanonicalEvent = z.infer<typeof CanonicalEvent>;

/** What an adapter makes of a record: a canonical event's data with the identity that the record itself gives. */
export type AdaptedEvent = {
  /** 32 hex digits from `eventId()`. */
  readonly eventId: string;
  readonly identityQuality: IdentityQuality;
  /** Who pays, where the source's `team_from` names another field of the record than `data.team`. */
  readonly attributedTeam?: string | null;
} & (
  | { readonly kind: "request"; readonly data: RequestData }
  | { readonly kind: "response"; readonly data: ResponseData }
  | { readonly kind: "audit"; readonly data: AuditData }
  | {
      /** What belongs to a call that another record states: it adds to the sums and is no call of its own. */
      readonly kind: "part";
      readonly partOf: string;
      readonly index: number;
      /** What kind of part, where the provider names it. */
      readonly partKind?: string;
      readonly data: ResponseData;
    }
);
