/** The few members of the Lua machine that the tests use; it has no types of its own. */
declare module "fengari" {
  type State = { readonly __lua: never };
  export const lua: { lua_tojsstring(state: State, index: number): string | null };
  export const lauxlib: { luaL_newstate(): State; luaL_dostring(state: State, code: Uint8Array): number };
  export const lualib: { luaL_openlibs(state: State): void };
  export function to_luastring(text: string): Uint8Array;
}
