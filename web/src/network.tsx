// The network as a drawing: units with their values for one example, weights as lines to click.
import { useState } from "preact/hooks";
import type { JSX } from "preact";
import { columnsOf, type Matrix } from "./array";
import { css, ink, limitOf, shade } from "./colour";
import { plain, short } from "./numbers";
import { useSize } from "./curves";
import { useStore, type Weight } from "./store";

/** Units of a layer that are drawn; of more, the first ones, which is said. */
const DRAWN = 10;
const RADIUS = 17;

interface Wire {
  readonly weight: Weight;
  readonly value: number;
  readonly share: number;
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
}

export function NetworkDrawing(): JSX.Element {
  const store = useStore();
  const program = store.program.value!;
  const [example, setExample] = useState(0);
  const [box, width, height] = useSize(600, 200);
  const arrays = store.arrays.value;
  const { sizes } = program;
  const rows = Math.min(program.rows, 1000);
  const x = (layer: number): number => 40 + (layer * (width - 110)) / Math.max(1, sizes.length - 1);
  const y = (layer: number, unit: number): number => {
    const drawn = Math.min(sizes[layer], DRAWN);
    return ((unit + 0.5) * height) / drawn;
  };
  const radius = Math.max(5, Math.min(RADIUS, height / Math.min(DRAWN, Math.max(...sizes)) / 2 - 2));
  const whole = (name: string): Matrix | null => {
    const known = arrays.get(name);
    return known && known.age !== "none" && !known.matrix.block ? known.matrix : null;
  };
  const wires: Wire[] = [];
  for (let layer = 0; layer + 1 < sizes.length; layer++) {
    const matrix = whole(`syn${layer}`);
    if (!matrix) continue;
    const limit = limitOf(matrix.values) || 1;
    for (let i = 0; i < Math.min(sizes[layer], DRAWN); i++) {
      for (let j = 0; j < Math.min(sizes[layer + 1], DRAWN); j++) {
        const value = matrix.values[i * columnsOf(matrix) + j];
        wires.push({
          weight: { name: matrix.name, i, j },
          value,
          share: value / limit,
          from: [x(layer), y(layer, i)],
          to: [x(layer + 1), y(layer + 1, j)],
        });
      }
    }
  }
  const thin = Math.min(1, 40 / Math.max(1, wires.length));
  const chosen = store.weight.value;
  const isChosen = (w: Weight): boolean => chosen?.name === w.name && chosen.i === w.i && chosen.j === w.j;
  const hidden = sizes.some((size) => size > DRAWN);
  return (
    <div class="network">
      <div class="buttons">
        <label>
          example
          <input
            class="number"
            type="number"
            min={0}
            max={rows - 1}
            value={example}
            onInput={(event) => setExample(Math.max(0, Math.min(rows - 1, Number(event.currentTarget.value) || 0)))}
          />
        </label>{" "}
        <span class="quiet">
          Click a weight to see who moved it (w from the keyboard). Dashed: negative.
          {hidden && ` The first ${DRAWN} units of each layer are drawn.`}
          {wires.length === 0 && " Its weights are too many to be drawn: their lines show them in blocks."}
        </span>
      </div>
      <div class="drawing" ref={box}>
        <svg width={width} height={height} aria-hidden="true">
          {wires.map((wire) => (
            <g
              key={`${wire.weight.name},${wire.weight.i},${wire.weight.j}`}
              class="wire"
              data-wire={`${wire.weight.name}[${wire.weight.i},${wire.weight.j}]`}
              onClick={() => store.choose(wire.weight)}
            >
              <line
                x1={wire.from[0]}
                y1={wire.from[1]}
                x2={wire.to[0]}
                y2={wire.to[1]}
                stroke={
                  isChosen(wire.weight) ? "var(--lit-edge)" : wire.value < 0 ? "var(--negative)" : "var(--positive)"
                }
                stroke-width={0.5 + (1 + 3 * thin) * Math.abs(wire.share)}
                stroke-opacity={0.35 + 0.65 * Math.max(thin, Math.abs(wire.share))}
                stroke-dasharray={wire.value < 0 ? "6 3" : undefined}
              />
              <line
                x1={wire.from[0]}
                y1={wire.from[1]}
                x2={wire.to[0]}
                y2={wire.to[1]}
                stroke="transparent"
                stroke-width={12}
              >
                <title>
                  {wire.weight.name}[{wire.weight.i},{wire.weight.j}] = {plain(wire.value)}
                </title>
              </line>
            </g>
          ))}
          {sizes.map((size, layer) => {
            const matrix = whole(`l${layer}`) ?? (layer === 0 ? whole("X") : null);
            const limit = matrix ? limitOf(matrix.values) : 1;
            return Array.from({ length: Math.min(size, DRAWN) }, (_, unit) => {
              const value = matrix?.values[example * columnsOf(matrix) + unit];
              const known = value !== undefined;
              const colour = shade(value ?? 0, limit, store.theme.value);
              const faded = arrays.get(`l${layer}`)?.age === "before";
              return (
                <g key={`${layer},${unit}`}>
                  <circle
                    cx={x(layer)}
                    cy={y(layer, unit)}
                    r={radius}
                    fill={known ? css(colour) : "var(--panel)"}
                    fill-opacity={faded ? 0.5 : 1}
                    stroke="var(--edge)"
                    stroke-dasharray={known ? undefined : "3 3"}
                  />
                  {known && radius > 12 && (
                    <text
                      x={x(layer)}
                      y={y(layer, unit) + 4}
                      text-anchor="middle"
                      class="unit"
                      style={{ fill: faded ? "var(--text)" : ink(colour), fontSize: `${Math.max(9, radius * 0.62)}px` }}
                    >
                      {short(value)}
                    </text>
                  )}
                  {layer === 0 && program.data.inputs[unit] !== undefined && size <= DRAWN && (
                    <title>{program.data.inputs[unit]}</title>
                  )}
                </g>
              );
            });
          })}
          {sizes.map((_, layer) => (
            <text key={layer} x={x(layer) + radius + 4} y={12} text-anchor="start">
              l{layer}
            </text>
          ))}
        </svg>
      </div>
    </div>
  );
}
