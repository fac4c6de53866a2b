import { z } from "zod";
import { askApi } from "#cli/api-client.ts";
import { Failure } from "#core/failure.ts";
import type { SettingKind } from "#core/settings/change.ts";

const Stored = z.object({ id: z.string(), version: z.int(), value: z.record(z.string(), z.unknown()) });
/** A setting's value, as the API has it and as a file says it. Whether it is good is the API's to say. */
export type StoredSetting = z.output<typeof Stored>;

/** All settings of a kind, as the query API knows them. */
export async function readSettings(
  kind: SettingKind,
  url: string | undefined,
): Promise<readonly StoredSetting[]> {
  const answer = await askApi(`/v1/settings/${kind}`, {}, { url });
  return z.object({ settings: z.array(Stored) }).parse(answer).settings;
}

/** A setting as it is now; null: there is none. */
export async function readSetting(
  kind: SettingKind,
  id: string,
  url: string | undefined,
): Promise<StoredSetting | null> {
  try {
    return Stored.parse(await askApi(addressOf(kind, id), {}, { url }));
  } catch (error) {
    if (error instanceof Failure && error.params["status"] === 404) return null;
    throw error;
  }
}

/** Sets it from the version that was read and gives the new one; null removes it. @throws failure API_REFUSED */
export async function writeSetting(
  kind: SettingKind,
  wish: {
    readonly id: string;
    readonly version: number;
    readonly value: Readonly<Record<string, unknown>> | null;
    readonly reason: string;
  },
  url: string | undefined,
): Promise<number> {
  const { id, version, value, reason } = wish;
  const body = { expected_version: version, value, reason };
  const answer = await askApi(addressOf(kind, id), {}, { url, send: { method: "PUT", body } });
  return z.object({ version: z.int() }).parse(answer).version;
}

function addressOf(kind: SettingKind, id: string): string {
  return `/v1/settings/${kind}/${encodeURIComponent(id)}`;
}
