import type { Position } from "#core/adapter.ts";
import type { AdaptedEvent } from "#core/event.ts";
import type { RejectReason } from "#core/reject-reason.ts";
import type { SourceSetting } from "#core/settings/source.ts";

/** One element of a Kafka record and what became of it. */
export interface Element {
  readonly position: Position;
  /** The bytes as they lay in Kafka. */
  readonly received: Buffer;
  /** The same with credentials, content and people cut out. */
  readonly stored: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly source: SourceSetting | null;
  readonly adapterVersion: number;
  readonly outcome:
    | { readonly kind: "accepted"; readonly events: readonly AdaptedEvent[] }
    | { readonly kind: "rejected"; readonly reason: RejectReason; readonly detail: string };
}

/** A person's name that was replaced by a pseudonym. */
export interface Person {
  readonly userRef: string;
  readonly name: string;
  readonly source: string;
}
