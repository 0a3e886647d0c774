// The drill: an editor, and beside it what the program got right, what is wrong first, and why.
import { useEffect, useRef, useState } from "preact/hooks";
import type { JSX } from "preact";
import { ArrayBox, type Matrix } from "./array";
import { limitOf } from "./colour";
import type { Editor } from "./editor";
import { count } from "./numbers";
import type { Exercise, Hint, RailMark, Side, Verdict } from "./protocol";
import { remember, remembered, useStore, type Sent, type Store } from "./store";

/** Of an exercise: its place on the ladder, and how much is missing. */
interface Choice {
  readonly rung: number;
  readonly level: number;
}

const OWN = -1;
/** The exercise that was open last, while the page is. */
let last: Choice | null = null;

const draft = (exercise: Exercise): string => `drill ${exercise.title} ${exercise.level}`;

const sent = <K extends "exercise" | "verdict" | "hint">(store: Store, kind: K): Sent<K> | undefined =>
  store.reports.value.get(kind) as Sent<K> | undefined;

/** What was said of another exercise is forgotten. */
function forget(store: Store, ...kinds: readonly string[]): void {
  store.reports.value = new Map([...store.reports.value].filter(([kind]) => !kinds.includes(kind)));
}

export function DrillView(): JSX.Element {
  const store = useStore();
  const exercise = sent(store, "exercise")?.message;
  const ask = (choice: Choice | null): void => {
    forget(store, "verdict", "hint");
    store.send({ type: "drill", ...choice });
  };
  useEffect(() => {
    if (store.playing.value) store.send({ type: "pause" });
    forget(store, "exercise");
    ask(last);
  }, []);
  useEffect(() => {
    if (exercise) last = { rung: exercise.rung, level: exercise.level };
  }, [exercise]);
  return (
    <section class="region drill" aria-label="Drill" data-region="drill">
      <header>
        <h2>Drill{exercise && `: ${exercise.title}`}</h2>
        {exercise && <Choices exercise={exercise} ask={ask} />}
        <span class="spread" />
        <button onClick={() => (store.drilling.value = false)}>Leave (Esc)</button>
      </header>
      {exercise && <Desk key={draft(exercise)} exercise={exercise} ask={ask} />}
    </section>
  );
}

/** Which network is to be rebuilt, and how much of its program is missing. */
function Choices({ exercise, ask }: { readonly exercise: Exercise; readonly ask: (choice: Choice) => void }): JSX.Element {
  const { rung, level, ladder, levels } = exercise;
  const net = useStore().program.value?.net ?? "";
  const rungs = useRef<HTMLSelectElement>(null);
  const depths = useRef<HTMLSelectElement>(null);
  // What both fields say: of the one that was chosen before, the answer may not have come yet.
  const choose = (): void => ask({ rung: Number(rungs.current!.value), level: Number(depths.current!.value) });
  return (
    <>
      <label>
        network
        <select name="rung" ref={rungs} value={rung} onChange={choose}>
          {ladder.map((one, k) => (
            <option key={k} value={k}>
              {`${k + 1}. ${one.net}: ${one.words}${one.solved ? ` (level ${one.solved} solved)` : ""}`}
            </option>
          ))}
          <option value={OWN}>{`this page’s own: ${net}`}</option>
        </select>
      </label>
      <label>
        level
        <select name="level" ref={depths} value={level} onChange={choose}>
          {levels.map((words, k) => (
            <option key={k} value={k + 1}>
              {`${k + 1}. ${words}`}
            </option>
          ))}
        </select>
      </label>
    </>
  );
}

interface DeskProps {
  readonly exercise: Exercise;
  readonly ask: (choice: Choice) => void;
}

