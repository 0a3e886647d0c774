// What opens above the page: data, link, save, help.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ComponentChildren, JSX } from "preact";
import { KEYS } from "./keys";
import { count } from "./numbers";
import type { DataChoice } from "./protocol";
import { useStore } from "./store";

export function Windows(): JSX.Element | null {
  const store = useStore();
  switch (store.opened.value) {
    case "data":
      return <DataWindow />;
    case "link":
      return <LinkWindow />;
    case "save":
      return <SaveWindow />;
    case "help":
      return <HelpWindow />;
    default:
      return null;
  }
}

function Box({ title, children }: { readonly title: string; readonly children: ComponentChildren }): JSX.Element {
  const store = useStore();
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    dialog.current?.showModal();
  }, []);
  const close = (): void => {
    store.opened.value = null;
  };
  return (
    <dialog
      ref={dialog}
      aria-labelledby="window-title"
      onClose={close}
      onClick={(event) => event.target === dialog.current && close()}
    >
      <h2 id="window-title">{title}</h2>
      {children}
      <p>
        <button onClick={close}>Close</button>
      </p>
    </dialog>
  );
}

// ------------------------------------------------------------------------------------------- data

function DataWindow(): JSX.Element {
  const store = useStore();
  const program = store.program.value!;
  const [noise, setNoise] = useState("0.1");
  const [rows, setRows] = useState("200");
  const [seed, setSeed] = useState("1");
  const choose = (data: DataChoice): void => {
    store.send({ type: "data", data });
    store.opened.value = null;
  };
  const field = (words: string, value: string, set: (value: string) => void): JSX.Element => (
    <label>
      {words}
      <input class="number" inputMode="decimal" value={value} onInput={(event) => set(event.currentTarget.value)} />
    </label>
  );
  return (
    <Box title="Data">
      <Present key={program.data.title} />
      <h3>Built in</h3>
      <div class="choices">
        {program.sets
          .filter((set) => !set.plane)
          .map((set) => (
            <button key={set.id} onClick={() => choose({ id: set.id })}>
              {set.title}
            </button>
          ))}
      </div>
      <h3>In two dimensions</h3>
      <div class="buttons">
        {field("rows", rows, setRows)} {field("noise", noise, setNoise)} {field("seed", seed, setSeed)}
      </div>
      <div class="choices">
        {program.sets
          .filter((set) => set.plane)
          .map((set) => (
            <button
              key={set.id}
              onClick={() => choose({ id: set.id, rows: Number(rows), noise: Number(noise), seed: Number(seed) })}
            >
              {set.title}
            </button>
          ))}
      </div>
      <h3>Your own</h3>
      <p>
        Drop a CSV or Parquet file, images, or a saved model anywhere on the page, or choose it here. It stays on this machine.
      </p>
      <label>
        file
        <input
          type="file"
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            if (file) store.upload(file);
          }}
        />
      </label>
      {store.refusal.value && <p class="notice">{store.refusal.value}</p>}
    </Box>
  );
}

/** Of a table: the column that is predicted, and those that are left out. */
interface Columns {
  readonly target: string;
  readonly dropped: readonly string[];
}

const isSame = (one: Columns, other: Columns): boolean =>
  one.target === other.target && String([...one.dropped].sort()) === String([...other.dropped].sort());

