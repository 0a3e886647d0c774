// G: loss or error of every run on shared axes, the exact value under the cursor; printed output.
import { scaleLinear, scaleLog } from "d3-scale";
import { line } from "d3-shape";
import { useCallback, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { JSX } from "preact";
import { RUNS } from "./colour";
import { count, plain } from "./numbers";
import { useStore, type Sent } from "./store";

const DASHES = ["", "7 4", "2 3", "9 3 2 3"];

export function CurvesPanel(): JSX.Element {
  return (
    <section class="region curves" aria-label="Curves and printed output" data-region="curves">
      <Curves />
    </section>
  );
}

export function Curves(): JSX.Element {
  const store = useStore();
  const lines = store.printed.value;
  const end = useRef<HTMLPreElement>(null);
  useLayoutEffect(() => {
    if (end.current) end.current.scrollTop = end.current.scrollHeight;
  }, [lines]);
  return (
    <div class="two">
      {store.curve.value ? (
        <Chart sent={store.curve.value} />
      ) : (
        <p class="quiet">Loss and error are drawn here as steps are taken.</p>
      )}
      <div class="printed-box">
        <h2>Printed</h2>
        <pre class="printed" ref={end} tabIndex={0} aria-label="What the program has printed">
          {lines.length ? lines.join("\n") : "nothing yet"}
        </pre>
      </div>
    </div>
  );
}

type Figure = "loss" | "error";
const [LEFT, RIGHT, TOP, BOTTOM] = [62, 12, 8, 22];

function Chart({ sent }: { readonly sent: Sent<"curve"> }): JSX.Element {
  const store = useStore();
  const [figure, setFigure] = useState<Figure>("error");
  const [log, setLog] = useState(true);
  const [cursor, setCursor] = useState<number | null>(null);
  const [box, width, height] = useSize(420, 140);
  const { arrays, message } = sent;
  const runs = message.runs.map((run) => ({
    run: run.run,
    steps: arrays[run.step].values,
    values: arrays[run[figure]].values,
  }));
  const all = runs.flatMap((run) => Array.from(run.values)).filter(Number.isFinite);
  const positive = all.filter((value) => value > 0);
  const isLog = log && positive.length === all.length && all.length > 0;
  const last = Math.max(1, ...runs.map((run) => run.steps[run.steps.length - 1] ?? 0));
  const least = all.length ? Math.min(...all) : 0;
  const most = all.length ? Math.max(...all) : 1;
  const x = scaleLinear([0, last], [LEFT, width - RIGHT]);
  const across: [number, number] = [height - BOTTOM, TOP];
  const y = isLog
    ? scaleLog([least, most === least ? least * 1.1 : most], across)
    : scaleLinear([Math.min(0, least), most === least ? least + 1 : most], across);
  const at = cursor ?? last;
  const path = line<number>()
    .defined((value) => Number.isFinite(value) && (!isLog || value > 0))
    .y((value) => y(value));
  const dash = (k: number): string => DASHES[k % DASHES.length];
  const colour = (k: number): string => RUNS[store.theme.value][k % 4];
  const before = store.program.value?.first ?? 0;
  return (
    <figure class="chart">
      {before > 0 && (
        <p class="quiet">
          A saved model holds no history: what it learned in its first {count(before)} {before === 1 ? "step" : "steps"} has no curve.
        </p>
      )}
      <div class="chart-head">
        <select aria-label="Figure" value={figure} onChange={(event) => setFigure(event.currentTarget.value as Figure)}>
          <option value="error">error</option>
          <option value="loss">loss</option>
        </select>{" "}
        <label>
          <input type="checkbox" checked={log} onChange={(event) => setLog(event.currentTarget.checked)} /> log scale
        </label>
        <table class="legend">
          <caption class="hidden-words">{figure} of each run</caption>
          <tbody>
            {runs.map((run, k) => {
              const place = nearest(run.steps, at);
              return (
                <tr key={run.run}>
                  <th scope="row">
                    <svg width="26" height="10" aria-hidden="true">
                      <line
                        x1="0"
                        x2="26"
                        y1="5"
                        y2="5"
                        stroke={colour(k)}
                        stroke-width="2"
                        stroke-dasharray={dash(k)}
                      />
                    </svg>{" "}
                    {run.run}
                  </th>
                  <td class="quiet">step {count(run.steps[place] ?? 0)}</td>
                  <td class="mono">{run.values.length ? String(run.values[place]) : "–"}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <div class="chart-box" ref={box}>
        <svg
          width={width}
          height={height}
          role="img"
          tabIndex={0}
          aria-label={`${figure} over the steps; arrows move the cursor`}
          onPointerMove={(event) => setCursor(clampStep(x.invert(event.offsetX), last))}
          onPointerLeave={() => setCursor(null)}
          onKeyDown={(event) => {
            const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
            if (!by) return;
            setCursor(clampStep(at + (by * last) / 100, last));
            event.preventDefault();
            event.stopPropagation();
          }}
        >
          {apart(isLog ? (decades(least, most) ?? y.ticks(4)) : y.ticks(4), y).map((tick) => (
            <g key={tick}>
              <line class="guide" x1={LEFT} x2={width - RIGHT} y1={y(tick)} y2={y(tick)} />
              <text x={LEFT - 6} y={y(tick) + 4} text-anchor="end">
                {plain(tick)}
              </text>
            </g>
          ))}
          {x
            .ticks(Math.min(5, width / 80))
            .filter(Number.isInteger)
            .map((tick) => (
              <text key={tick} x={x(tick)} y={height - 6} text-anchor="middle">
                {count(tick)}
              </text>
            ))}
          <line class="axis" x1={LEFT} x2={width - RIGHT} y1={height - BOTTOM} y2={height - BOTTOM} />
          {runs.map((run, k) => run.values.length === 1 && <circle key={run.run} cx={x(run.steps[0])} cy={y(run.values[0])} r={3} fill={colour(k)} />)}
          {runs.map((run, k) => (
            <path
              key={run.run}
              d={path.x((_, place) => x(run.steps[place]))(run.values as unknown as number[]) ?? ""}
              fill="none"
              stroke={colour(k)}
              stroke-width={2}
              stroke-dasharray={dash(k)}
            />
          ))}
          {cursor !== null && <line class="axis" x1={x(at)} x2={x(at)} y1={TOP} y2={height - BOTTOM} />}
        </svg>
      </div>
    </figure>
  );
}

/** The powers of ten between two numbers, if there are two of them at least. */
function decades(least: number, most: number): number[] | null {
  const [first, last] = [Math.ceil(Math.log10(least)), Math.floor(Math.log10(most))];
  return last > first ? Array.from({ length: last - first + 1 }, (_, k) => 10 ** (first + k)) : null;
}

/** At most five of the ticks, evenly taken, and none so near to the one before that their words touch. */
function apart(ticks: readonly number[], y: (tick: number) => number): number[] {
  const step = Math.ceil(ticks.length / 5);
  let last = Infinity;
  return ticks.filter((tick, k) => {
    if (k % step || Math.abs(y(tick) - last) < 16) return false;
    last = y(tick);
    return true;
  });
}

const clampStep = (step: number, last: number): number => Math.round(Math.max(0, Math.min(last, step)));

function nearest(steps: ArrayLike<number>, step: number): number {
  let best = 0;
  for (let k = 1; k < steps.length; k++) if (Math.abs(steps[k] - step) < Math.abs(steps[best] - step)) best = k;
  return best;
}

/** A reference to a box, and its present size. */
export function useSize(wide: number, high: number) {
  const observer = useRef<ResizeObserver | null>(null);
  const [size, setSize] = useState<readonly [number, number]>([wide, high]);
  const box = useCallback((element: HTMLDivElement | null): void => {
    observer.current?.disconnect();
    if (!element) return;
    observer.current = new ResizeObserver(([entry]) => {
      const { width, height } = entry.contentRect;
      if (width > 0 && height > 0) setSize([Math.floor(width), Math.floor(height)]);
    });
    observer.current.observe(element);
  }, []);
  return [box, ...size] as const;
}
