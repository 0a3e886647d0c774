// F: every knob, grouped by the phase of the program that it changes.
import { useState } from "preact/hooks";
import type { JSX } from "preact";
import type { Knob } from "./protocol";
import { useStore } from "./store";

const GROUPS: readonly (readonly [Knob["group"], string])[] = [
  ["update", "Update"],
  ["forward", "Forward"],
  ["loss", "Loss"],
  ["backward", "Backward"],
  ["batches", "Batches"],
  ["start", "Start"],
  ["length", "Length"],
];

export function KnobsPanel(): JSX.Element {
  const store = useStore();
  const program = store.program.value;
  const [onlyTurned, setOnlyTurned] = useState(false);
  if (!program) return <section class="region knobs" aria-label="Knobs" data-region="knobs" />;
  const { difference } = program;
  const { network, training } = program.recipe;
  const turned = (knob: Knob): boolean => knob.name in (knob.of === "network" ? network : training);
  const all = program.knobs.filter((knob) => knob.name !== "net"); // it stands in the toolbar
  const knobs = all.filter((knob) => !onlyTurned || turned(knob));
  const turnedCount = all.filter(turned).length;
  return (
    <section
      class="region knobs"
      aria-label="Knobs"
      data-region="knobs"
      tabIndex={0}
      onFocusIn={(event) => {
        const { name } = event.target as HTMLInputElement;
        const knob = program.knobs.find((one) => one.name === name);
        store.beside.value = knob ? `${spaced(name)}: ${wordsOf(knob)}` : "";
      }}
      onFocusOut={() => (store.beside.value = "")}
    >
      <div class="knob-head">
        <h2>Knobs</h2>{" "}
        {difference.knob && (
          <span data-difference="">
            <code>{difference.knob}</code>: {difference.words}{" "}
            <button
              aria-pressed={store.showsDifference.value}
              onClick={() => (store.showsDifference.value = !store.showsDifference.value)}
            >
              Show the difference
            </button>
          </span>
        )}{" "}
        {turnedCount > 0 && (
          <label>
            <input
              type="checkbox"
              checked={onlyTurned}
              onChange={(event) => setOnlyTurned(event.currentTarget.checked)}
            />
            only what was turned ({turnedCount})
          </label>
        )}
      </div>
      {GROUPS.map(([group, heading]) => {
        const own = knobs.filter((knob) => knob.group === group);
        return (
          own.length > 0 && (
            <fieldset key={group}>
              <legend>{heading}</legend>
              <div class="knob-list">
                {own.map((knob) => (
                  <KnobField key={knob.name} knob={knob} turned={turned(knob)} />
                ))}
              </div>
            </fieldset>
          )
        );
      })}
    </section>
  );
}

function KnobField({ knob, turned }: { readonly knob: Knob; readonly turned: boolean }): JSX.Element {
  const store = useStore();
  const off = store.still.value || store.recorded.value || (knob.idle !== "" && !turned);
  const set = (value: Knob["value"]): void => store.turn(knob.name, value);
  const words = wordsOf(knob);
  return (
    <div class={`knob ${turned ? "turned" : ""}`} title={words}>
      <label>
        <span>{spaced(knob.name)}</span>
        <span class="hidden-words">{words}</span>
        <Control knob={knob} off={off} set={set} />
      </label>
      {turned && (
        <button
          aria-label={`${knob.name}: back to its default`}
          title="Back to its default"
          disabled={off}
          onClick={() => set(null)}
        >
          ↺
        </button>
      )}
    </div>
  );
}

interface ControlProps {
  readonly knob: Knob;
  readonly off: boolean;
  readonly set: (value: Knob["value"]) => void;
}

function Control({ knob, off, set }: ControlProps): JSX.Element {
  const value = knob.value === null ? "" : String(knob.value);
  if (knob.kind === "truth") {
    return (
      <input
        type="checkbox"
        name={knob.name}
        checked={knob.value === true}
        disabled={off}
        onChange={(event) => set(event.currentTarget.checked)}
      />
    );
  }
  if (knob.kind === "choice") {
    const options = [...new Set([...knob.choices, ...knob.tries.map(String), ...(value ? [value] : [])])];
    return (
      <select
        name={knob.name}
        value={value}
        disabled={off}
        onChange={(event) => set(event.currentTarget.value || null)}
      >
        {(knob.optional || value === "") && <option value="">{knob.none || "default"}</option>}
        {options.map((option) => (
          <option key={option} value={option}>
            {option}
          </option>
        ))}
        {Object.entries(knob.left_out).map(([option, why]) => (
          <option key={option} disabled>
            {option}: {why}
          </option>
        ))}
      </select>
    );
  }
  const list = `tries-${knob.name}`;
  return (
    <>
      <input
        class="number"
        name={knob.name}
        key={value}
        defaultValue={value}
        placeholder={knob.none}
        inputMode={knob.kind === "text" ? "text" : "decimal"}
        list={knob.tries.length ? list : undefined}
        disabled={off}
        onChange={(event) => {
          const text = event.currentTarget.value.trim();
          if (text === value) return;
          if (text === "") set(null);
          else if (knob.kind === "text") set(text);
          else set(Number.isNaN(Number(text)) ? text : Number(text));
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") event.currentTarget.blur();
        }}
      />
      {knob.tries.length > 0 && (
        <datalist id={list}>
          {knob.tries
            .filter((one) => one !== null)
            .map((one) => (
              <option key={String(one)} value={String(one)} />
            ))}
        </datalist>
      )}
    </>
  );
}

const spaced = (name: string): string => name.replaceAll("_", " ");
const wordsOf = (knob: Knob): string => [knob.words, bounds(knob), knob.idle].filter(Boolean).join("; ");

function bounds(knob: Knob): string {
  const { low, high } = knob;
  if (low === null && high === null) return "";
  if (high === null) return `${knob.low_is_open ? "above" : "at least"} ${low}`;
  if (low === null) return `${knob.high_is_open ? "below" : "at most"} ${high}`;
  return `${low} to ${high}`;
}