function Desk({ exercise, ask }: DeskProps): JSX.Element {
  const store = useStore();
  const { rung, level } = exercise;
  const verdict = sent(store, "verdict");
  const [waiting, setWaiting] = useState(false);
  const editor = useRef<Editor | null>(null);
  const isWaiting = useRef(false);
  isWaiting.current = waiting;
  const check = (): void => {
    if (isWaiting.current || store.still.value || !editor.current) return;
    isWaiting.current = true;
    setWaiting(true);
    store.send({ type: "check", rung, level, program: editor.current.text });
  };
  useEffect(() => forget(store, "verdict", "hint"), []); // those that came late, too
  useEffect(() => {
    setWaiting(false);
    editor.current?.blame(verdict?.message.at ?? 0);
  }, [verdict]);
  useEffect(() => {
    if (store.refusal.value || store.still.value) setWaiting(false);
  }, [store.refusal.value, store.still.value]);
  return (
    <div
      class="desk"
      onKeyDown={(event) => {
        if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.defaultPrevented) return;
        event.preventDefault();
        check();
      }}
    >
      <div class="writing">
        <Writing exercise={exercise} editor={editor} check={check} waiting={waiting} />
      </div>
      <div class="said" tabIndex={0} role="group" aria-label="What the check says">
        <Rail marks={verdict?.message.rail ?? []} lines={exercise.lines} />
        <div role="status">
          {waiting && <p>Checking …</p>}
          {!waiting && verdict && <Words verdict={verdict.message} />}
          {!waiting && !verdict && (
            <p>
              Level {level} of {exercise.levels.length}: {exercise.levels[level - 1]}. Write the program, and check it with
              Ctrl+Enter: what it computes is compared with the network’s own program, array by array. Names are yours
              to choose. Keep the lines that make X and y.
            </p>
          )}
        </div>
        {!waiting && verdict?.message.wrong && <Arrays verdict={verdict} />}
        {verdict?.message.outcome === "right" ? (
          <Solved verdict={verdict.message} exercise={exercise} ask={ask} />
        ) : (
          <Hints exercise={exercise} line={verdict?.message.line ?? exercise.line} />
        )}
        {verdict?.message.output && <Output text={verdict.message.output} />}
      </div>
    </div>
  );
}

interface WritingProps {
  readonly exercise: Exercise;
  readonly editor: { current: Editor | null };
  readonly check: () => void;
  readonly waiting: boolean;
}

/** The editor and its buttons. What is written is kept by the browser. */
function Writing({ exercise, editor, check, waiting }: WritingProps): JSX.Element {
  const store = useStore();
  const place = useRef<HTMLDivElement>(null);
  const [trouble, setTrouble] = useState("");
  const [asked, setAsked] = useState(false);
  const latest = useRef(check);
  latest.current = check;
  useEffect(() => {
    let gone = false;
    const text = remembered(draft(exercise)) ?? exercise.start;
    loaded()
      .then(({ edit }) => {
        if (gone || !place.current) return;
        const keep = (now: string): void => remember(draft(exercise), now);
        editor.current = edit(place.current, text, () => latest.current(), keep);
        // Who has gone on to another control meanwhile stays there.
        if (!place.current.closest(".drill")?.contains(document.activeElement)) editor.current.focus();
      })
      .catch(() => setTrouble("The editor cannot be loaded: load the page anew."));
    return () => {
      gone = true;
      editor.current?.remove();
      editor.current = null;
    };
  }, []);
  const reset = (): void => {
    if (asked) editor.current?.write(exercise.start);
    setAsked(!asked);
  };
  return (
    <>
      <div class="editor" ref={place} data-editor="" />
      {trouble && <p class="notice">{trouble}</p>}
      <div class="buttons">
        <button class="primary" disabled={store.still.value} aria-disabled={waiting} onClick={check}>
          Check (Ctrl+Enter)
        </button>
        <button onClick={reset} onBlur={() => setAsked(false)}>
          {asked ? "Press again: what you wrote is lost" : "Start anew"}
        </button>
        <label title="Without, Tab moves on to the buttons, as everywhere">
          <input type="checkbox" onChange={(event) => editor.current?.indentByTab(event.currentTarget.checked)} />
          Tab indents (Esc, then Tab, moves on)
        </label>
      </div>
    </>
  );
}

/** The editor's chunk, beside the page. (Its address is no literal, so that it is not bundled.) */
const loaded = (): Promise<typeof import("./editor")> => import(new URL("editor.js", location.href).href);

const STATES: Record<RailMark["state"], readonly [string, string]> = {
  right: ["✓", "right"],
  lenient: ["✓", "right, but for sign or factor"],
  merged: ["–", "part of a longer line"],
  wrong: ["✗", "wrong"],
  missing: ["?", "not found yet"],
  open: ["·", "to come"],
};

