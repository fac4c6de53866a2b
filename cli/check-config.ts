import type { Screen } from "#cli/screen.ts";

/** The answer of `--check-config`: the configuration was read before, so there is nothing left to say but that. */
export function checkOnly(screen: Screen): void {
  screen.answer({ config: "ok" }, ["The configuration is fine."]);
}
