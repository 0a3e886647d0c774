// A and H: the toolbar above, the status below.
import { useEffect, useRef, useState } from "preact/hooks";
import type { JSX } from "preact";
import { useStore } from "./store";

export function Toolbar(): JSX.Element {
  const store = useStore();
  const program = store.program.value;
  const off = store.still.value || store.recorded.value || !program;
  const runs = program?.runs ?? [];
  const run = store.frame.value?.run ?? program?.run ?? "A";
  return (
    <div class="region toolbar" role="toolbar" aria-label="Data, network, runs">
      <span class="brand">syn0</span>
      <button
        class="data"
        disabled={off}
        aria-haspopup="dialog"
        title={program?.data.title}
        onClick={() => (store.opened.value = "data")}
      >
        Data: {program?.data.title ?? "…"} ▾
      </button>
      {program && <NetField net={program.net} off={off} />}
      {runs.length > 1 ? (
        <label>
          run
          <select
            value={run}
            disabled={off}
            onChange={(event) => store.send({ type: "select", run: event.currentTarget.value })}
          >
            {runs.map((one) => (
              <option key={one.run} value={one.run}>
                {one.run}: {one.words || "as it began"}
              </option>
            ))}
          </select>
        </label>
      ) : null}
      <button
        disabled={off}
        title="A second run from the same start, to turn one knob of"
        onClick={() => store.send({ type: "fork" })}
      >
        + fork
      </button>
      {runs.length > 1 && (
        <button
          disabled={off}
          aria-label={`Close run ${run}`}
          onClick={() => store.send({ type: "select", run, close: true })}
        >
          close {run}
        </button>
      )}
      <span class="spread" />
      {store.layout.value === "middle" && (
        <button class="to-knobs" aria-expanded={store.drawer.value} onClick={() => (store.drawer.value = !store.drawer.value)}>
          Knobs
        </button>
      )}
      {store.guide && (
        <button
          disabled={off}
          aria-expanded={store.guide.isOpen.value}
          aria-keyshortcuts="t"
          title="Chapters that ask before they tell (t)"
          onClick={() => store.guide?.toggle()}
        >
          Tour
        </button>
      )}
      {store.drill && (
        <button
          disabled={off}
          title="Write this program, or another, from memory (m)"
          onClick={() => (store.drilling.value = true)}
        >
          Drill
        </button>
      )}
      <button
        disabled={off}
        aria-haspopup="dialog"
        onClick={() => {
          store.link.value = null;
          store.send({ type: "link" });
          store.opened.value = "link";
        }}
      >
        Link
      </button>
      <button disabled={off} aria-haspopup="dialog" onClick={() => (store.opened.value = "save")}>
        Save ▾
      </button>
      <button
        aria-label={store.theme.value === "dark" ? "Light colours" : "Dark colours"}
        title={store.theme.value === "dark" ? "Light colours" : "Dark colours"}
        onClick={() => store.setTheme(store.theme.value === "dark" ? "light" : "dark")}
      >
        ◐
      </button>
      <button
        aria-haspopup="dialog"
        aria-label="Keys and help"
        title="Keys and help (?)"
        onClick={() => (store.opened.value = "help")}
      >
        ?
      </button>
    </div>
  );
}

/** The sizes of the layers, to be written over. */
function NetField({ net, off }: { readonly net: string; readonly off: boolean }): JSX.Element {
  const store = useStore();
  const [text, setText] = useState<string | null>(null);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const data = store.program.value?.recipe.data;
        if (text !== null && data && text.trim() !== net) store.send({ type: "data", data, net: text.trim() });
        setText(null);
      }}
    >
      <label>
        net
        <input
          class="number"
          name="net"
          size={Math.max(7, net.length)}
          title="Sizes of the layers, first to last; Enter makes the network anew"
          value={text ?? net}
          disabled={off}
          onInput={(event) => setText(event.currentTarget.value)}
          onBlur={() => setText(null)}
        />
      </label>
    </form>
  );
}

const STATES: Record<string, string> = {
  idle: "ready",
  playing: "playing",
  waiting: "waiting for a core",
  paused: "paused",
  replaying: "replaying",
  diverged: "diverged",
  finished: "finished",
};

export function Status(): JSX.Element {
  const store = useStore();
  const { connection, why, refusal } = store;
  const frame = store.frame.value;
  const program = store.program.value;
  let state = frame ? (STATES[frame.state] ?? frame.state) : "starting";
  if (frame?.state === "replaying") state = `replaying, ${Math.round(100 * (frame.progress ?? 0))} %`;
  if (store.asked.value === "pause" && store.playing.value) state = "pausing";
  if (connection.value === "lost")
    state = `not connected${why.value ? `: ${why.value}` : ""}; what is shown stays, and it is tried again`;
  if (connection.value === "recorded") state = "a recording: it steps, but learns nothing new";
  return (
    <footer class="region status" data-region="status">
      <span data-state={frame?.state ?? ""}>{state}</span>
      {refusal.value && (
        <strong role="alert" class="refusal">
          {refusal.value}
        </strong>
      )}
      {store.beside.value && (
        <span class="beside-knob" aria-hidden="true">
          {store.beside.value}
        </span>
      )}
      {frame && frame.loss !== null && <span class="mono">loss {frame.loss.toPrecision(6)}</span>}
      {frame && frame.error !== null && <span class="mono">error {frame.error.toPrecision(6)}</span>}
      <span class="spread" />
      {program && (
        <span class="quiet">
          {program.engine} · {program.dtype}
        </span>
      )}
      <Spoken />
    </footer>
  );
}

/** Where we stand, said politely and at most once a second. */
function Spoken(): JSX.Element {
  const store = useStore();
  const frame = store.frame.value;
  const line = store.current.value;
  const event = store.spoken.value;
  const [said, setSaid] = useState("");
  const timer = useRef(0);
  const where =
    frame && line
      ? `${store.playing.value ? `${STATES[frame.state]}, ` : ""}step ${frame.step}, ${frame.line < 0 ? "before its first line" : `line ${frame.line + 1}: ${line.note}`}`
      : "";
  const wish = useRef("");
  const last = useRef("");
  wish.current = event !== last.current ? event : where;
  useEffect(() => {
    last.current = event;
    if (timer.current) return;
    timer.current = window.setTimeout(() => {
      timer.current = 0;
      setSaid(wish.current);
    }, 1000);
  }, [where, event]);
  useEffect(() => {
    if (event) setSaid(event);
  }, [event]);
  return (
    <span class="hidden-words" aria-live="polite" data-spoken="">
      {said}
    </span>
  );
}
