import type { z } from "zod";
import type { Scope } from "#query-api/scope.ts";
import { VIEWS, type Views } from "#query-api/views.ts";
import type { ClickHouse } from "#runtime/clickhouse/connect.ts";

/** A read of ours: a name, the text over whichever views the scope gives, bound values and the shape of a row. */
export interface ViewQuery<Shape extends z.ZodType> {
  readonly name: string;
  readonly sql: (views: Views) => string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly row: Shape;
}

export interface Reader {
  readonly scope: Scope;
  rows<Shape extends z.ZodType>(query: ViewQuery<Shape>): Promise<z.output<Shape>[]>;
}

/**
 * Reads for one request, inside its scope: some teams through the user and the views that demand them, all teams
 * through another user and other views. A query never says which; so none can forget it.
 */
export function createReader(
  stores: { clickhouseTeam: Pick<ClickHouse, "query">; clickhouseAll: Pick<ClickHouse, "query"> },
  scope: Scope,
  signal: AbortSignal,
): Reader {
  return {
    scope,
    rows: (query) => {
      const { name, row, params } = query;
      if (scope.kind === "all")
        return stores.clickhouseAll.query({ name, row, params, sql: query.sql(VIEWS.all), signal });
      const scoped = { ...params, scope_teams: scope.teams };
      return stores.clickhouseTeam.query({ name, row, params: scoped, sql: query.sql(VIEWS.teams), signal });
    },
  };
}
