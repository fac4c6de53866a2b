import type { z } from "zod";
import type { RouteDeps } from "#query-api/app-type.ts";
import type { ExportPlan } from "#query-api/exports/export-plan.ts";
import type { Reader } from "#query-api/reader.ts";

/** What reading a question takes: the zones, the settings of then, and now. */
export type AskDeps = Pick<RouteDeps, "zones" | "settings" | "clock">;

/** One kind of export: what may be asked, and how an answer is made of it. The routes and the schedules share it. */
export interface ExportKind<Shape extends z.ZodObject> {
  readonly querystring: Shape;
  readonly plan: (query: z.output<Shape>, deps: AskDeps, reader: Reader) => Promise<ExportPlan>;
}
