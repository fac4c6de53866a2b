import type { ResponseData } from "#core/event-data.ts";

/** What an event says of who called: whom the gateway authenticated, and what the client claims. */
export type Who = Pick<
  ResponseData,
  | "team"
  | "team_alias"
  | "organization"
  | "project"
  | "user"
  | "end_user"
  | "api_key"
  | "claimed_team"
  | "tags"
  | "agent"
  | "parent_agent"
>;
