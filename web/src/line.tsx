// C: the line that has just run: its note, its array, its product opened, entry by entry.
import { h } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import type { ComponentChildren, JSX } from "preact";
import { ArrayBox, cells, columnsOf, placeText, rowsOf, type Matrix, type Place } from "./array";
import { count, plain, shapeText } from "./numbers";
import { Prompter } from "./prompts";
import { Tokens } from "./program";
import type { Line, Markup, Operand, Part } from "./protocol";
import { useStore, type Known, type Taken } from "./store";
import { TroublePanel } from "./trouble";

export function LinePanel(): JSX.Element {
  const store = useStore();
  const line = store.current.value;
  const frame = store.frame.value;
  if (!line || !frame) {
    return (
      <section class="region line-panel" aria-label="This line">
        <p>{store.connection.value === "lost" ? "Not connected." : "Deriving the program …"}</p>
      </section>
    );
  }
  const known = store.arrays.value.get(line.target);
  const ran = frame.line >= 0;
  return (
    <section class="region line-panel" aria-label="This line" data-region="line">
      <Prompter />
      {frame.state === "diverged" && <TroublePanel />}
      <h2>
        <Tokens tokens={line.tokens} />
      </h2>
      <p class="note">
        {line.note} <Equation markup={line.math} />
      </p>
      {store.playing.value && (
        <p class="quiet">Playing: arrays are looked at now and then; pause to see each line.</p>
      )}
      {!store.playing.value && !ran && (
        <p class="quiet">This is the first line of step {count(frame.step)}; it has not run yet.</p>
      )}
      {ran && store.taken.value?.line === frame.line && line.parts.length > 0 ? (
        <Opened line={line} taken={store.taken.value} known={known} />
      ) : (
        known && (ran ? <Whole known={known} /> : <Reads line={line} known={known} />)
      )}
    </section>
  );
}

const ELEMENTS = new Set(["math", "mfrac", "mi", "mn", "mo", "mrow", "msqrt", "msub", "msup", "mtable", "mtd", "mtext", "mtr", "munder"]);

/** An equation in MathML; of no other elements, whoever wrote the recording. */
function Equation({ markup }: { readonly markup: Markup }): JSX.Element {
  const holds = markup.holds.map((one) => (typeof one === "string" ? one : <Equation markup={one} />));
  return ELEMENTS.has(markup.name) ? h(markup.name, null, ...holds) : <>{holds}</>;
}

/** Before a line has run: what it will read, and room for what it will give. */
function Reads({ line, known }: { readonly line: Line; readonly known: Known }): JSX.Element {
  const store = useStore();
  const reads = line.reads.map((name) => store.arrays.value.get(name)).filter((one) => one !== undefined);
  return (
    <div class="opened">
      {reads.map((one) => (
        <ArrayBox key={one.matrix.name} matrix={one.matrix} age={one.age} />
      ))}
      <div class="stage">
        <span class="operator">→</span>
        <ArrayBox matrix={known.matrix} age={known.age} />
      </div>
    </div>
  );
}

/** An array alone, with its entries' exact text. */
function Whole({ known }: { readonly known: Known }): JSX.Element {
  const store = useStore();
  const place = inside(store.place.value, known.matrix);
  return (
    <>
      <Result known={known} place={place} />
      {known.age !== "none" && <Exact matrix={known.matrix} array={known.matrix.name} place={place} />}
    </>
  );
}

interface ResultProps {
  readonly known: Known;
  readonly place: Place;
  readonly title?: string;
  readonly children?: ComponentChildren;
}

/** An array whose entries can be chosen; blocks open into a window. */
function Result({ known, place, title, children }: ResultProps): JSX.Element {
  const store = useStore();
  const { matrix } = known;
  const piece = store.window.value;
  const open = ([row, column]: Place): void => {
    if (matrix.block) store.watch(matrix.name, [matrix.name, row * matrix.block[0], column * matrix.block[1]]);
    else store.exactly.value = true;
  };
  // Of a large array on the page, ask for the larger blocks.
  const wantsDetail = !!matrix.block && rowsOf(matrix) <= 12;
  useLayoutEffect(() => {
    if (wantsDetail) store.watch(matrix.name); // before somebody opens a block, which this would close
  }, [wantsDetail, matrix.name]);
  return (
    <>
      <ArrayBox
        matrix={matrix}
        age={known.age}
        title={title}
        place={place}
        onPlace={(to) => (store.place.value = to)}
        onOpen={open}
      >
        {known.bad > 0 && <div class="notice">{count(known.bad)} of its entries are NaN or infinite.</div>}
        {children}
        {matrix.block && <div class="quiet">Enter opens the block under the cursor.</div>}
      </ArrayBox>
      {piece && piece.name === matrix.name && matrix.block && <Piece matrix={piece} name={title ?? piece.name} />}
    </>
  );
}

