// The network as a drawing: units with their values for one example, weights as lines to click.
import type { JSX } from "preact";
import { columnsOf, type Matrix } from "./array";
import { css, ink, limitOf, shade } from "./colour";
import { useSize } from "./curves";
import { count, plain, short } from "./numbers";
import type { Program } from "./protocol";
import { DRAWN, isLarge, useStore, type Sent, type Store, type Weight } from "./store";

const RADIUS = 17;

/** What is drawn of a layer. */
interface Layer {
  readonly units: readonly number[];
  /** Of the chosen example; none while they are not computed. */
  readonly values: ArrayLike<number> | null;
  readonly limit: number;
  readonly faded: boolean;
}

/** What is drawn between two layers: the weights of their drawn units, row by row. */
interface Between {
  readonly values: ArrayLike<number>;
  readonly limit: number;
}

interface Drawn {
  readonly layers: readonly Layer[];
  readonly weights: readonly (Between | null)[];
}

/** All of a network that is small enough, from the arrays that are there anyway. */
function whole(store: Store, sizes: readonly number[]): Drawn {
  const arrays = store.arrays.value;
  const matrix = (name: string): Matrix | null => {
    const known = arrays.get(name);
    return known && known.age !== "none" && !known.matrix.block ? known.matrix : null;
  };
  const layers = sizes.map((size, layer): Layer => {
    const values = matrix(`l${layer}`) ?? (layer === 0 ? matrix("X") : null);
    const at = store.example.value * size;
    return {
      units: Array.from({ length: size }, (_, unit) => unit),
      values: values && columnsOf(values) === size ? Array.from(values.values).slice(at, at + size) : null,
      limit: values ? limitOf(values.values) : 1,
      faded: arrays.get(`l${layer}`)?.age === "before",
    };
  });
  const weights = sizes.slice(1).map((_, layer) => {
    const values = matrix(`syn${layer}`)?.values;
    return values ? { values, limit: limitOf(values) } : null;
  });
  return { layers, weights };
}

/** Some of a larger one, as Python chose them. */
function some({ message, arrays }: Sent<"network">): Drawn {
  return {
    layers: message.layers.map((layer) => ({
      units: layer.units,
      values: layer.values === null ? null : arrays[layer.values].values,
      limit: layer.limit,
      faded: layer.age === "last",
    })),
    weights: message.weights.map((place, k) => ({ values: arrays[place].values, limit: message.limits[k] })),
  };
}

export function NetworkDrawing(): JSX.Element {
  const store = useStore();
  const program = store.program.value!;
  const sent = store.reports.value.get("network") as Sent<"network"> | undefined;
  const large = isLarge(program);
  const fits = sent?.message.layers.map((layer) => layer.size).join("-") === program.sizes.join("-");
  return (
    <div class="network">
      <div class="buttons">
        <ExampleField rows={Math.min(program.rows, 1000)} />
        {large && program.sizes.map((size, layer) => size > DRAWN && <UnitsField key={layer} layer={layer} size={size} />)}
        <span class="quiet">Click a weight to see who moved it (w from the keyboard). Dashed: negative.</span>
      </div>
      {!large && <Drawing program={program} drawn={whole(store, program.sizes)} />}
      {large && (sent && fits ? <Drawing program={program} drawn={some(sent)} /> : <p class="quiet">On its way …</p>)}
    </div>
  );
}

function ExampleField({ rows }: { readonly rows: number }): JSX.Element {
  const store = useStore();
  return (
    <label>
      example
      <input
        class="number"
        type="number"
        min={0}
        max={rows - 1}
        value={store.example.value}
        onInput={(event) => {
          store.example.value = Math.max(0, Math.min(rows - 1, Number(event.currentTarget.value) || 0));
          store.askNetwork();
        }}
      />
    </label>
  );
}

/** Which units of a large layer are drawn. */
function UnitsField({ layer, size }: { readonly layer: number; readonly size: number }): JSX.Element {
  const store = useStore();
  const chosen = store.windows.value[layer] ?? null;
  const starts = Array.from({ length: Math.ceil(size / DRAWN) }, (_, k) => k * DRAWN);
  return (
    <label>
      <code>l{layer}</code>
      <select
        name={`units-${layer}`}
        value={chosen === null ? "" : String(chosen)}
        disabled={store.still.value || store.recorded.value}
        onChange={(event) => {
          const windows = [...store.windows.value];
          windows[layer] = event.currentTarget.value === "" ? null : Number(event.currentTarget.value);
          store.windows.value = windows;
          store.askNetwork();
        }}
      >
        <option value="">
          {DRAWN} of {count(size)} units: the strongest weights
        </option>
        {starts.map((start) => (
          <option key={start} value={String(start)}>
            {start} to {Math.min(start + DRAWN, size) - 1} of {count(size)} units
          </option>
        ))}
      </select>
    </label>
  );
}

