// An array as a person reads it: a grid of numbers up to 256 entries, a picture above.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ComponentChildren, JSX } from "preact";
import { css, ink, limitOf, shade, type Theme } from "./colour";
import { plain, shapeText, short } from "./numbers";
import { paintEntries } from "./pixels";
import { useStore } from "./store";

/** What there is to show of an array: all of it, or blocks of it. */
export interface Matrix {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly values: ArrayLike<number>;
  /** Of blocks: the least and the largest within each; values are means then. */
  readonly least?: ArrayLike<number>;
  readonly most?: ArrayLike<number>;
  /** Of blocks: rows and columns of a block. */
  readonly block?: readonly [number, number];
  /** Where the first entry stands, in a window of a larger array. */
  readonly origin?: readonly [number, number];
  /** Rows and columns of what is held here, of blocks or of entries. */
  readonly grid?: readonly [number, number];
}

export type Place = readonly [number, number];

/** Whether it holds this step's value, the last step's, or nothing yet. */
type Age = "now" | "before" | "none";

export const rowsOf = (m: Matrix): number => m.grid?.[0] ?? (m.shape.length > 1 ? m.shape[0] : 1);
export const columnsOf = (m: Matrix): number =>
  m.grid?.[1] ?? (m.shape.length > 1 ? m.shape[1] : m.shape.length === 1 ? m.shape[0] : 1);
export const cells = (m: Matrix): number => rowsOf(m) * columnsOf(m);

/** "l1[2,1]", "bias0[3]", "loss". */
export function placeText(m: Matrix, [row, column]: Place, name = m.name): string {
  const [top, left] = m.origin ?? [0, 0];
  if (m.shape.length === 0) return name;
  if (m.block) {
    const [high, wide] = m.block;
    const lastRow = Math.min((row + 1) * high, m.shape.length > 1 ? m.shape[0] : 1) - 1;
    const lastColumn = Math.min((column + 1) * wide, m.shape[m.shape.length - 1]) - 1;
    return `${name}, rows ${row * high}–${lastRow}, columns ${column * wide}–${lastColumn}`;
  }
  return m.shape.length === 1 ? `${name}[${left + column}]` : `${name}[${top + row},${left + column}]`;
}

const LARGEST_GRID = 256;
const KEYS: Record<string, Place> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

interface ArrayProps {
  readonly matrix: Matrix;
  readonly age?: Age;
  readonly place?: Place | null;
  readonly litRow?: number | null;
  readonly litColumn?: number | null;
  readonly onPlace?: (place: Place) => void;
  readonly onOpen?: (place: Place) => void;
  /** Entries that are marked, such as those in which two arrays differ: 1 where one is. */
  readonly marked?: ArrayLike<number>;
  /** Where its colours end; without, at its largest number. */
  readonly limit?: number;
  /** What is written above: the name unless said otherwise. */
  readonly title?: string;
  readonly children?: ComponentChildren;
}

export function ArrayBox(props: ArrayProps): JSX.Element {
  const { matrix, age = "now", title = matrix.name, children } = props;
  const locked = useStore().locks.value.get(title);
  const limit = locked ?? props.limit ?? limitOf(matrix.values);
  const hasScale = age !== "none" && cells(matrix) > 1;
  return (
    <figure class={`array ${age}`} data-array={matrix.name}>
      <figcaption>
        <code>{title}</code>
        <span class="quiet">
          {shapeText(matrix.shape)} {matrix.dtype}
        </span>
        {hasScale && <Scale title={title} limit={limit} />}
      </figcaption>
      {age === "none" ? <Empty matrix={matrix} /> : <Entries {...props} limit={limit} />}
      {age === "none" && <div class="quiet">not yet computed</div>}
      {age === "before" && <div class="quiet">the last step’s value</div>}
      {hasScale && locked !== undefined && <Beyond values={matrix.values} limit={limit} />}
      {matrix.block && <div class="quiet">{`${matrix.shape.join("×")} in blocks of ${matrix.block.join("×")}`}</div>}
      {children}
    </figure>
  );
}

/** Where the colours end, and a lock that keeps them there while the numbers change. */
function Scale({ title, limit }: { readonly title: string; readonly limit: number }): JSX.Element {
  const store = useStore();
  const locked = store.locks.value.has(title);
  const words = locked ? `its colours stay at ±${short(limit)}` : `its colours end at ±${short(limit)}`;
  return (
    <button
      class="lock"
      aria-pressed={locked}
      aria-label={`Lock the colours of ${title}: ${words}`}
      title={locked ? "Locked: press to let the colours follow its largest number" : "Keep the colours at this limit"}
      onClick={() => store.lock(title, locked ? null : limit)}
    >
      ±{short(limit)}{" "}
      <svg width="11" height="12" viewBox="0 0 11 12" aria-hidden="true">
        <path d={locked ? "M3 6V3.5a2.5 2.5 0 0 1 5 0V6" : "M3 6V3.5a2.5 2.5 0 0 1 5 0"} />
        <rect x="1.5" y="6" width="8" height="5" />
      </svg>
    </button>
  );
}

