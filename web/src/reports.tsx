// The data, and what the network makes of it: table, regions, images, units, statistics, metrics.
import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { JSX } from "preact";
import { css, limitOf, parsed, RUNS, shade, type Colour, type Theme } from "./colour";
import { useSize } from "./curves";
import { count, plain } from "./numbers";
import { paintColours, paintEntries, pixel } from "./pixels";
import type { ToPage } from "./protocol";
import { useStore, type Sent } from "./store";
import type { Typed } from "./wire";

function useReport<K extends ToPage["type"]>(kind: K): Sent<K> | null {
  return (useStore().reports.value.get(kind) as Sent<K> | undefined) ?? null;
}

const Waiting = (): JSX.Element => <p class="quiet">{useStore().refusal.value || "On its way …"}</p>;

// ----------------------------------------------------------------------------------- rows of data

const PAGE = 50;

function Pager({
  first,
  total,
  page,
  kind,
}: {
  readonly first: number;
  readonly total: number;
  readonly page: number;
  readonly kind: "table" | "images";
}): JSX.Element | null {
  const store = useStore();
  if (total <= page) return null;
  const go = (to: number): void => store.send({ type: "report", kind, first: to, keep: true });
  return (
    <div class="buttons">
      <button disabled={first === 0} onClick={() => go(Math.max(0, first - page))}>
        Rows before
      </button>{" "}
      <span class="quiet">
        from row {count(first)} of {count(total)}
      </span>{" "}
      <button disabled={first + page >= total} onClick={() => go(first + page)}>
        Rows after
      </button>
    </div>
  );
}

/** The heads of a table's columns. */
export function Heads({ words }: { readonly words: readonly string[] }): JSX.Element {
  return (
    <thead>
      <tr>
        {words.map((word, k) => (
          <th scope="col" key={k}>
            {word}
          </th>
        ))}
      </tr>
    </thead>
  );
}

