/**
 * The ClickHouse users of the product and what each may do, as one list. It is rendered to a users file for the
 * embedded server (`clickhouse-users-xml.ts`) and to SQL for a server of one's own (`clickhouse-users-sql.ts`).
 */

/** Views that demand `{teams:Array(String)}`: all that a caller who sees some teams can be answered from. */
export const TEAM_VIEWS = [
  "team_calls",
  "team_calls_of_buckets",
  "team_cost_5m",
  "team_cost_5m_by_user",
  "team_cost_5m_beside_spans",
  "team_cost_spans",
  "team_events",
] as const;
/** Views over all teams, for roles that see everything. */
export const ALL_VIEWS = [
  "all_calls",
  "all_calls_of_buckets",
  "all_cost_5m",
  "all_cost_5m_by_user",
  "all_cost_5m_beside_spans",
  "all_cost_spans",
  "all_events",
  "all_settings_changes",
  "all_record_hashes",
  "all_conflicts",
  "all_alerts",
  "all_deliveries",
  "all_scheduled_exports",
  "all_coverage_progress",
  "all_coverage_gaps",
  "all_open_rejects",
  "cost_5m",
  "cost_5m_by_user",
] as const;
/** Say how far the tables and the rollups reach and nothing of any team; both API users may read them. */
export const SHARED_VIEWS = [
  "ingest_progress",
  "ingest_progress_as_of",
  "cost_5m_odd",
  "cost_spans_stale",
  "rollup_behind",
  "rollup_progress",
] as const;

/** Limits that the server enforces for one query of the API; the caller can lower them and never raise them. */
export interface QueryLimits {
  readonly timeMsMax: number;
  readonly resultRowsMax: number;
  readonly readRowsMax: number;
  readonly memoryBytesMax: number;
}

export interface Grant {
  readonly privilege: "SELECT" | "INSERT";
  /** A table or a view of the product's database. */
  readonly on: string;
  /** Only these columns; absent is all. */
  readonly columns?: readonly string[];
}

export interface ProductUser {
  readonly role: "admin" | "ingest" | "api_team" | "api_all";
  readonly name: string;
  readonly password: string;
  /** `all` is everything inside the product's database. */
  readonly grants: "all" | readonly Grant[];
  /** Present: the user can only read, inside these limits. */
  readonly limits?: QueryLimits;
}

export interface UserCredential {
  readonly user: string;
  readonly password: string;
}

/**
 * The four users: `admin` migrates, `ingest` inserts and reads back positions, `api_team` is granted nothing but
 * the views that demand a team scope (a forgotten scope is an error, not a leak), `api_all` the views of all teams.
 */
export function productUsers(
  credentials: {
    readonly admin: UserCredential;
    readonly ingest: UserCredential;
    readonly apiTeam: UserCredential;
    readonly apiAll: UserCredential;
  },
  limits: QueryLimits,
): readonly ProductUser[] {
  const { admin, ingest, apiTeam, apiAll } = credentials;
  return [
    { role: "admin", name: admin.user, password: admin.password, grants: "all" },
    { role: "ingest", name: ingest.user, password: ingest.password, grants: INGEST_GRANTS },
    {
      role: "api_team",
      name: apiTeam.user,
      password: apiTeam.password,
      grants: selectOn([...TEAM_VIEWS, ...SHARED_VIEWS]),
      limits,
    },
    {
      role: "api_all",
      name: apiAll.user,
      password: apiAll.password,
      grants: selectOn([...ALL_VIEWS, ...SHARED_VIEWS]),
      limits,
    },
  ];
}

const INGEST_TABLES = [
  "records_v1",
  "events_v1",
  "batches_v1",
  "settings_changes_v1",
  "acts_v1",
  "people_v1",
  "coverage_v1",
  "identity_index_v1",
  "conflict_scans_v1",
  "conflicts_v1",
  "alerts_v1",
  "deliveries_v1",
  "scheduled_exports_v1",
] as const;

/** What the job of the rollups writes and compares; it sums `events_v1` for them. */
const ROLLUP_TABLES = [
  "cost_5m_v1",
  "cost_5m_by_user_v1",
  "cost_spans_v1",
  "payer_costs_v1",
  "payer_days_v1",
  "rollup_marks_v1",
] as const;

/**
 * What the ingester and the jobs read back: which positions are covered, with which hashes; events, to sum and correct
 * them; stored records, to say where two of one identity differ and to copy those that a run corrects. Never people.
 */
const INGEST_GRANTS: readonly Grant[] = [
  ...INGEST_TABLES.map((on): Grant => ({ privilege: "INSERT", on })),
  { privilege: "SELECT", on: "batches_v1" },
  { privilege: "SELECT", on: "coverage_v1" },
  { privilege: "SELECT", on: "events_v1" },
  ...ROLLUP_TABLES.flatMap((on): Grant[] => [
    { privilege: "INSERT", on },
    { privilege: "SELECT", on },
  ]),
  { privilege: "SELECT", on: "cost_spans_stale" },
  { privilege: "SELECT", on: "records_v1" },
  { privilege: "SELECT", on: "all_calls" },
  ...["identity_index_v1", "conflict_scans_v1", "conflicts_v1", "alerts_v1", "deliveries_v1"].map(
    (on): Grant => ({ privilege: "SELECT", on }),
  ),
  { privilege: "SELECT", on: "scheduled_exports_v1" },
  { privilege: "SELECT", on: "settings_changes_v1", columns: ["settings_offset", "append_time"] },
  { privilege: "SELECT", on: "acts_v1", columns: ["act_offset", "append_time"] },
];

function selectOn(views: readonly string[]): readonly Grant[] {
  return views.map((on) => ({ privilege: "SELECT", on }));
}
