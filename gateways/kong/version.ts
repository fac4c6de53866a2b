import { type Headers, headerValue } from "#gateways/header-value.ts";

/** Kong's version as its response headers say it: `1.1 kong/3.15.0.4-enterprise-edition`, `kong/3.8.0`. */
export function kongVersionOf(responseHeaders: Headers): string | null {
  for (const name of ["via", "server"]) {
    const value = headerValue(responseHeaders, name);
    const found =
      typeof value === "string" ? /kong\/(\d{1,4}(?:\.\d{1,4}){1,3})/i.exec(value)?.[1] : undefined;
    if (found !== undefined) return found;
  }
  return null;
}

type Version = readonly [major: number, minor: number, patch: number, build: number];

/** null for a text that names no version. */
function versionOf(text: string | null): Version | null {
  const parts = /^\D{0,8}(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?(?:\.(\d{1,4}))?/.exec(text ?? "");
  if (parts === null) return null;
  const [major = 0, minor = 0, patch = 0, build = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  return [major, minor, patch, build];
}

/**
 * Whether Kong counts Claude's cached tokens inside `prompt_tokens`: from 3.14.0.8 on the 3.14 line and from
 * 3.15.0.4 on (changelog of AI Proxy Advanced). null: the version is not known, or says too little to tell.
 */
export function promptIncludesCache(version: string | null): boolean | null {
  if (/^\D{0,8}3\.1[45](?:\.0)?$/.test(version ?? "")) return null;
  return reached(version, 8, 4);
}

/**
 * Whether streams and compaction are counted right. Before 3.14.0.13 and 3.15.0.4 Kong added up counts that are
 * running totals, so a stream's output is too high, and left out the iterations of a compaction (the same changelog).
 */
export function countsAreExact(version: string | null): boolean | null {
  return reached(version, 13, 4);
}

function reached(text: string | null, build314: number, build315: number): boolean | null {
  const version = versionOf(text);
  if (version === null) return null;
  const [major, minor, patch, build] = version;
  if (major !== 3) return major > 3;
  if (minor === 14) return patch > 0 || build >= build314;
  if (minor === 15) return patch > 0 || build >= build315;
  return minor > 15;
}
