import { expect, test } from "vitest";
import { foldAll, foldSettings, type SettingsMessage } from "#core/settings/fold.ts";
import { NO_SETTINGS } from "#core/settings/state.ts";
import { keyChange, messages, priceChange, sourceChange } from "#test/core/settings/changes.ts";

/** A small seeded generator (mulberry32): the same seed gives the same log, so a failure can be run again. */
function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** A log of colliding wishes: few ids, wrong versions, removals, repeats and rubbish. */
function randomLog(seed: number, length: number): SettingsMessage[] {
  const pick = chance(seed);
  const contents: (object | string)[] = [];
  while (contents.length < length) {
    const id = `s${pick(4)}`;
    const version = pick(4);
    const value =
      pick(5) === 0 ? null : { enabled: pick(2) === 0, topic: pick(2) === 0 ? `t${pick(2)}` : null };
    const earlier = contents[pick(Math.max(1, contents.length))];
    const kind = pick(8);
    if (kind === 0) contents.push("rubbish");
    else if (kind === 1 && earlier !== undefined) contents.push(earlier);
    else if (kind === 2)
      contents.push(keyChange(`abcdefghij0${pick(3)}`, version, { revoked: pick(2) === 0 }));
    else if (kind === 3) contents.push(priceChange(`p${pick(3)}`, version));
    else contents.push(sourceChange(id, version, value));
  }
  return messages(...contents);
}

test("a prefix and then the rest, or one by one, folds to the same as all at once; earlier states stay as they were", () => {
  let applied = 0;
  for (let seed = 1; seed <= 60; seed++) {
    const log = randomLog(seed, 60);
    const whole = foldAll(NO_SETTINGS, log);
    applied += whole.outcomes.filter(({ outcome }) => outcome === "applied").length;
    const cut = seed % log.length;
    const prefix = foldAll(NO_SETTINGS, log.slice(0, cut));
    const kept = structuredClone(prefix.state);
    const rest = foldAll(prefix.state, log.slice(cut));
    expect(rest.state, `seed ${seed}`).toEqual(whole.state);
    expect([...prefix.outcomes, ...rest.outcomes]).toEqual(whole.outcomes);
    expect(prefix.state, "the earlier state is untouched").toEqual(kept);

    let state = NO_SETTINGS;
    for (const message of log) state = foldSettings(state, message).state;
    expect(state, `seed ${seed}, one by one`).toEqual(whole.state);
    expect(foldAll(NO_SETTINGS, log).state, "a replay").toEqual(whole.state);
  }
  expect(applied, "the generator makes changes that fit, not only refusals").toBeGreaterThan(300);
  expect(NO_SETTINGS.seen.size).toBe(0);
});

test("never two enabled sources on one topic, whatever the log", () => {
  for (let seed = 100; seed < 160; seed++) {
    let state = NO_SETTINGS;
    for (const message of randomLog(seed, 60)) {
      state = foldSettings(state, message).state;
      const topics = [...state.sources.values()].flatMap(({ value }) =>
        value.enabled && value.topic !== null ? [value.topic] : [],
      );
      expect(new Set(topics).size, `seed ${seed} at ${state.offset}`).toBe(topics.length);
    }
  }
});

test("10,000 settings fold in far less than a second", () => {
  const log = messages(
    ...Array.from({ length: 10_000 }, (_, index) => priceChange(`p${index}`, 0, { note: `row ${index}` })),
  );
  const begun = performance.now();
  const { state } = foldAll(NO_SETTINGS, log);
  expect(state.prices.size).toBe(10_000);
  // About 150 ms on two shared cores, far more beside other work; copying the maps for each message takes over 5 s.
  expect(performance.now() - begun).toBeLessThan(5_000);
});
