import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { failure } from "#core/failure.ts";

/** Where the ClickHouse library of this platform lies. @throws failure PLATFORM_UNSUPPORTED */
export function clickHouseLibrary(platform: string = process.platform, arch: string = process.arch): string {
  const name = `@chdb/lib-${platform}-${arch}${platform === "linux" ? "-gnu" : ""}`;
  try {
    const path = join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), "libchdb.so");
    if (existsSync(path)) return path;
  } catch {
    // Not installed: there is none for this platform, or optional packages were left out.
  }
  throw failure("PLATFORM_UNSUPPORTED", { platform: `${platform} ${arch}` });
}
