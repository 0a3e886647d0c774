// Pictures of arrays, written pixel by pixel: a picture is one call to the browser, not one an entry.
import { ink, shade, shareOf, type Theme } from "./colour";

/** How many entries a picture has down and across, and how many pixels each. */
export interface Grid {
  readonly rows: number;
  readonly columns: number;
  readonly wide: number;
  readonly high: number;
}

/** A colour as four bytes of a picture: red, green, blue, opacity. */
export const pixel = (red: number, green: number, blue: number, opacity = 255): number =>
  ((opacity << 24) | (blue << 16) | (green << 8) | red) >>> 0;

const [BLACK, WHITE, BAD] = [pixel(0, 0, 0), pixel(255, 255, 255), pixel(0xd0, 0, 0x6f)];

/** Colours from one end of the scale to the other, so many to each side of 0, and their inks. */
const SIDE = 256;
interface Scale {
  readonly colours: Uint32Array;
  readonly inks: Uint32Array;
}
const scales = new Map<Theme, Scale>();

function scaleOf(theme: Theme): Scale {
  let scale = scales.get(theme);
  if (!scale) {
    const all = Array.from({ length: 2 * SIDE + 1 }, (_, k) => shade(k - SIDE, SIDE, theme));
    scale = {
      colours: Uint32Array.from(all, (colour) => pixel(...colour)),
      inks: Uint32Array.from(all, (colour) => (ink(colour) === "#000" ? BLACK : WHITE)),
    };
    scales.set(theme, scale);
  }
  return scale;
}

/** Entries on the scale: a mark in the corner of those below 0, a line under those beyond its end. */
export function paintEntries(
  canvas: HTMLCanvasElement,
  values: ArrayLike<number>,
  limit: number,
  theme: Theme,
  grid: Grid,
): void {
  const { colours, inks } = scaleOf(theme);
  const entries = grid.rows * grid.columns;
  const places = new Uint16Array(entries);
  const painted = new Uint32Array(entries);
  for (let k = 0; k < entries; k++) {
    places[k] = SIDE + Math.round(SIDE * shareOf(values[k], limit));
    painted[k] = Number.isFinite(values[k]) ? colours[places[k]] : BAD;
  }
  const image = imageOf(painted, grid);
  const pixels = new Uint32Array(image.data.buffer);
  const { columns, wide, high } = grid;
  const line = columns * wide;
  const notch = Math.min(wide, high) >= 4 ? 2 : 1;
  for (let k = 0; k < entries; k++) {
    const corner = Math.floor(k / columns) * high * line + (k % columns) * wide;
    const colour = inks[places[k]];
    if (values[k] < 0) {
      pixels.fill(colour, corner, corner + notch);
      if (notch > 1) pixels[corner + line] = colour;
    }
    if (Math.abs(values[k]) > limit && Number.isFinite(values[k]) && high >= 4) {
      const below = corner + (high - 1) * line;
      pixels.fill(colour, below, below + wide);
    }
  }
  put(canvas, image);
}

/** Entries of any colours, given as four bytes each. */
export function paintColours(canvas: HTMLCanvasElement, colours: ArrayLike<number>, grid: Grid): void {
  put(canvas, imageOf(colours, grid));
}

function imageOf(colours: ArrayLike<number>, { rows, columns, wide, high }: Grid): ImageData {
  const image = new ImageData(columns * wide, rows * high);
  const pixels = new Uint32Array(image.data.buffer);
  const line = columns * wide;
  for (let row = 0; row < rows; row++) {
    const first = row * high * line;
    let at = first;
    for (let column = 0; column < columns; column++) {
      const colour = colours[row * columns + column];
      for (const end = at + wide; at < end; at++) pixels[at] = colour;
    }
    for (let k = 1; k < high; k++) pixels.copyWithin(first + k * line, first, first + line);
  }
  return image;
}

function put(canvas: HTMLCanvasElement, image: ImageData): void {
  // A new size lays the page out anew, even where it is the old one.
  if (canvas.width !== image.width) canvas.width = image.width;
  if (canvas.height !== image.height) canvas.height = image.height;
  canvas.getContext("2d", { willReadFrequently: true })?.putImageData(image, 0, 0);
}
