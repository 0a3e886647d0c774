// One weight: who moved it. A bar an example, the rounding, and the way from the pull to the weight.
import { useState } from "preact/hooks";
import type { JSX } from "preact";
import { count, plain } from "./numbers";
import { Heads } from "./reports";
import { useStore, type Weight } from "./store";

export function SplitPanel(): JSX.Element {
  const store = useStore();
  const sent = store.split.value;
  const weight = store.weight.value;
  const fits =
    sent && weight && sent.message.weight === weight.name && sent.message.i === weight.i && sent.message.j === weight.j;
  return (
    <div data-weight="">
      <Chooser />
      {fits ? (
        <Split key={`${weight.name},${weight.i},${weight.j}`} />
      ) : (
        <p class="quiet">Choose a weight: each example of this step says how far it would move it, and why.</p>
      )}
    </div>
  );
}

/** The weight by its name and place, from the keyboard. */
function Chooser(): JSX.Element {
  const store = useStore();
  const program = store.program.value!;
  const weight = store.weight.value ?? { name: program.weights[0], i: 0, j: 0 };
  const line = [...program.lines].reverse().find((one) => one.target === weight.name);
  const shape = line?.shape ?? [1, 1];
  const set = (change: Partial<Weight>): void => store.choose({ ...weight, ...change });
  const index = (name: "i" | "j", words: string, size: number): JSX.Element => (
    <label>
      {words}
      <input
        type="number"
        min={0}
        max={size - 1}
        value={weight[name]}
        onChange={(event) => set({ [name]: Math.max(0, Math.min(size - 1, Number(event.currentTarget.value) || 0)) })}
      />
    </label>
  );
  return (
    <div class="buttons">
      <label>
        weight
        <select value={weight.name} onChange={(event) => set({ name: event.currentTarget.value, i: 0, j: 0 })}>
          {program.weights.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>{" "}
      {index("i", shape.length > 1 ? "its row" : "its place", shape[0] ?? 1)}{" "}
      {shape.length > 1 && index("j", "its column", shape[1])} <button onClick={() => set({})}>Who moved it?</button>
    </div>
  );
}

function Split(): JSX.Element {
  const store = useStore();
  const { message, arrays } = store.split.value!;
  const program = store.program.value!;
  const products = arrays[message.products].values;
  const [others, rounding, total] = arrays[message.sums].values;
  const largest = Math.max(
    ...Array.from(products).map(Math.abs),
    Math.abs(others) || 0,
    Math.abs(total),
    Number.MIN_VALUE,
  );
  const isMatrix = (program.lines.find((one) => one.target === message.weight)?.shape.length ?? 2) > 1;
  const label = `${message.weight}[${isMatrix ? `${message.i},${message.j}` : message.i}]`;
  return (
    <div data-split={label}>
      <p class="quiet">
        <code>{label}</code> in step {count(message.step)}: each example asks for{" "}
        <code>
          {message.input_name} × {message.delta_name}
        </code>
        .
      </p>
      {message.votes.map((vote, k) => (
        <div class="split-row" key={k} data-vote={vote.row}>
          <span>example {count(vote.row)}</span>
          <span class="mono" title={`${vote.input} × ${vote.delta}`}>
            {plain(Number(vote.input))} × {plain(Number(vote.delta))}
          </span>
          <Bar value={products[k]} largest={largest} />
          <span class="mono numeric" data-exact={vote.text} title={vote.text}>
            {plain(products[k])}
          </span>
        </div>
      ))}
      {message.others !== "" && (
        <div class="split-row">
          <span>all others</span>
          <span />
          <Bar value={others} largest={largest} />
          <span class="mono numeric" title={message.others}>
            {plain(others)}
          </span>
        </div>
      )}
      <div class="split-row" data-rounding={message.rounding}>
        <span>rounding</span>
        <span class="quiet">what the order of adding leaves</span>
        <Bar value={rounding} largest={largest} />
        <span class="mono numeric" title={message.rounding}>
          {plain(rounding)}
        </span>
      </div>
      <div class="split-row" data-total={message.total}>
        <strong>together</strong>
        <span />
        <Bar value={total} largest={largest} />
        <strong class="mono numeric" title={message.total}>
          {plain(total)}
        </strong>
      </div>
      <Exactly />
      <div class="tiles" role="list" aria-label="From the pull to the weight">
        <span class="tile" role="listitem">
          pull <code>{message.total}</code>
        </span>
        {message.stages.map((stage, k) => (
          <span class="tile" role="listitem" key={k}>
            → <code>{stage.name}</code> <code>{stage.text}</code>
          </span>
        ))}
        <span class="tile" role="listitem" data-movement="">
          {label}: <code>{message.old}</code> → <code>{message.new}</code>
        </span>
      </div>
      <EditField label={label} old={message.old} weight={{ name: message.weight, i: message.i, j: message.j }} />
    </div>
  );
}

function Bar({ value, largest }: { readonly value: number; readonly largest: number }): JSX.Element {
  const share = Number.isFinite(value) ? Math.min(50, (50 * Math.abs(value)) / largest) : 50;
  const from = value < 0 ? 50 - share : 50;
  return (
    <span class="bar" aria-hidden="true">
      {value !== 0 && (
        <span class={value < 0 ? "down" : "up"} style={{ left: `${from}%`, width: `max(${share}%, 1px)` }} />
      )}
    </span>
  );
}

/** The same numbers to the last digit. */
function Exactly(): JSX.Element {
  const { message } = useStore().split.value!;
  const rows = [
    ...message.votes.map((vote) => [`example ${vote.row}`, vote.input, vote.delta, vote.text]),
    ...(message.others ? [["others", "", "", message.others]] : []),
    ["rounding", "", "", message.rounding],
    ["together", "", "", message.total],
  ];
  return (
    <details>
      <summary>To the last digit</summary>
      <table class="data mono" data-exactly="">
        <Heads words={["who", message.input_name, message.delta_name, "product"]} />
        <tbody>
          {rows.map((row, k) => (
            <tr key={k}>
              {row.map((text, j) => (
                <td key={j}>{text}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

/** Another number by hand, from the start of this step on. */
function EditField({
  label,
  old,
  weight,
}: {
  readonly label: string;
  readonly old: string;
  readonly weight: Weight;
}): JSX.Element {
  const store = useStore();
  const [text, setText] = useState(old);
  return (
    <form
      class="buttons"
      onSubmit={(event) => {
        event.preventDefault();
        store.send({ type: "edit", array: weight.name, i: weight.i, j: weight.j, value: text });
      }}
    >
      <label>
        write into <code>{label}</code>, at the start of this step:
        <input
          class="number"
          value={text}
          disabled={store.still.value || store.recorded.value}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>{" "}
      <button disabled={store.still.value || store.recorded.value}>Write</button>
    </form>
  );
}