/** The data that are learned from now; of a table, which columns. */
function Present(): JSX.Element {
  const store = useStore();
  const { data, recipe } = store.program.value!;
  const { columns } = data;
  // What was chosen and is not answered yet: the next choice goes on from there.
  const [wish, setWish] = useState<Columns | null>(null);
  const { target, dropped } = wish ?? data;
  const isOver = !!store.refusal.value || !wish || isSame(wish, data);
  useLayoutEffect(() => {
    if (isOver) setWish(null);
  }, [isOver]);
  const learn = (chosen: Columns): void => {
    store.send({ type: "data", data: { ...recipe.data, target: chosen.target, drop: [...chosen.dropped] } });
    setWish(chosen);
  };
  if (store.uploading.value) return <p role="status">Reading {store.uploading.value} …</p>;
  return (
    <div data-present="">
      <p>
        Now: <strong>{data.title}</strong>. {count(data.rows)} rows to learn from
        {data.held_out > 0 && `, ${count(data.held_out)} held out to judge it by`}.
      </p>
      {columns.length > 0 && (
        <p>
          <label>
            column to predict
            <select
              name="target"
              value={target}
              onChange={(event) => {
                const chosen = event.currentTarget.value;
                learn({ target: chosen, dropped: dropped.filter((name) => name !== chosen) });
              }}
            >
              {columns.map((name, k) => (
                <option key={k} value={name}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        </p>
      )}
      {columns.length > 2 && (
        <details>
          <summary>
            Columns that it learns from{dropped.length > 0 && ` (${dropped.length} left out)`}
          </summary>
          <div class="choices">
            {columns
              .filter((name) => name !== target)
              .map((name, k) => (
                <label key={k}>
                  <input
                    type="checkbox"
                    checked={!dropped.includes(name)}
                    onChange={(event) => {
                      const others = dropped.filter((one) => one !== name);
                      learn({ target, dropped: event.currentTarget.checked ? others : [...others, name] });
                    }}
                  />
                  {name}
                </label>
              ))}
          </div>
        </details>
      )}
    </div>
  );
}

// ------------------------------------------------------------------------------------ link, files

function LinkWindow(): JSX.Element {
  const store = useStore();
  const link = store.link.value;
  if (!link) return <Box title="Link">{<p>Writing the link …</p>}</Box>;
  const address = `${location.href.split("#")[0]}#${link.link}`;
  return (
    <Box title="Link">
      <p>It holds the recipe of each run: data, network, knobs, edits, and where you stand. Everything else follows from it.</p>
      <p>
        <label>
          address <input readOnly name="address" value={address} onFocus={(event) => event.currentTarget.select()} />
        </label>{" "}
        <button class="copy" onClick={() => void navigator.clipboard?.writeText(address)}>
          Copy
        </button>
      </p>
      <p class="quiet">
        state {link.hash}; {link.words}
      </p>
    </Box>
  );
}

function SaveWindow(): JSX.Element {
  const store = useStore();
  const { languages } = store.program.value!;
  return (
    <Box title="Save">
      <h3>The program</h3>
      <div class="choices">
        {languages.map((language) => (
          <button key={language} onClick={() => store.send({ type: "download", what: "program", language })}>
            {language}
          </button>
        ))}
      </div>
      <h3>What it learned</h3>
      <div class="choices">
        <button onClick={() => store.send({ type: "download", what: "model" })}>model (.safetensors)</button>
        <button onClick={() => store.send({ type: "download", what: "page" })}>
          this page, to step offline (.html)
        </button>
      </div>
      {store.refusal.value && <p class="notice">{store.refusal.value}</p>}
    </Box>
  );
}

// ------------------------------------------------------------------------------------------- help

function HelpWindow(): JSX.Element {
  const store = useStore();
  return (
    <Box title="Keys">
      <table class="data keys">
        <tbody>
          {KEYS.filter(([key]) => key !== "t" || store.guide).map(([key, words]) => (
            <tr key={key}>
              <th scope="row">
                <kbd>{key}</kbd>
              </th>
              <td class="text">{words}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p>
        <label>
          <input
            type="checkbox"
            checked={store.letters.value}
            onChange={(event) => store.setLetters(event.currentTarget.checked)}
          />
          single letters and signs are keys
        </label>
      </p>
      <h3>How to read it</h3>
      <p>
        Blue is positive; orange, with a notched corner, is negative; the ends of the colours are printed below each
        array. Rows are examples, columns are units. A dashed outline is not yet computed; a faded array is the last
        step’s.
      </p>
      <p>
        In the program, ▶ marks the line that has just run, ▷ the next; + and − what the last knob added and took away.
      </p>
    </Box>
  );
}