interface DrawingProps {
  readonly program: Program;
  readonly drawn: Drawn;
}

function Drawing({ program, drawn: { layers, weights } }: DrawingProps): JSX.Element {
  const [box, width, height] = useSize(600, 200);
  const most = Math.max(...layers.map((layer) => layer.units.length));
  const radius = Math.max(5, Math.min(RADIUS, height / most / 2 - 2));
  const x = (layer: number): number => 40 + (layer * (width - 110)) / Math.max(1, layers.length - 1);
  const y = (layer: number, k: number): number => ((k + 0.5) * height) / layers[layer].units.length;
  const lines = weights.reduce((sum, one) => sum + (one?.values.length ?? 0), 0);
  return (
    <div class="drawing" ref={box}>
      <svg width={width} height={height} aria-hidden="true">
        {weights.map((between, layer) => {
          if (!between) return null;
          const { units: above } = layers[layer + 1];
          return layers[layer].units.flatMap((i, row) =>
            above.map((j, column) => (
              <Wire
                key={`${layer},${i},${j}`}
                weight={{ name: `syn${layer}`, i, j }}
                value={between.values[row * above.length + column]}
                limit={between.limit}
                thin={Math.min(1, 40 / lines)}
                from={[x(layer), y(layer, row)]}
                to={[x(layer + 1), y(layer + 1, column)]}
              />
            )),
          );
        })}
        {layers.map((layer, k) =>
          layer.units.map((unit, row) => (
            <Unit
              key={`${k},${unit}`}
              layer={layer}
              row={row}
              at={[x(k), y(k, row)]}
              radius={radius}
              title={k === 0 ? program.data.inputs[unit] : undefined}
              named={layer.units.length < program.sizes[k]}
            />
          )),
        )}
        {layers.map((_, k) => (
          <text key={k} x={x(k) + radius + 4} y={12} text-anchor="start">
            l{k}
          </text>
        ))}
      </svg>
    </div>
  );
}

interface WireProps {
  readonly weight: Weight;
  readonly value: number;
  readonly limit: number;
  /** Of many lines each is thinner. */
  readonly thin: number;
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
}

function Wire({ weight, value, limit, thin, from, to }: WireProps): JSX.Element {
  const store = useStore();
  const chosen = store.weight.value;
  const isChosen = chosen?.name === weight.name && chosen.i === weight.i && chosen.j === weight.j;
  const share = Math.abs(value) / (limit || 1);
  const name = `${weight.name}[${weight.i},${weight.j}]`;
  const ends = { x1: from[0], y1: from[1], x2: to[0], y2: to[1] };
  return (
    <g class="wire" data-wire={name} onClick={() => store.choose(weight)}>
      <line
        {...ends}
        stroke={isChosen ? "var(--lit-edge)" : value < 0 ? "var(--negative)" : "var(--positive)"}
        stroke-width={0.5 + (1 + 3 * thin) * share}
        stroke-opacity={0.35 + 0.65 * Math.max(thin, share)}
        stroke-dasharray={value < 0 ? "6 3" : undefined}
      />
      <line {...ends} stroke="transparent" stroke-width={12}>
        <title>
          {name} = {plain(value)}
        </title>
      </line>
    </g>
  );
}

interface UnitProps {
  readonly layer: Layer;
  readonly row: number;
  readonly at: readonly [number, number];
  readonly radius: number;
  readonly title: string | undefined;
  /** Whether its number stands beside it, as others are left out. */
  readonly named: boolean;
}

function Unit({ layer, row, at: [x, y], radius, title, named }: UnitProps): JSX.Element {
  const { theme } = useStore();
  const value = layer.values?.[row];
  const known = value !== undefined;
  const colour = shade(value ?? 0, layer.faded ? 2 * layer.limit : layer.limit, theme.value);
  return (
    <g>
      <circle
        cx={x}
        cy={y}
        r={radius}
        fill={known ? css(colour) : "var(--panel)"}
        stroke="var(--edge)"
        stroke-dasharray={known ? undefined : "3 3"}
      />
      {known && radius > 12 && (
        <text
          x={x}
          y={y + 4}
          text-anchor="middle"
          class="unit"
          style={{ fill: ink(colour), fontSize: `${Math.max(9, radius * 0.62)}px` }}
        >
          {short(value)}
        </text>
      )}
      {named && (
        <text x={x - radius - 4} y={y + 4} text-anchor="end" data-unit={layer.units[row]}>
          {layer.units[row]}
        </text>
      )}
      {title !== undefined && <title>{title}</title>}
    </g>
  );
}