/** How many entries lie beyond a locked scale. */
function Beyond({ values, limit }: { readonly values: ArrayLike<number>; readonly limit: number }): JSX.Element | null {
  let beyond = 0;
  for (let k = 0; k < values.length; k++) if (Math.abs(values[k]) > limit) beyond++;
  return beyond ? <div class="quiet" data-beyond={beyond}>{`${beyond} beyond ±${short(limit)}, underlined`}</div> : null;
}

function Entries(props: ArrayProps & { readonly limit: number }): JSX.Element {
  return cells(props.matrix) > LARGEST_GRID || props.matrix.block ? <Picture {...props} /> : <Grid {...props} />;
}

function Empty({ matrix }: { readonly matrix: Matrix }): JSX.Element {
  const rows = Math.min(rowsOf(matrix), 6);
  const columns = Math.min(columnsOf(matrix), 6);
  return <div class="hollow" style={{ "--rows": rows, "--columns": columns }} />;
}

/** One tab stop; arrows move within, Enter opens the entry. */
function Grid(props: ArrayProps & { readonly limit: number }): JSX.Element {
  const { matrix, age, place, litRow, litColumn, onPlace, onOpen, limit, title, marked } = props;
  const { theme } = useStore();
  const [own, setOwn] = useState<Place>([0, 0]);
  const table = useRef<HTMLTableElement>(null);
  const rows = rowsOf(matrix);
  const columns = columnsOf(matrix);
  const current = clamp(place ?? own, rows, columns);

  const go = (to: Place): void => {
    setOwn(to);
    onPlace?.(to);
    table.current?.querySelector<HTMLElement>(`[data-place="${to[0]},${to[1]}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const move = KEYS[event.key];
    if (move && !event.shiftKey && !event.ctrlKey && !event.metaKey && !event.altKey) {
      go(clamp([current[0] + move[0], current[1] + move[1]], rows, columns));
    } else if (event.key === "Enter" && onOpen) onOpen(current);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div class="scroller">
      <table role="grid" aria-label={`${title ?? matrix.name} ${shapeText(matrix.shape)}`} ref={table} onKeyDown={onKeyDown}>
        <tbody>
          {Array.from({ length: rows }, (_, row) => (
            <tr role="row" key={row}>
              {Array.from({ length: columns }, (_, column) => {
                const value = matrix.values[row * columns + column];
                const here = current[0] === row && current[1] === column;
                const chosen = !!place && place[0] === row && place[1] === column;
                const lit = litRow === row || litColumn === column;
                const differs = marked?.[row * columns + column] === 1;
                return (
                  <Cell
                    key={column}
                    value={value}
                    limit={limit}
                    theme={theme.value}
                    faded={age === "before"}
                    label={`${placeText(matrix, [row, column], title)}, ${short(value)}${differs ? ", differs" : ""}`}
                    place={`${row},${column}`}
                    stop={here}
                    chosen={chosen}
                    lit={lit}
                    differs={differs}
                    onFocus={() => {
                      setOwn([row, column]);
                      onPlace?.([row, column]);
                    }}
                    onOpen={() => onOpen?.([row, column])}
                  />
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface CellProps {
  readonly value: number;
  readonly limit: number;
  readonly theme: Theme;
  readonly faded: boolean;
  readonly label: string;
  readonly place: string;
  readonly stop: boolean;
  readonly chosen: boolean;
  readonly lit: boolean;
  readonly differs: boolean;
  readonly onFocus: () => void;
  readonly onOpen: () => void;
}

function Cell(props: CellProps): JSX.Element {
  const { value, limit, theme, faded, label, place, stop, chosen, lit, differs, onFocus, onOpen } = props;
  // Faded by a paler colour, not by transparency, so that its digits stay as easy to read.
  const colour = shade(value, faded ? 2 * limit : limit, theme);
  const kinds = ["cell"];
  if (value < 0) kinds.push("negative");
  if (!Number.isFinite(value)) kinds.push("bad");
  if (Math.abs(value) > limit) kinds.push("clipped");
  if (lit) kinds.push("lit");
  if (differs) kinds.push("differs");
  if (chosen) kinds.push("chosen");
  return (
    <td
      role="gridcell"
      class={kinds.join(" ")}
      data-place={place}
      tabIndex={stop ? 0 : -1}
      aria-label={label}
      aria-selected={chosen}
      style={{ background: css(colour), color: ink(colour) }}
      onFocus={onFocus}
      onDblClick={onOpen}
    >
      {short(value)}
    </td>
  );
}

/** The size of an entry, so that so many fit; never so small that its mark below zero is lost. */
const pixels = (room: number, entries: number): number =>
  Math.max(4, Math.min(14, Math.floor(room / Math.max(entries, 1))));

/** Colour only, on a canvas; the entry under the cursor is written below. */
function Picture(props: ArrayProps & { readonly limit: number }): JSX.Element {
  const { matrix, place, onPlace, onOpen, limit, title = matrix.name } = props;
  const { theme, layout } = useStore();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [own, setOwn] = useState<Place>([0, 0]);
  const rows = rowsOf(matrix);
  const columns = columnsOf(matrix);
  const current = clamp(place ?? own, rows, columns);
  const high = pixels(120, rows);
  const wide = Math.min(pixels(layout.value === "wide" ? 420 : 180, columns), 4 * high);
  const box = useRef<HTMLDivElement>(null);

  // Drawn before the browser paints: once for the whole page, not once more for what an effect draws.
  useLayoutEffect(() => {
    if (canvas.current) paint(canvas.current, matrix, limit, theme.value, wide, high);
  }, [matrix, limit, theme.value, wide, high]);
  // Asking where it is scrolled to makes the browser lay out the page: only where the row is another.
  const row = useRef(0);
  useLayoutEffect(() => {
    const [top, shown] = [current[0] * high, box.current];
    if (!shown || row.current === current[0]) return;
    row.current = current[0];
    if (top < shown.scrollTop) shown.scrollTop = top;
    else if (top + high > shown.scrollTop + shown.clientHeight) shown.scrollTop = top + high - shown.clientHeight;
  }, [current[0], high]);

  const go = (to: Place): void => {
    setOwn(to);
    onPlace?.(to);
  };
  const at = current[0] * columns + current[1];
  const words = matrix.block
    ? `least ${plain(matrix.least?.[at] ?? NaN)}, mean ${plain(matrix.values[at])}, most ${plain(matrix.most?.[at] ?? NaN)}`
    : plain(matrix.values[at]);
  const spoken = `${placeText(matrix, current, title)}: ${words}`;
  return (
    <div>
      <div
        class="picture"
        ref={box}
        role="img"
        tabIndex={0}
        aria-label={`${title} ${shapeText(matrix.shape)} as colours. ${spoken}`}
        onKeyDown={(event) => {
          const move = KEYS[event.key];
          if (move && !event.shiftKey) go(clamp([current[0] + move[0], current[1] + move[1]], rows, columns));
          else if (event.key === "Enter" && onOpen) onOpen(current);
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
        onClick={(event) => {
          const { top, left } = canvas.current!.getBoundingClientRect();
          go(
            clamp([Math.floor((event.clientY - top) / high), Math.floor((event.clientX - left) / wide)], rows, columns),
          );
        }}
        onDblClick={() => onOpen?.(current)}
      >
        <canvas ref={canvas} />
        <span
          class="cursor"
          style={{
            top: `${current[0] * high}px`,
            left: `${current[1] * wide}px`,
            width: `${wide}px`,
            height: `${high}px`,
          }}
        />
      </div>
      <div class="exact">{spoken}</div>
    </div>
  );
}

/** A small picture of an array, beside its line. */
export function Thumbnail({ matrix, age }: { readonly matrix: Matrix; readonly age: Age }): JSX.Element {
  const { theme, locks } = useStore();
  const locked = locks.value.get(matrix.name);
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    if (!canvas.current || age === "none") return;
    const small = reduced(matrix, 11, 24);
    const size = Math.max(2, Math.min(6, Math.floor(48 / columnsOf(small)), Math.floor(22 / rowsOf(small))));
    paint(canvas.current, small, locked ?? limitOf(small.values), theme.value, size, size);
  }, [matrix, age, theme.value, locked]);
  return <span class={`thumbnail ${age}`}>{age !== "none" && <canvas ref={canvas} aria-hidden="true" />}</span>;
}

/** An array in at most so many rows and columns, each entry the mean of a block. */
function reduced(m: Matrix, mostRows: number, mostColumns: number): Matrix {
  const [rows, columns] = [rowsOf(m), columnsOf(m)];
  if (rows <= mostRows && columns <= mostColumns) return m;
  const [high, wide] = [Math.ceil(rows / mostRows), Math.ceil(columns / mostColumns)];
  const grid: Place = [Math.ceil(rows / high), Math.ceil(columns / wide)];
  const sums = new Float64Array(grid[0] * grid[1]);
  const counts = new Float64Array(sums.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = Math.floor(row / high) * grid[1] + Math.floor(column / wide);
      sums[at] += m.values[row * columns + column];
      counts[at]++;
    }
  }
  return { ...m, grid, values: sums.map((sum, k) => sum / counts[k]) };
}

function paint(canvas: HTMLCanvasElement, m: Matrix, limit: number, theme: Theme, wide: number, high: number): void {
  paintEntries(canvas, m.values, limit, theme, { rows: rowsOf(m), columns: columnsOf(m), wide, high });
}

function clamp([row, column]: Place, rows: number, columns: number): Place {
  return [Math.max(0, Math.min(rows - 1, row)), Math.max(0, Math.min(columns - 1, column))];
}
