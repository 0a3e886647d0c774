// B: the program. Each line is a button that goes to its next run; phases fold.
import { useEffect, useRef, useState } from "preact/hooks";
import type { JSX } from "preact";
import { Thumbnail } from "./array";
import { shapeText } from "./numbers";
import type { Line, Program, Removed, Section, Token } from "./protocol";
import { useStore } from "./store";

/** Above this many lines, only the phase that runs is unfolded. */
const FITS = 26;

export function ProgramPanel(): JSX.Element {
  const store = useStore();
  const program = store.program.value;
  const [folds, setFolds] = useState<ReadonlyMap<string, boolean>>(new Map());
  if (!program) return <section class="region program" aria-label="Program" />;
  const current = Math.max(0, store.frame.value?.line ?? 0);
  const many = program.lines.length > FITS;
  return (
    <section class="region program" aria-label="Program" tabIndex={-1} data-region="program">
      <Prelude program={program} />
      {program.sections.map((section) => {
        const runs = current >= section.first && current < section.end;
        const open = folds.get(section.phase) ?? (!many || runs);
        return (
          <Phase
            key={section.phase}
            section={section}
            open={open}
            onToggle={() => setFolds(new Map([...folds, [section.phase, !open]]))}
          />
        );
      })}
    </section>
  );
}

/** What runs once, before: the start weights. */
function Prelude({ program }: { readonly program: Program }): JSX.Element {
  const { showsDifference } = useStore();
  const { init_added: added, init_removed: removed } = program.difference;
  const differs = showsDifference.value && added.length + removed.length > 0;
  return (
    <details class="prelude" open={differs}>
      <summary>
        <span class="quiet">Once, before: data and start weights</span>
      </summary>
      {program.init.map((line, k) => {
        const isNew = differs && added.includes(line.tokens.map((token) => token.text).join(""));
        return (
          <div key={k}>
            <code>
              {isNew && <span class="new">+ </span>}
              <Tokens tokens={line.tokens} />
            </code>
          </div>
        );
      })}
      {differs &&
        removed.map((text) => (
          <div key={text} class="removed">
            <del>
              <code>− {text}</code>
            </del>
          </div>
        ))}
    </details>
  );
}

interface PhaseProps {
  readonly section: Section;
  readonly open: boolean;
  readonly onToggle: () => void;
}

function Phase({ section, open, onToggle }: PhaseProps): JSX.Element {
  const store = useStore();
  const program = store.program.value!;
  const lines = program.lines.slice(section.first, section.end);
  const last = section.end === program.lines.length;
  return (
    <div class="phase">
      <button class="plain" aria-expanded={open} onClick={onToggle}>
        {open ? "▾" : "▸"} {section.heading}
        {!open && ` (${lines.length} ${lines.length === 1 ? "line" : "lines"})`}
      </button>
      {open && (
        <ol>
          {lines.map((line, k) => {
            const number = section.first + k;
            return (
              <>
                <Gone key={`gone${number}`} before={number} />
                <LineRow key={number} line={line} number={number} />
              </>
            );
          })}
          {last && <Gone before={section.end} />}
        </ol>
      )}
    </div>
  );
}

function LineRow({ line, number }: { readonly line: Line; readonly number: number }): JSX.Element {
  const store = useStore();
  const at = store.frame.value?.line ?? -1;
  const isCurrent = Math.max(0, at) === number;
  const isNext = at + 1 === number;
  const known = store.arrays.value.get(line.target);
  const differs = store.showsDifference.value && line.mark !== "same";
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (isCurrent) reveal(button.current);
  }, [isCurrent]);
  const sign = differs ? (line.mark === "added" ? "+" : "±") : isNext ? "▷" : isCurrent ? "▶" : "";
  // Of a weight that this step has yet to change, the value stands: it is what the step starts with.
  const age = known?.age ?? "none";
  return (
    <li>
      <button
        ref={button}
        class={`row ${differs ? line.mark : ""}${store.guide?.speaksOf(line.target) ? " spoken" : ""}`}
        aria-current={isCurrent ? "step" : undefined}
        disabled={store.still.value}
        title={line.note}
        data-line={number}
        onClick={() => store.find(number)}
      >
        <span class="mark" aria-hidden="true">
          {sign}
        </span>
        <code>
          {differs && <span class="hidden-words">{line.mark}: </span>}
          <Tokens tokens={line.tokens} />
        </code>
        <span class="quiet mono">{shapeText(line.shape)}</span>
        {known ? <Thumbnail matrix={known.matrix} age={age} /> : <span class="thumbnail none" />}
      </button>
    </li>
  );
}

/** Bring a line into the panel's view; the page itself stays where it is. */
function reveal(row: HTMLElement | null): void {
  const panel = row?.closest<HTMLElement>(".program");
  if (!row || !panel) return;
  const [inner, outer] = [row.getBoundingClientRect(), panel.getBoundingClientRect()];
  if (inner.top < outer.top) panel.scrollTop -= outer.top - inner.top + 24;
  else if (inner.bottom > outer.bottom) panel.scrollTop += inner.bottom - outer.bottom + 24;
}

/** The lines that the last knob took away from above a line. */
function Gone({ before }: { readonly before: number }): JSX.Element | null {
  const store = useStore();
  const program = store.program.value!;
  if (!store.showsDifference.value) return null;
  const gone: readonly Removed[] = program.removed.filter((one) => one.before === before);
  return (
    <>
      {gone.map((one, k) => (
        <li key={k} class="row removed">
          <span class="mark" aria-hidden="true">
            −
          </span>
          <del>
            <code>
              <span class="hidden-words">removed: </span>
              <Tokens tokens={one.tokens} />
            </code>
          </del>
        </li>
      ))}
    </>
  );
}

export function Tokens({ tokens }: { readonly tokens: readonly Token[] }): JSX.Element {
  const { showsDifference } = useStore();
  return (
    <>
      {tokens.map((token, k) => {
        const changed = token.changed && showsDifference.value;
        if (token.kind === "space" && !changed) return token.text;
        return (
          <span key={k} class={`t-${token.kind}${changed ? " changed" : ""}`}>
            {token.text}
          </span>
        );
      })}
    </>
  );
}
