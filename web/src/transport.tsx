// E: a line, a pass, a step, an epoch, on and back; playing; scrubbing.
import { useState } from "preact/hooks";
import type { JSX } from "preact";
import { count } from "./numbers";
import type { Move } from "./protocol";
import { useStore } from "./store";

const RATES: readonly (readonly [string, number | null])[] = [
  ["as fast as it can", null],
  ["1,000 steps/s", 1000],
  ["100 steps/s", 100],
  ["10 steps/s", 10],
  ["1 step/s", 1],
];

export function Transport(): JSX.Element {
  const store = useStore();
  const program = store.program.value;
  const frame = store.frame.value;
  const off = store.still.value || !program || !frame;
  const atStart = !frame || (frame.step === 0 && frame.line < 0);
  const atEnd = !!frame && frame.step >= frame.steps;
  const plays = store.plays.value;
  const epochs = !!program && program.batches > 1;
  const move = (
    unit: Move["unit"],
    by: 1 | -1,
    label: string,
    words: string,
    key: string,
    primary = false,
  ): JSX.Element => (
    <button
      class={primary ? "primary" : ""}
      disabled={off || (by < 0 ? atStart : atEnd)}
      title={`${words} (${key})`}
      aria-label={primary ? undefined : words}
      aria-keyshortcuts={key}
      onClick={() => store.move(unit, by)}
    >
      {label}
    </button>
  );
  return (
    <section class="region transport" aria-label="Run" data-region="transport">
      <button
        disabled={off || atStart}
        aria-label="Back to the start"
        title="Back to the start (Home)"
        aria-keyshortcuts="Home"
        onClick={() => store.go(0)}
      >
        |◀
      </button>
      {epochs && move("epoch", -1, "− epoch", "Back one epoch", "{")}
      {move("step", -1, "− step", "Back one step", "[")}
      {move("phase", -1, "− pass", "Back one pass", "Shift+ArrowLeft")}
      {move("line", -1, "◀", "Back one line", "ArrowLeft")}
      {move("line", 1, "Next line ▶", "Next line", "ArrowRight", true)}
      {move("phase", 1, "+ pass", "On one pass: forward, loss, backward, update", "Shift+ArrowRight")}
      {move("step", 1, "+ step", "On one step", "]")}
      {epochs && move("epoch", 1, "+ epoch", "On one epoch: once through all rows", "}")}
      <button
        class="play"
        aria-pressed={plays}
        disabled={off || (atEnd && !plays)}
        aria-keyshortcuts="Space"
        title="Train on and on (Space)"
        onClick={() => store.toggle()}
      >
        {plays ? "❚❚ Pause" : "▶ Play"}
      </button>
      <label>
        <span class="hidden-words">Speed</span>
        <select
          disabled={off || store.recorded.value}
          value={String(store.rate.value)}
          onChange={(event) => {
            const rate = event.currentTarget.value;
            store.rate.value = rate === "null" ? null : Number(rate);
            if (plays) store.send({ type: "play", rate: store.rate.value });
          }}
        >
          {RATES.map(([words, rate]) => (
            <option key={words} value={String(rate)}>
              {words}
            </option>
          ))}
        </select>
      </label>
      {program && frame && <Scrubber off={off} />}
    </section>
  );
}

function Scrubber({ off }: { readonly off: boolean }): JSX.Element {
  const store = useStore();
  const frame = store.frame.value!;
  const [text, setText] = useState<string | null>(null);
  const where = `step ${count(frame.step)} of ${count(frame.steps)}, ${
    frame.line < 0 ? "before its first line" : `line ${frame.line + 1} of ${frame.lines}`
  }`;
  return (
    <>
      <label class="scrub">
        <span class="hidden-words">Step</span>
        <input
          type="range"
          min={0}
          max={frame.steps}
          value={frame.step}
          disabled={off}
          aria-valuetext={where}
          onInput={(event) => store.go(Number(event.currentTarget.value))}
        />
        {store.recorded.value && <Tape steps={store.held.value} end={frame.steps} />}
      </label>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const step = Number((text ?? "").replaceAll(",", ""));
          if (text !== null && Number.isInteger(step) && step >= 0) store.go(Math.min(step, frame.steps));
          setText(null);
        }}
      >
        <label>
          step
          <input
            class="number"
            inputMode="numeric"
            aria-keyshortcuts="g"
            data-goto=""
            disabled={off}
            value={text ?? count(frame.step)}
            onFocus={(event) => event.currentTarget.select()}
            onInput={(event) => setText(event.currentTarget.value)}
            onBlur={() => setText(null)}
          />
        </label>
      </form>
      <span class="quiet" data-where={`${frame.step},${frame.line}`}>
        {frame.line < 0 ? "before line 1" : `line ${frame.line + 1}`}/{frame.lines}
        {store.program.value!.batches > 1 && ` · epoch ${frame.epoch.toFixed(2)}`}
      </span>
    </>
  );
}

/** What a recording holds of a run; its gaps are hatched. */
function Tape({ steps, end }: { readonly steps: readonly number[]; readonly end: number }): JSX.Element {
  const pieces: [number, number][] = [];
  for (const step of steps) {
    const last = pieces[pieces.length - 1];
    if (last && last[1] + 1 === step) last[1] = step;
    else pieces.push([step, step]);
  }
  const share = (step: number): string => `${(100 * step) / Math.max(1, end)}%`;
  const words = pieces.map(([from, to]) => (from === to ? count(from) : `${count(from)} to ${count(to)}`)).join(", ");
  return (
    <span class="tape" title={`recorded: steps ${words}`}>
      <span class="hidden-words">recorded: steps {words}</span>
      {pieces.map(([from, to]) => (
        <span key={from} class="piece" style={{ left: share(from), width: `max(3px, ${share(to - from)})` }} />
      ))}
    </span>
  );
}
