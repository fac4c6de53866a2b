/** How a query names what it reads from: the text of a FROM clause, by scope. */
export interface Views {
  readonly calls: string;
  readonly events: string;
}

/** `from` and `to` are bound by the query; `scope_teams` is bound by the reader and by nothing else. */
export const VIEWS: Readonly<Record<"teams" | "all", Views>> = {
  teams: {
    calls:
      "team_calls(teams = {scope_teams:Array(String)}, from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')})",
    events:
      "team_events(teams = {scope_teams:Array(String)}, from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')})",
  },
  all: {
    calls: "all_calls(from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')})",
    events: "all_events(from = {from:DateTime64(3, 'UTC')}, to = {to:DateTime64(3, 'UTC')})",
  },
};