/** The arrays in order, each with what became of it. */
function Rail({ marks, lines }: { readonly marks: readonly RailMark[]; readonly lines: readonly string[] }): JSX.Element {
  const shown = marks.length ? marks : lines.map((name): RailMark => ({ name, state: "open", yours: "" }));
  return (
    <ol class="rail" aria-label="Arrays">
      {shown.map(({ name, state, yours }, k) => (
        <li key={k} class={`is-${state}`} data-mark={`${name} ${state}`}>
          <span aria-hidden="true">{STATES[state][0]}</span> <code>{name}</code> {STATES[state][1]}
          {yours && yours !== name && ` (your ${yours})`}
        </li>
      ))}
    </ol>
  );
}

/** The verdict in sentences. */
function Words({ verdict }: { readonly verdict: Verdict }): JSX.Element {
  return (
    <div class={`verdict is-${verdict.outcome}`} data-outcome={verdict.outcome} data-cause={verdict.cause}>
      {verdict.words.map((words, k) =>
        words.startsWith("    ") ? <pre key={k}>{words.slice(4)}</pre> : <p key={k}>{words}</p>,
      )}
    </div>
  );
}

/** What was expected beside what was found. */
function Arrays({ verdict: { message, arrays } }: { readonly verdict: Sent<"verdict"> }): JSX.Element {
  const { name, expected, found, differs } = message.wrong!;
  const matrix = (side: Side): Matrix => {
    const { shape, values } = arrays[side.values];
    const { row, column } = side;
    return { name, shape: side.shape, dtype: "", values, grid: [shape[0], shape[1]], origin: [row, column] };
  };
  const both = [expected, ...(found ? [found] : [])].map(matrix);
  const limit = Math.max(...both.map(({ values }) => limitOf(values)));
  const marked = differs === null ? undefined : arrays[differs].values;
  const number = Array.from(marked ?? []).filter((one) => one === 1).length;
  return (
    <>
      <div class="gallery">
        {both.map((one, k) => (
          <ArrayBox key={k} matrix={one} title={`${name} ${k ? "found" : "expected"}`} limit={limit} marked={marked}>
            {one.values.length < one.shape.reduce((product, n) => product * n, 1) && (
              <div class="quiet">a part of it, from {`[${one.origin!.join(", ")}]`}</div>
            )}
          </ArrayBox>
        ))}
      </div>
      {number > 0 && (
        <p class="quiet">
          {`${count(number)} of ${count(marked!.length)} entries shown differ: they are framed.`}
        </p>
      )}
    </>
  );
}

/** Hints for one line, each telling more; another line begins again. */
function Hints({ exercise, line }: { readonly exercise: Exercise; readonly line: string }): JSX.Element {
  const store = useStore();
  const hint = sent(store, "hint")?.message;
  const [told, setTold] = useState<readonly Hint[]>([]);
  const own = told.filter((one) => one.line === line);
  useEffect(() => {
    if (hint && !told.some((one) => one.line === hint.line && one.step === hint.step)) setTold([...told, hint]);
  }, [hint]);
  const next = exercise.hints[own.length];
  return (
    <div class="hints">
      <div aria-live="polite">
        {own.map(({ step, words }) => (
          <p key={step} data-hint={step}>
            <strong>Hint, {exercise.hints[step]}:</strong> {words}
          </p>
        ))}
      </div>
      {next && (
        <button
          disabled={store.still.value}
          onClick={() =>
            store.send({ type: "hint", rung: exercise.rung, level: exercise.level, line, step: own.length })
          }
        >
          Hint for {line}: {next}
        </button>
      )}
    </div>
  );
}

/** What follows success: the way on, and the exercise's own program. */
function Solved({ verdict, exercise, ask }: DeskProps & { readonly verdict: Verdict }): JSX.Element {
  const { next, solution } = verdict;
  return (
    <>
      {next ? (
        <button onClick={() => ask({ rung: next[0], level: next[1] })}>
          Next: {exercise.ladder[next[0]].net}, {exercise.ladder[next[0]].words}; {exercise.levels[next[1] - 1]}
        </button>
      ) : (
        <p>That was the last of the ladder.</p>
      )}
      <details open>
        <summary>The exercise’s own program, with its notes</summary>
        <pre class="solution" data-solution="" tabIndex={0} role="region" aria-label="The exercise’s own program">
          {solution}
        </pre>
      </details>
    </>
  );
}

function Output({ text }: { readonly text: string }): JSX.Element {
  return (
    <details>
      <summary>What your program printed</summary>
      <pre tabIndex={0} role="region" aria-label="What your program printed">
        {text}
      </pre>
    </details>
  );
}