export function DataTable(): JSX.Element {
  const sent = useReport("table");
  const program = useStore().program.value!;
  if (!sent) return <Waiting />;
  const { first, total, columns, texts, inputs, wrong } = sent.message;
  return (
    <div>
      {program.data.notes.map((note) => (
        <p class="quiet" key={note}>
          {note}
        </p>
      ))}
      <Pager first={first} total={total} page={texts.length || PAGE} kind="table" />
      <table class="data" data-report="table">
        <caption class="quiet">{count(total)} examples; what the network says stands last, × where it misses</caption>
        <thead>
          <tr>
            <th scope="col">row</th>
            {columns.map((name, k) => (
              <th scope="col" key={k}>
                {name}
              </th>
            ))}
            <th scope="col">
              <span class="hidden-words">misses</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {texts.map((row, k) => (
            <tr key={k}>
              <th scope="row">{first + k}</th>
              {row.map((text, j) => (
                <td key={j} class={j >= inputs ? "mono answer" : "mono"}>
                  {text}
                </td>
              ))}
              <td>{wrong[k] ? "×" : ""}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

// --------------------------------------------------------------------------------------- regions

const SIDE = 336;

export function RegionsPicture(): JSX.Element {
  const sent = useReport("regions");
  const { theme, program } = useStore();
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    if (!sent || !canvas.current) return;
    const { values, points, targets, classes } = sent.message;
    paintRegions(canvas.current, sent.arrays[values].values, classes, theme.value);
    paintPoints(
      canvas.current,
      sent.message.bounds,
      sent.arrays[points].values,
      sent.arrays[targets].values,
      classes,
      theme.value,
    );
  }, [sent, theme.value]);
  if (!sent) return <Waiting />;
  const [left, right, bottom, top] = sent.message.bounds;
  const [across, up] = program.value!.data.inputs;
  return (
    <figure class="regions">
      <canvas
        ref={canvas}
        width={SIDE}
        height={SIDE}
        role="img"
        aria-label={`What the network says over $${across} and ${up}, with the examples`}
        data-report="regions"
      />
      <figcaption class="quiet">
        {across} from {plain(left)} to {plain(right)}, {up} from {plain(bottom)} to {plain(top)}. Marks are examples;
        their colour and shape tell their own answers.
      </figcaption>
    </figure>
  );
}

/** An answer on the scale: 0 to 1 from one end to the other; classes by their own colours. */
function answerColour(value: number, classes: number, theme: Theme): Colour {
  if (classes > 2) return parsed(RUNS[theme][Math.round(value) % 4]);
  return shade(2 * value - 1, 1, theme);
}

function paintRegions(canvas: HTMLCanvasElement, values: Typed, classes: number, theme: Theme): void {
  const side = Math.round(Math.sqrt(values.length));
  const opacity = classes > 2 ? 140 : 255; // classes' colours are strong
  const colours = new Uint32Array(side * side);
  for (let k = 0; k < colours.length; k++) {
    const upwards = (side - 1 - Math.floor(k / side)) * side + (k % side);
    colours[upwards] = pixel(...answerColour(values[k], classes, theme), opacity);
  }
  paintColours(canvas, colours, { rows: side, columns: side, wide: SIDE / side, high: SIDE / side });
}

function paintPoints(
  canvas: HTMLCanvasElement,
  bounds: readonly number[],
  points: Typed,
  targets: Typed,
  classes: number,
  theme: Theme,
): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const [left, right, bottom, top] = bounds;
  for (let k = 0; k < targets.length; k++) {
    const x = ((points[2 * k] - left) / (right - left)) * SIDE;
    const y = SIDE - ((points[2 * k + 1] - bottom) / (top - bottom)) * SIDE;
    context.beginPath();
    shape(context, x, y, Math.round(targets[k]));
    context.fillStyle = css(answerColour(targets[k], classes, theme));
    context.strokeStyle = theme === "light" ? "#000" : "#fff";
    context.lineWidth = 1.5;
    context.fill();
    context.stroke();
  }
}

/** By shape as well as by colour: circle, square, triangle, diamond. */
function shape(context: CanvasRenderingContext2D, x: number, y: number, answer: number): void {
  const corners = [
    [],
    [
      [-4, -4],
      [4, -4],
      [4, 4],
      [-4, 4],
    ],
    [
      [0, -5],
      [5, 4],
      [-5, 4],
    ],
    [
      [0, -5],
      [5, 0],
      [0, 5],
      [-5, 0],
    ],
  ][answer % 4];
  if (!corners.length) context.arc(x, y, 4, 0, 2 * Math.PI);
  for (const [across, down] of corners) context.lineTo(x + across, y + down);
  context.closePath();
}

// ---------------------------------------------------------------------------------------- images

export function ImagesPanel(): JSX.Element {
  const sent = useReport("images");
  if (!sent) return <Waiting />;
  const { message, arrays } = sent;
  const pixels = arrays[message.pixels];
  const weights = message.weights === null ? null : arrays[message.weights];
  return (
    <div>
      <Pager first={message.first} total={message.total} page={message.said.length || 24} kind="images" />
      <div class="gallery" data-report="images">
        {message.said.map((said, k) => (
          <figure key={k} class="image">
            <Pixels
              shape={pixels.shape}
              values={pixels.values}
              number={k}
              signed={false}
              words={`row ${message.first + k}`}
            />
            <figcaption class="quiet">{said === message.right[k] ? said : `${said} × ${message.right[k]}`}</figcaption>
          </figure>
        ))}
      </div>
      {weights && (
        <>
          <h3>First layer’s weights, a picture a unit</h3>
          <div class="gallery">
            {Array.from({ length: weights.shape[0] }, (_, k) => (
              <Pixels
                key={k}
                shape={weights.shape}
                values={weights.values}
                number={k}
                signed
                words={`weights of unit ${k}`}
              />
            ))}
          </div>
        </>
      )}
    </div>
  );
}

interface PixelsProps {
  readonly shape: readonly number[];
  readonly values: Typed;
  readonly number: number;
  readonly signed: boolean;
  readonly words: string;
}

/** One image: grey or coloured; of weights, on the diverging scale. */
function Pixels({ shape, values, number, signed, words }: PixelsProps): JSX.Element {
  const { theme } = useStore();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [, height, width, channels = 1] = shape;
  // Weights are larger, so that the marks of those below zero can be seen.
  const scale = Math.max(signed ? 4 : 1, Math.floor((signed ? 84 : 56) / Math.max(height, width)));
  useLayoutEffect(() => {
    if (!canvas.current) return;
    const size = height * width * channels;
    const own = values.subarray(number * size, (number + 1) * size);
    const limit = limitOf(own) || 1;
    const grid = { rows: height, columns: width, wide: scale, high: scale };
    if (signed) {
      const first = channels === 1 ? own : own.filter((_, k) => k % channels === 0);
      return paintEntries(canvas.current, first, limit, theme.value, grid);
    }
    const at = (k: number, channel: number): number =>
      Math.max(0, Math.min(255, Math.round((255 * own[k * channels + Math.min(channel, channels - 1)]) / limit)));
    const colours = Array.from({ length: height * width }, (_, k) => pixel(at(k, 0), at(k, 1), at(k, 2)));
    paintColours(canvas.current, colours, grid);
  }, [values, number, theme.value]);
  return <canvas ref={canvas} role="img" aria-label={words} />;
}

// ----------------------------------------------------------------------------------------- units

/** Of the first so many examples, tangents are drawn. */
const TANGENTS = 12;

export function UnitsPicture(): JSX.Element {
  const store = useStore();
  const sent = useReport("units");
  const [unit, setUnit] = useState(0);
  const [box, wide, high] = useSize(460, 190);
  if (!sent) return <Waiting />;
  const { message, arrays } = sent;
  const curve = arrays[message.curve].values;
  const points = curve.length / 3;
  const [z, values, slopes] = [arrays[message.z], arrays[message.values], arrays[message.slopes]];
  const units = z.shape[1] ?? 1;
  const own = Math.min(unit, units - 1);
  const rows = z.shape[0];
  const layers = store.program.value!.sizes.length - 1;
  const at = (array: Typed, row: number): number => array[row * units + own];
  const spots = Array.from({ length: rows }, (_, row) => row);
  const across = [...curve.subarray(0, points), ...spots.map((row) => at(z.values, row))].filter(Number.isFinite);
  const up = [...curve.subarray(points, 2 * points)].filter(Number.isFinite);
  const x = scaleLinear([Math.min(...across), Math.max(...across)], [40, wide - 10]);
  const y = scaleLinear([Math.min(0, ...up), Math.max(1, ...up)], [high - 24, 10]);
  const path = line<number>()
    .x((k) => x(curve[k]))
    .y((k) => y(curve[points + k]))(Array.from({ length: points }, (_, k) => k));
  const ask = (layer: number): void => store.send({ type: "report", kind: "units", layer, keep: true });
  return (
    <div class="units" data-report="units">
      <div class="buttons">
        <label>
          layer
          <select value={message.layer} onChange={(event) => ask(Number(event.currentTarget.value))}>
            {Array.from({ length: layers }, (_, k) => (
              <option key={k} value={k + 1}>
                l{k + 1}
              </option>
            ))}
          </select>
        </label>{" "}
        <label>
          unit
          <input
            type="number"
            min={0}
            max={units - 1}
            value={own}
            onInput={(event) => setUnit(Number(event.currentTarget.value) || 0)}
          />
        </label>{" "}
        <span>
          {message.activation}: {message.words}
        </span>
      </div>
      <div class="beside">
        <div class="plot" ref={box}>
          <svg
            width={wide}
            height={high}
            role="img"
            aria-label={`${message.activation} with the tangent at each example; the numbers stand beside`}
          >
            <line class="axis" x1={40} x2={wide - 10} y1={y(0)} y2={y(0)} />
            {y.ticks(4).map((tick) => (
              <text key={tick} x={34} y={y(tick) + 4} text-anchor="end">
                {plain(tick)}
              </text>
            ))}
            {x.ticks(7).map((tick) => (
              <text key={tick} x={x(tick)} y={high - 6} text-anchor="middle">
                {plain(tick)}
              </text>
            ))}
            <path d={path ?? ""} fill="none" stroke="var(--quiet)" stroke-width={2} />
            {spots.map((row) => {
              const [zed, value, slope] = [at(z.values, row), at(values.values, row), at(slopes.values, row)];
              const reach = (x.domain()[1] - x.domain()[0]) / 16;
              return (
                <g key={row}>
                  {row < TANGENTS && (
                    <line
                      x1={x(zed - reach)}
                      x2={x(zed + reach)}
                      y1={y(value - slope * reach)}
                      y2={y(value + slope * reach)}
                      stroke="var(--negative)"
                      stroke-width={1.5}
                    />
                  )}
                  <circle cx={x(zed)} cy={y(value)} r={4} fill="var(--positive)" />
                </g>
              );
            })}
          </svg>
        </div>
        <table class="data mono">
          <Heads words={["example", "sum", "value", "slope"]} />
          <tbody>
            {spots.map((row) => (
              <tr key={row}>
                <th scope="row">{row}</th>
                <td>{plain(at(z.values, row))}</td>
                <td>{plain(at(values.values, row))}</td>
                <td>{plain(at(slopes.values, row))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

// ------------------------------------------------------------------------------ numbers about it

export function StatisticsTable(): JSX.Element {
  const sent = useReport("statistics");
  if (!sent) return <Waiting />;
  const { names, texts } = sent.message;
  return (
    <table class="data" data-report="statistics">
      <caption class="quiet">
        How each input and each hidden unit goes with the target: correlation, from −1 to 1
      </caption>
      <Heads words={["array", "at the start", "now"]} />
      <tbody>
        {names.map((name, k) => (
          <tr key={k}>
            <th scope="row">{name}</th>
            {texts[k].map((text, j) => (
              <td key={j} class="mono">
                {text}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function ConfusionTable(): JSX.Element {
  const sent = useReport("confusion");
  const { theme } = useStore();
  if (!sent) return <Waiting />;
  const { message, arrays } = sent;
  const counts = arrays[message.counts].values;
  const { classes } = message;
  const most = limitOf(counts);
  return (
    <div data-report="confusion">
      <p>{message.words}</p>
      <dl class="figures">
        {message.figures.map((figure) => (
          <div key={figure.name}>
            <dt>{figure.name}</dt>
            <dd class="mono">{figure.text}</dd>
          </div>
        ))}
      </dl>
      {classes.length > 0 && (
        <table class="data">
          <caption class="quiet">Each row is a true class; each column, what the network said</caption>
          <Heads words={["true \\ said", ...classes]} />
          <tbody>
            {classes.map((name, i) => (
              <tr key={i}>
                <th scope="row">{name}</th>
                {classes.map((_, j) => {
                  const value = counts[i * classes.length + j];
                  const share = most ? value / most : 0;
                  // Hits towards one end of the scale, misses towards the other; pale, for the ink.
                  const colour = css(shade((i === j ? 0.35 : -0.35) * share, 1, theme.value));
                  return (
                    <td key={j} class="mono" style={{ background: colour }}>
                      {count(value)}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}
