// The one colour scale: diverging and symmetric about 0, the same for data, units and weights.

export type Theme = "light" | "dark";
export type Colour = readonly [number, number, number];

const STOPS: Record<Theme, readonly [Colour, Colour, Colour]> = {
  light: [
    [0xb3, 0x58, 0x06],
    [0xf6, 0xf6, 0xf4],
    [0x1f, 0x5f, 0xa8],
  ],
  dark: [
    [0xf0, 0xa4, 0x5b],
    [0x1c, 0x20, 0x24],
    [0x6f, 0xb1, 0xff],
  ],
};

/** Where a value stands on a scale whose ends are -limit and limit: from -1 to 1. */
export const shareOf = (value: number, limit: number): number =>
  limit > 0 ? Math.max(-1, Math.min(1, value / limit)) : 0;

/** Red, green and blue of a value on such a scale. */
export function shade(value: number, limit: number, theme: Theme): Colour {
  const [low, middle, high] = STOPS[theme];
  const share = shareOf(value, limit);
  const end = share < 0 ? low : high;
  const t = Math.abs(share);
  return [0, 1, 2].map((k) => Math.round(middle[k] + (end[k] - middle[k]) * t)) as unknown as Colour;
}

export const css = (c: Colour): string => `rgb(${c[0]} ${c[1]} ${c[2]})`;

/** Black or white, whichever is easier to read on a colour. */
export function ink(c: Colour): string {
  const [r, g, b] = c.map((v) => {
    const s = v / 255;
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  });
  const light = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return (light + 0.05) / 0.05 > 1.05 / (light + 0.05) ? "#000" : "#fff";
}

/** The largest size among the finite values: the end of an array's own scale. */
export function limitOf(values: ArrayLike<number>): number {
  let limit = 0;
  for (let k = 0; k < values.length; k++) {
    const size = Math.abs(values[k]);
    if (size > limit && size < Infinity) limit = size;
  }
  return limit;
}

/** A colour of CSS, "#1f5fa8", as red, green and blue. */
export const parsed = (hex: string): Colour =>
  [1, 3, 5].map((k) => Number.parseInt(hex.slice(k, k + 2), 16)) as unknown as Colour;

/** Colours of runs and classes, told apart in greyscale by their order of lightness. */
export const RUNS: Record<Theme, readonly string[]> = {
  light: ["#1f5fa8", "#b35806", "#2a7a4b", "#7a3e9d"],
  dark: ["#6fb1ff", "#f0a45b", "#79d19b", "#cf9df0"],
};
