/** A small seeded generator (mulberry32): the same seed gives the same traffic on every machine. */
export interface Random {
  /** From 0 up to, not with, 1. */
  unit(): number;
  /** A whole number, both ends included. */
  whole(from: number, to: number): number;
  pick<Value>(values: readonly Value[]): Value;
  /** True in about this share of cases. */
  chance(share: number): boolean;
  hex(digits: number): string;
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const unit = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const whole = (from: number, to: number) => from + Math.floor(unit() * (to - from + 1));
  return {
    unit,
    whole,
    pick: (values) => values[whole(0, values.length - 1)] as (typeof values)[number],
    chance: (share) => unit() < share,
    hex: (digits) => {
      let text = "";
      while (text.length < digits) text += whole(0, 0xffff).toString(16).padStart(4, "0");
      return text.slice(0, digits);
    },
  };
}
