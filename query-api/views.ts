/** How a query names what it reads from: the text of a FROM clause, by scope. */
export interface Views {
  readonly calls: string;
  readonly events: string;
  /** The calls of the buckets `{behind}`. */
  readonly callsBehind: string;
  /** The calls of the pieces before the first and after the last whole five minutes: `{head_to}` and `{tail_from}`. */
  readonly callsOfHead: string;
  readonly callsOfTail: string;
  /** The calls from `{reach}` on that began before the range. */
  readonly callsEarlier: string;
  readonly cost_5m: string;
  readonly cost_5m_by_user: string;
  /** The stretches `{spans}` of sums, and beside them the five minutes `{buckets}`, of which `{odd}` by half. */
  readonly costSpans: string;
  readonly besideSpans: string;
}

const AT = "DateTime64(3, 'UTC')";
const RANGE = `from = {from:${AT}}, to = {to:${AT}}`;
const TEAMS = "teams = {scope_teams:Array(String)}, ";

/** `from` and `to` are bound by the query; `scope_teams` is bound by the reader and by nothing else. */
export const VIEWS: Readonly<Record<"teams" | "all", Views>> = {
  teams: viewsOf("team", TEAMS),
  all: viewsOf("all", ""),
};

function viewsOf(prefix: "team" | "all", teams: string): Views {
  return {
    calls: `${prefix}_calls(${teams}${RANGE})`,
    events: `${prefix}_events(${teams}${RANGE})`,
    callsBehind: `${prefix}_calls_of_buckets(${teams}buckets = {behind:Array(DateTime('UTC'))}, ${RANGE})`,
    callsOfHead: `${prefix}_calls(${teams}from = {from:${AT}}, to = {head_to:${AT}})`,
    callsOfTail: `${prefix}_calls(${teams}from = {tail_from:${AT}}, to = {to:${AT}})`,
    callsEarlier: `${prefix}_calls(${teams}from = {reach:${AT}}, to = {from:${AT}})`,
    cost_5m: `${prefix}_cost_5m(${teams}${RANGE})`,
    cost_5m_by_user: `${prefix}_cost_5m_by_user(${teams}${RANGE})`,
    costSpans: `${prefix}_cost_spans(${teams}spans = {spans:Array(Tuple(UInt32, UInt32, UInt16))})`,
    besideSpans: `${prefix}_cost_5m_beside_spans(${teams}buckets = {buckets:Array(DateTime('UTC'))}, odd = {odd:Array(DateTime('UTC'))}, ${RANGE})`,
  };
}
