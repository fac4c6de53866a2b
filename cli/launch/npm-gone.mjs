// When npm runs us; plain JavaScript, because the launcher must run on Node 18 and 20 too.

const LOOK_MS = 500;

/**
 * Calls `end` when the shell between `npx` and us is gone. npm hands SIGTERM to that shell alone, which dies of it
 * and tells nobody (https://github.com/npm/cli/issues/6684): `npx spendtrail up &` and `kill $!` would leave
 * everything running. Only under `npx` and our own scripts: elsewhere, as in `npm run x` with `spendtrail up &`,
 * a parent may well end before us.
 * @param {NodeJS.ProcessEnv} env
 * @param {() => void} end
 */
export function whenNpmIsGone(env, end) {
  if (env.npm_command !== "exec" && env.npm_package_name !== "spendtrail") return;
  const parent = process.ppid;
  const look = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(look);
    end();
  }, LOOK_MS);
  look.unref();
}