/** A block of a large array, opened: its entries, and the exact text of the chosen one. */
function Piece({ matrix, name }: { readonly matrix: Matrix; readonly name: string }): JSX.Element {
  const store = useStore();
  const [own, setOwn] = useState<Place>([0, 0]);
  const { step, line } = store.frame.value!;
  const [top, left] = matrix.origin ?? [0, 0];
  const place = inside(own, matrix);
  const [row, column] = [top + place[0], left + place[1]];
  useEffect(() => {
    if (store.playing.value) return;
    store.need({ type: "text", array: matrix.name, rows: [row, row + 1], columns: [column, column + 1] });
  }, [matrix.name, row, column, step, line]);
  const text = store.text.value;
  const exact = text?.array === matrix.name && text.rows[0] === row && text.columns[0] === column;
  const value = exact ? text.texts[0]?.[0] : plain(matrix.values[place[0] * columnsOf(matrix) + place[1]]);
  return (
    <ArrayBox matrix={matrix} title={name} place={place} onPlace={setOwn}>
      <div class="exact" data-opened={`${row},${column}`}>
        {placeText(matrix, place, name)} = {value}
      </div>
    </ArrayBox>
  );
}

/** The exact text of the chosen entry, and of all entries on demand. */
function Exact({
  matrix,
  array,
  place,
}: {
  readonly matrix: Matrix;
  readonly array: string;
  readonly place: Place;
}): JSX.Element {
  const store = useStore();
  const whole = store.exactly.value;
  const frame = store.frame.value!;
  const quiet = store.playing.value || !!matrix.block;
  useEffect(() => {
    if (!quiet) store.need(whole ? textAt(array, matrix, null) : textAt(array, matrix, place));
  }, [array, place[0], place[1], frame.step, frame.line, quiet, whole]);

  const text = store.text.value;
  const fits = text && text.array === array;
  const isWhole = fits && whole && text.texts.length * (text.texts[0]?.length ?? 0) > 1;
  const one =
    fits &&
    (isWhole
      ? text.texts[place[0] - text.rows[0]]?.[place[1] - text.columns[0]]
      : text.rows[0] === place[0] && text.columns[0] === place[1]
        ? text.texts[0]?.[0]
        : undefined);
  const weight = store.program.value?.weights.includes(array);
  const at: Place = matrix.shape.length > 1 ? place : [place[1], 0];
  return (
    <div class="exactly">
      <div class="exact" data-exact={array} data-place={place.join(",")}>
        {placeText(matrix, place)} = {one || plain(matrix.values[place[0] * columnsOf(matrix) + place[1]])}
      </div>
      <div class="buttons">
        <button
          aria-pressed={whole}
          disabled={quiet || cells(matrix) > 1024}
          onClick={() => (store.exactly.value = !whole)}
        >
          Full precision
        </button>{" "}
        {isWhole && (
          <button
            onClick={() => void navigator.clipboard?.writeText(text.texts.map((row) => row.join("\t")).join("\n"))}
          >
            Copy
          </button>
        )}{" "}
        {weight && matrix.shape.length > 0 && (
          <button onClick={() => store.choose({ name: array, i: at[0], j: at[1] })}>
            Who moved {placeText(matrix, place)}?
          </button>
        )}
      </div>
      {isWhole && (
        <table class="data mono" data-full={array}>
          <caption class="quiet">{array}, as Python writes it</caption>
          <tbody>
            {text.texts.map((row, k) => (
              <tr key={k}>
                {row.map((entry, j) => (
                  <td key={j}>{entry}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

function textAt(array: string, matrix: Matrix, place: Place | null) {
  const rows: [number, number] = place ? [place[0], place[0] + 1] : [0, rowsOf(matrix)];
  const columns: [number, number] = place ? [place[1], place[1] + 1] : [0, columnsOf(matrix)];
  return { type: "text", array, rows, columns } as const;
}

// ---------------------------------------------------------------------------------- a line opened

const SIGNS: Record<string, string> = { add: "+", subtract: "−", multiply: "×", divide: "÷", matmul: "@", power: "**" };
const words = (operation: string): string => operation.replaceAll("_", " ");

interface OpenedProps {
  readonly line: Line;
  readonly taken: Taken;
  readonly known: Known | undefined;
}

/** The product first, where there is one, then each operation around it, as stages. */
function Opened({ line, taken, known }: OpenedProps): JSX.Element {
  const store = useStore();
  const path = pathToProduct(line.parts);
  const stages = path ?? [0];
  const isProduct = path !== null;
  const inner = stages[stages.length - 1];
  const place = inside(store.place.value, known?.matrix ?? taken.parts[0].matrix);
  return (
    <>
      <div class="opened">
        {isProduct ? (
          <Product line={line} taken={taken} part={inner} stages={stages} place={place} />
        ) : (
          <Elementwise line={line} taken={taken} part={inner} place={place} />
        )}
        {[...stages]
          .reverse()
          .slice(1)
          .map((number, k, all) => (
            <Stage
              key={number}
              line={line}
              taken={taken}
              number={number}
              from={k === 0 ? inner : all[k - 1]}
              place={place}
            />
          ))}
      </div>
      {known && <Exact matrix={known.matrix} array={line.target} place={place} />}
    </>
  );
}

/** From the whole line, part 0, down to its product: the numbers of the parts on the way. */
function pathToProduct(parts: readonly Part[], from = 0): number[] | null {
  if (parts[from].operation === "matmul") return [from];
  for (const operand of parts[from].takes) {
    if (operand.part === undefined) continue;
    const rest = pathToProduct(parts, operand.part);
    if (rest) return [from, ...rest];
  }
  return null;
}

/** What an operand holds, and how it is written. */
function valueOf(operand: Operand, line: Line, taken: Taken): { known: Known | undefined; text: string } {
  if (operand.part !== undefined) return { known: taken.parts[operand.part], text: line.parts[operand.part].text };
  if (operand.name !== undefined) return { known: taken.operands.get(operand.name), text: operand.name };
  return { known: undefined, text: operand.number ?? "" };
}

interface ProductProps {
  readonly line: Line;
  readonly taken: Taken;
  readonly part: number;
  readonly stages: readonly number[];
  readonly place: Place;
}

function Product({ line, taken, part, stages, place }: ProductProps): JSX.Element {
  const [left, right] = line.parts[part].takes.map((operand) => valueOf(operand, line, taken));
  const product = taken.parts[part];
  const title = part === 0 ? line.target : line.parts[part].text;
  return (
    <div class="product">
      <Sum line={line} taken={taken} product={part} stages={stages} place={place} />
      <div class="right-operand">
        {right.known && (
          <ArrayBox
            matrix={right.known.matrix}
            title={right.text}
            litColumn={right.known.matrix.block ? null : place[1]}
          />
        )}
      </div>
      <div class="left-operand">
        {left.known && (
          <ArrayBox matrix={left.known.matrix} title={left.text} litRow={left.known.matrix.block ? null : place[0]} />
        )}
      </div>
      <div class="corner">
        <Result known={product} place={place} title={title} />
      </div>
    </div>
  );
}

/** An operation without a product in it: its operands, then what comes out. */
function Elementwise({ line, taken, part, place }: Omit<ProductProps, "stages">): JSX.Element {
  const { operation, takes } = line.parts[part];
  const sign = SIGNS[operation];
  const result = taken.parts[part];
  return (
    <>
      {!sign && <span class="operator">{words(operation)}</span>}
      {takes.map((operand, k) => {
        const { known, text } = valueOf(operand, line, taken);
        return (
          <div class="stage" key={k}>
            {k > 0 && sign && <span class="operator">{sign}</span>}
            {known ? (
              <ArrayBox
                matrix={known.matrix}
                title={text}
                place={sameShape(known.matrix, result.matrix) ? place : null}
              />
            ) : (
              <code>{text}</code>
            )}
          </div>
        );
      })}
      <div class="stage">
        <span class="operator">=</span>
        <Result known={result} place={place} title={line.target} />
      </div>
      {sign && takes.length === 2 && <Arithmetic line={line} taken={taken} part={part} place={place} />}
    </>
  );
}

/** The chosen entry, written out: 0 − 0.474 = -0.474. */
function Arithmetic({ line, taken, part, place }: Omit<ProductProps, "stages">): JSX.Element | null {
  const result = taken.parts[part].matrix;
  if (result.block) return null;
  const entry = (m: Matrix): number => {
    const row = rowsOf(m) === 1 ? 0 : place[0];
    const column = columnsOf(m) === 1 ? 0 : place[1];
    return m.values[row * columnsOf(m) + column];
  };
  const [left, right] = line.parts[part].takes.map((operand) => {
    const { known, text } = valueOf(operand, line, taken);
    return known ? signed(entry(known.matrix)) : text;
  });
  return (
    <div class="written-sum exact" data-sum={place.join(",")}>
      {left} {SIGNS[line.parts[part].operation]} {right} = {plain(entry(result))}
    </div>
  );
}

interface StageProps {
  readonly line: Line;
  readonly taken: Taken;
  readonly number: number;
  readonly from: number;
  readonly place: Place;
}

/** One operation around the product: what it adds to what came before, and what comes out. */
function Stage({ line, taken, number, from, place }: StageProps): JSX.Element {
  const { operation, takes } = line.parts[number];
  const sign = SIGNS[operation];
  const others = takes.filter((operand) => operand.part !== from);
  const result = taken.parts[number];
  return (
    <div class="stage">
      <span class="operator" aria-label={sign ? words(operation) : `then ${words(operation)}`}>
        {sign ?? `→ ${words(operation)} →`}
      </span>
      {others.map((operand, k) => {
        const { known, text } = valueOf(operand, line, taken);
        return known ? (
          <ArrayBox
            key={k}
            matrix={known.matrix}
            title={text}
            place={sameShape(known.matrix, result.matrix) ? place : null}
          />
        ) : (
          <code key={k}>{text}</code>
        );
      })}
      {sign && <span class="operator">=</span>}
      <Result known={result} place={place} title={number === 0 ? line.target : line.parts[number].text} />
    </div>
  );
}

const LARGEST_TERMS = 6;

interface SumProps {
  readonly line: Line;
  readonly taken: Taken;
  readonly product: number;
  readonly stages: readonly number[];
  readonly place: Place;
}

/** The chosen entry of a product, written out: its six largest terms, the rest as one. */
function Sum({ line, taken, product, stages, place }: SumProps): JSX.Element {
  const [left, right] = line.parts[product].takes.map((operand) => valueOf(operand, line, taken).known?.matrix);
  const result = taken.parts[product].matrix;
  if (!left || !right || left.block || right.block || result.block || rowsOf(right) !== columnsOf(left))
    return <span />;
  const inner = columnsOf(left);
  const terms = Array.from({ length: inner }, (_, k) => ({
    k,
    left: left.values[place[0] * inner + k],
    right: right.values[k * columnsOf(right) + place[1]],
  }));
  const size = (term: (typeof terms)[number]): number => Math.abs(term.left * term.right);
  const shown = new Set(
    [...terms]
      .sort((a, b) => size(b) - size(a))
      .slice(0, LARGEST_TERMS)
      .map((term) => term.k),
  );
  const written = terms
    .filter((term) => shown.has(term.k))
    .map((term) => `${signed(term.left)} × ${signed(term.right)}`);
  const rest = terms.length - written.length;
  const at = place[0] * columnsOf(result) + place[1];
  const later = [...stages]
    .reverse()
    .slice(1)
    .map((number) => {
      const { matrix } = taken.parts[number];
      const value = matrix.values[matrix.values.length === result.values.length ? at : 0];
      return `${words(line.parts[number].operation)}: ${plain(value)}`;
    });
  const sum = [
    ...written.map((term, k) => (k ? `+ ${term}` : term)),
    ...(rest > 0 ? [`+ ${count(rest)} smaller ones`] : []),
  ];
  return (
    <div class="written-sum exact" data-sum={place.join(",")}>
      {[...sum, `= ${plain(result.values[at])}`, ...later].map((text, k) => (
        <div key={k}>{text}</div>
      ))}
    </div>
  );
}

const signed = (x: number): string => (x < 0 ? `(${plain(x)})` : plain(x));
const sameShape = (a: Matrix, b: Matrix): boolean => shapeText(a.shape) === shapeText(b.shape);
const inside = (place: Place, m: Matrix): Place => [
  Math.min(place[0], rowsOf(m) - 1),
  Math.min(place[1], columnsOf(m) - 1),
];
