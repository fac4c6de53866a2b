import type { Role } from "#core/settings/key.ts";

/** Who may use a route: anyone without a key, or the holders of a key with one of these roles. */
export type Access = "public" | readonly Role[];

declare module "fastify" {
  interface FastifyContextConfig {
    /** Every route states it; one that does not is refused when the API is built. */
    access?: Access;
  }
}

export const PUBLIC: Access = "public";
/** Everyone who reads costs, each within the scope of the key. An `ingest` key writes and reads nothing. */
export const READERS: Access = ["viewer", "finance", "auditor", "admin"];
/** Who sees all teams. */
export const ALL_TEAMS: Access = ["finance", "auditor", "admin"];
export const AUDITORS: Access = ["auditor", "admin"];
/** Who opens and closes periods. */
export const BOOKKEEPERS: Access = ["finance", "admin"];
/** Who may agree to what a run would change. */
export const APPROVERS: Access = ["finance", "admin"];
/** Who may ask whether something may still spend: of any team, so no viewer. */
export const DECIDERS: Access = ["gateway", "finance", "auditor", "admin"];
export const ADMINS: Access = ["admin"];
