import type { Role } from "#core/settings/key.ts";
import { eventIdOf } from "#test/support/event-row.ts";

const OPEN = ["viewer", "finance", "auditor", "admin"] as const;
export const ALL = ["finance", "auditor", "admin"] as const;
const BOOKKEEPERS = ["finance", "admin"] as const;

export interface Row {
  readonly roles: readonly Role[] | "public";
  readonly url: string;
  readonly body?: unknown;
  /** What who may is answered, where it is no success: the period is not there. */
  readonly answers?: number;
}
const NO_PERIOD = { roles: BOOKKEEPERS, body: { reason: "matrix" }, answers: 404 };

/** Every route: who may, and an address that answers 200 to them. A route without a row here fails. */
export function matrixOf(year: number): Readonly<Record<string, Row>> {
  const RANGE = `from=${year}-01-01&to=${year + 1}-01-01`;
  const A_RUN = { kind: "re_rate", from: `${year}-01-01`, to: `${year}-02-01`, reason: "matrix" };
  return {
    "GET /v1/costs": { roles: OPEN, url: `/v1/costs?${RANGE}&group_by=team` },
    "GET /v1/cost-centers": { roles: ALL, url: "/v1/cost-centers" },
    "GET /v1/cost-centers/unallocated": { roles: OPEN, url: `/v1/cost-centers/unallocated?${RANGE}` },
    "GET /v1/charges": { roles: ALL, url: `/v1/charges?${RANGE}` },
    "GET /v1/charges/costs": { roles: ALL, url: `/v1/charges/costs?${RANGE}` },
    "GET /v1/costs/explain": {
      roles: OPEN,
      url: `/v1/costs/explain?event=${eventIdOf("ownauthz-shared")}`,
    },
    "GET /v1/costs/variance": { roles: OPEN, url: `/v1/costs/variance?${RANGE}` },
    "GET /v1/exports/costs": { roles: OPEN, url: `/v1/exports/costs?${RANGE}&grain=day` },
    "GET /v1/exports/costs/manifest": { roles: OPEN, url: `/v1/exports/costs/manifest?${RANGE}` },
    "GET /v1/exports/focus": { roles: OPEN, url: `/v1/exports/focus?${RANGE}` },
    "GET /v1/exports/focus/manifest": { roles: OPEN, url: `/v1/exports/focus/manifest?${RANGE}` },
    "GET /v1/exports/journal": { roles: OPEN, url: `/v1/exports/journal?${RANGE}` },
    "GET /v1/exports/journal/manifest": { roles: OPEN, url: `/v1/exports/journal/manifest?${RANGE}` },
    "GET /v1/exports/schedules": { roles: ALL, url: "/v1/exports/schedules" },
    "GET /v1/sessions": { roles: OPEN, url: `/v1/sessions?${RANGE}` },
    "GET /v1/sessions/:id/events": { roles: OPEN, url: "/v1/sessions/authz-shared/events" },
    "GET /v1/audit/events": { roles: ["auditor", "admin"], url: `/v1/audit/events?${RANGE}` },
    "GET /v1/audit/conflicts": { roles: ["auditor", "admin"], url: `/v1/audit/conflicts?${RANGE}` },
    "GET /v1/audit/coverage": { roles: ["auditor", "admin"], url: "/v1/audit/coverage" },
    "GET /v1/audit/witnesses": {
      roles: ["auditor", "admin"],
      url: `/v1/audit/witnesses?from=${year}-01-01&to=${year}-01-20`,
    },
    "GET /v1/prices": { roles: OPEN, url: "/v1/prices" },
    "GET /v1/runs": { roles: ALL, url: "/v1/runs" },
    "GET /v1/runs/:id": { roles: ALL, url: "/v1/runs/proposal-1" },
    "POST /v1/runs": { roles: BOOKKEEPERS, url: "/v1/runs", body: A_RUN, answers: 202 },
    "POST /v1/runs/:id/approve": { ...NO_PERIOD, url: "/v1/runs/<proposal>/approve", answers: 200 },
    "POST /v1/runs/:id/withdraw": { ...NO_PERIOD, url: "/v1/runs/<proposal>/withdraw", answers: 200 },
    "GET /v1/periods": { roles: ALL, url: "/v1/periods" },
    "GET /v1/periods/:id": { roles: ALL, url: "/v1/periods/none", answers: 404 },
    "POST /v1/periods": { roles: BOOKKEEPERS, url: "/v1/periods", body: {}, answers: 400 },
    "DELETE /v1/periods/:id": { ...NO_PERIOD, url: "/v1/periods/none?reason=matrix" },
    "POST /v1/periods/:id/close": { ...NO_PERIOD, url: "/v1/periods/none/close" },
    "POST /v1/periods/:id/reopening": { ...NO_PERIOD, url: "/v1/periods/none/reopening" },
    "DELETE /v1/periods/:id/reopening": { ...NO_PERIOD, url: "/v1/periods/none/reopening?reason=matrix" },
    "POST /v1/periods/:id/reopening/approval": { ...NO_PERIOD, url: "/v1/periods/none/reopening/approval" },
    "POST /v1/decisions": {
      roles: ["gateway", "finance", "auditor", "admin"],
      url: "/v1/decisions",
      body: { team: "own" },
    },
    "GET /v1/prices/unpriced": { roles: OPEN, url: `/v1/prices/unpriced?${RANGE}` },
    "GET /v1/budgets": { roles: OPEN, url: "/v1/budgets" },
    "GET /v1/budgets/:id": { roles: OPEN, url: "/v1/budgets/none", answers: 404 },
    "GET /v1/budgets/:id/status": { roles: OPEN, url: "/v1/budgets/none/status", answers: 404 },
    "GET /v1/budgets/:id/history": { roles: ALL, url: "/v1/budgets/none/history", answers: 404 },
    "GET /v1/alerts": { roles: ALL, url: "/v1/alerts" },
    "GET /v1/alerts/deliveries": { roles: ALL, url: "/v1/alerts/deliveries" },
    "POST /v1/alerts/deliveries/:id/replay": {
      roles: ["admin"],
      url: "/v1/alerts/deliveries/none/replay",
      body: {},
      answers: 400,
    },
    "GET /v1/keys": { roles: ["admin"], url: "/v1/keys" },
    "POST /v1/keys": {
      roles: ["admin"],
      url: "/v1/keys",
      body: { label: "x", role: "finance", reason: "matrix" },
    },
    "DELETE /v1/keys/:id": { roles: ["admin"], url: "/v1/keys/<own>" },
    "GET /v1/settings/changes": { roles: ["auditor", "admin"], url: "/v1/settings/changes" },
    "GET /v1/settings/:kind": { roles: ALL, url: "/v1/settings/source" },
    "GET /v1/settings/:kind/:id": { roles: ALL, url: "/v1/settings/source/matrix" },
    "PUT /v1/settings/:kind/:id": {
      roles: ["admin"],
      url: "/v1/settings/source/matrix",
      body: { expected_version: 1, reason: "matrix", value: { name: "matrix", gateway: "litellm" } },
    },
    "GET /health/live": { roles: "public", url: "/health/live" },
    "GET /health/ready": { roles: "public", url: "/health/ready" },
    "GET /metrics": { roles: "public", url: "/metrics" },
    "GET /openapi.json": { roles: "public", url: "/openapi.json" },
    "GET /docs/": { roles: "public", url: "/docs/" },
    "GET /docs": { roles: "public", url: "/docs" },
    "GET /docs/js/scalar.js": { roles: "public", url: "/docs/js/scalar.js" },
  };
}
