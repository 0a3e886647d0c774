// The tour: a chapter beside the page, which lights up the regions that it speaks of and operates them.
import { computed, signal, type ReadonlySignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { JSX } from "preact";
import type * as p from "./protocol";
import { useStore, type Store, type Tab } from "./store";

const REGIONS: Record<string, string> = {
  data: "the data",
  program: "the program",
  line: "this line",
  network: "the network",
  units: "the units",
  curves: "the curves",
  knobs: "the knobs",
  printed: "what is printed",
  transport: "the buttons that run it",
};
const TABS: Record<string, Tab> = { data: "table", network: "network", units: "units" };
const OURS = new Set(["tour", "guess", "try", "show", "leave"]);
const DONT_KNOW = "?";

/** Where the reader is in the tour, and what is asked of Python for it. */
export class Guide {
  readonly isOpen = signal(false);
  readonly chapter = signal<p.TourChapter | null>(null);
  readonly outcome = signal<p.TourOutcome | null>(null);
  /** What was asked of Python and is not yet answered: the types of the messages, in their order. */
  readonly awaits = signal<readonly string[]>([]);
  readonly refusal = signal<p.Error | null>(null);
  /** The runs that the page had before it was opened, which come back where the connection breaks. */
  private own: Pick<p.Open, "runs" | "present"> = {};
  /** Whether the last reply has just come: then it takes the focus. */
  hasFreshReply = false;

  readonly lights: ReadonlySignal<string | undefined> = computed(() =>
    this.isOpen.value ? this.chapter.value?.lights.join(" ") : undefined,
  );
  readonly answered: ReadonlySignal<boolean> = computed(() => {
    const chapter = this.chapter.value;
    return !!chapter && chapter.replies.length === chapter.questions.length;
  });

  constructor(private readonly store: Store) {}

  toggle(): void {
    if (this.isOpen.value) return this.leave();
    const program = this.store.program.value;
    if (!program) return;
    this.own = { runs: this.store.standing(program), present: program.run };
    this.isOpen.value = true;
    this.ask({ type: "tour" });
  }

  go(chapter: number, again = false): void {
    this.ask({ type: "tour", chapter, again });
  }

  leave(): void {
    this.isOpen.value = false;
    this.store.send({ type: "leave" });
  }

  /** After a broken connection: the runs to go on with, where it is open. */
  standing(): Pick<p.Open, "runs" | "present"> | null {
    return this.isOpen.value ? this.own : null;
  }

  /** Go on where the reader stood before the connection broke. */
  resume(): void {
    const visit = this.chapter.value?.visit;
    this.awaits.value = [];
    if (this.isOpen.value) this.ask(visit ? { type: "tour", visit } : { type: "tour" });
  }

  /** A guess only once the last one is answered: pressed twice, it would answer the next question, too. */
  ask(message: p.OpenTour | p.Guess | p.TryOut): void {
    if (message.type === "guess" && this.awaits.value.includes("guess")) return;
    this.refusal.value = null;
    this.awaits.value = [...this.awaits.value, message.type];
    this.store.send(message);
  }

  receive(message: p.TourChapter | p.TourOutcome | p.Error): void {
    if (message.type === "error" && !OURS.has(message.about)) return;
    const [asked, ...rest] = this.awaits.value;
    if (message.type !== "error" || message.about === asked) this.awaits.value = rest;
    if (message.type === "error") this.refusal.value = message;
    else if (message.type === "outcome") this.outcome.value = message;
    else {
      this.hasFreshReply = asked === "guess";
      this.chapter.value = message;
      if (asked !== "tour") return;
      this.outcome.value = null;
      this.light(message);
    }
  }

  /** Open the picture that a chapter speaks of; the rest of its lights are the style's. */
  private light({ lights }: p.TourChapter): void {
    const middle = this.store.layout.value === "middle";
    const tab = lights.map((light) => TABS[light] ?? (middle && /curves|printed/.test(light) ? "curves" : null)).find(Boolean);
    if (tab) this.store.show(tab);
  }

  /** Whether the chapter speaks of a line of the program. */
  speaksOf(target: string): boolean {
    return this.isOpen.value && !!this.chapter.value?.lines.includes(target);
  }

  /** Do on the page what the chapter speaks of. */
  show(): void {
    const { store } = this;
    const actions = this.chapter.value?.actions ?? [];
    this.refusal.value = null;
    if (actions.some(({ do: what }) => what === "knob")) store.send({ type: "show" });
    for (const { do: what, name, value } of actions) {
      const [i = 0, j = 0] = Array.isArray(value) ? value : [];
      if (what === "go") this.goTo(name);
      else if (what === "open") store.place.value = [i, j];
      else if (what === "split") store.choose({ name, i, j });
      else if (what === "drill") store.drilling.value = store.drill !== null;
      else if (what === "play" && !store.playing.value) store.toggle();
    }
  }

  /** To a line of the first step, whose numbers the chapter tells. */
  private goTo(target: string): void {
    const line = this.store.program.value?.lines.findIndex((one) => one.target === target) ?? -1;
    this.store.send({ type: "go", step: 0, line: -1 });
    if (line >= 0) this.store.find(line);
  }
}

// ------------------------------------------------------------------------------------------ panel

export function TourPanel(): JSX.Element | null {
  const { guide, program } = useStore();
  const chapter = guide?.chapter.value;
  const heading = useRef<HTMLHeadingElement>(null);
  const title = chapter && `${chapter.number + 1}. ${chapter.title}`;
  // The focus goes as the chapter is there: a key that is pressed now must not be robbed of it later.
  useLayoutEffect(() => heading.current?.focus(), [title, guide?.isOpen.value]);
  useEffect(() => {
    const page = heading.current?.closest<HTMLElement>(".syn0:not(.narrow)");
    page?.querySelector(".row.added, .row.changed")?.scrollIntoView({ block: "center" });
  }, [program.value]);
  if (!guide?.isOpen.value) return null;
  return (
    <section class="region tour" aria-labelledby="tour-title" aria-busy={guide.awaits.value.length > 0} data-region="tour">
      <div class="tour-head">
        <h2 id="tour-title" ref={heading} tabIndex={-1}>
          {title ?? "The tour"}
        </h2>
        {chapter && <Chapters guide={guide} chapter={chapter} />}
        <button aria-label="Leave the tour" title="Leave the tour (Esc)" onClick={() => guide.leave()}>
          ×
        </button>
      </div>
      {chapter ? <Body key={title} guide={guide} chapter={chapter} /> : <Waiting guide={guide} />}
      {chapter && <Foot guide={guide} chapter={chapter} />}
    </section>
  );
}

interface PartProps {
  readonly guide: Guide;
  readonly chapter: p.TourChapter;
}

function Waiting({ guide }: { readonly guide: Guide }): JSX.Element {
  return guide.refusal.value ? <Refusal guide={guide} about="tour" /> : <p role="status">Computing …</p>;
}

/** The list of all chapters, to go to any. */
function Chapters({ guide, chapter }: PartProps): JSX.Element {
  return (
    <select
      aria-label="Chapter"
      name="chapter"
      value={chapter.number}
      onChange={(event) => guide.go(Number(event.currentTarget.value))}
    >
      {chapter.chapters.map(({ title, done }, k) => (
        <option key={k} value={k}>
          {k + 1}. {title}
          {done ? " ✓" : ""}
        </option>
      ))}
    </select>
  );
}

function Body({ guide, chapter }: PartProps): JSX.Element {
  const { left_out: leftOut, questions, replies, lights } = chapter;
  const code = chapter.program.filter(({ target }) => chapter.lines.includes(target));
  if (leftOut) return <p class="tour-body">Left out: {leftOut}.</p>;
  return (
    <div class="tour-body">
      <div>
        <p class="quiet">
          {chapter.net} on {chapter.data}
          {lights.length > 0 && `. Outlined: ${lights.map((light) => REGIONS[light] ?? light).join(", ")}`}
        </p>
        <Refusal guide={guide} about="tour" />
        {chapter.note && <p class="notice">{chapter.note}</p>}
        <Paragraphs texts={chapter.paragraphs} />
        {code.length > 0 && <pre tabIndex={0}>{code.map(({ text }) => text).join("\n")}</pre>}
        <Drawings figures={chapter.figures} />
      </div>
      <div>
        {questions.slice(0, replies.length + 1).map((question, k) => (
          <QuestionPart key={k} guide={guide} question={question} reply={replies[k]} isLast={k === replies.length - 1} />
        ))}
        <Paragraphs texts={chapter.closing} />
        {guide.answered.value && <Trying guide={guide} chapter={chapter} />}
      </div>
    </div>
  );
}

/** Back and on; on only once there is an answer to everything. */
function Foot({ guide, chapter }: PartProps): JSX.Element {
  const { number, chapters } = chapter;
  const mayGoOn = guide.answered.value;
  const last = number + 1 === chapters.length;
  return (
    <div class="tour-foot">
      <button disabled={number === 0} onClick={() => guide.go(number - 1)}>
        ◀ Back
      </button>
      <span class="quiet">{mayGoOn ? `${number + 1} of ${chapters.length}` : "“I don’t know” is an answer, too"}</span>
      {last ? (
        <button disabled={!mayGoOn} onClick={() => guide.leave()}>
          Leave the tour
        </button>
      ) : (
        <button disabled={!mayGoOn} data-next="" onClick={() => guide.go(number + 1)}>
          Next chapter ▶
        </button>
      )}
    </div>
  );
}

// -------------------------------------------------------------------------- questions, experiments

interface QuestionProps {
  readonly guide: Guide;
  readonly question: p.TourQuestion;
  readonly reply: p.TourReply | undefined;
  readonly isLast: boolean;
}

function QuestionPart({ guide, question, reply, isLast }: QuestionProps): JSX.Element {
  return (
    <div class="tour-question" data-question={reply ? "answered" : "asked"}>
      <p class="asked">
        <Words text={question.words} />
      </p>
      <Drawings figures={question.figures} />
      {reply ? (
        <ReplyPart guide={guide} reply={reply} isLast={isLast} />
      ) : (
        <AnswerForm
          wanted={question}
          label="Your guess"
          button="Answer"
          onAnswer={(text) => guide.ask({ type: "guess", text })}
          canPass
        />
      )}
      {!reply && <Refusal guide={guide} about="guess" />}
    </div>
  );
}

interface ReplyProps {
  readonly guide: Guide;
  readonly reply: p.TourReply;
  readonly isLast: boolean;
}

function ReplyPart({ guide, reply, isLast }: ReplyProps): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (!isLast || !guide.hasFreshReply) return;
    guide.hasFreshReply = false;
    place.current?.focus();
  }, []);
  const kind = reply.right === null ? "unknown" : reply.right ? "right" : "wrong";
  return (
    <div class={`reply ${kind}`} ref={place} tabIndex={-1} data-reply={kind}>
      <p>
        <Words text={reply.words} />
      </p>
      <Drawings figures={reply.figures} />
    </div>
  );
}

/** What may be done once everything is answered: see it on the page, change a number. */
function Trying({ guide, chapter }: PartProps): JSX.Element {
  const { experiment } = chapter;
  const outcome = guide.outcome.value;
  return (
    <>
      <p class="buttons">
        {chapter.actions.length > 0 && !chapter.note && (
          <button data-show="" onClick={() => guide.show()}>
            Show me on the page
          </button>
        )}{" "}
        {chapter.questions.length > 0 && <button onClick={() => guide.go(chapter.number, true)}>Ask me again</button>}
      </p>
      <Refusal guide={guide} about="show" />
      {experiment && (
        <div class="tour-question" data-experiment="">
          <p>
            <strong>Try it.</strong> <Words text={experiment.words} />
          </p>
          <AnswerForm
            wanted={experiment}
            label={experiment.label}
            button="Try"
            tries={experiment.tries}
            onAnswer={(text) => guide.ask({ type: "try", text })}
          />
          <Refusal guide={guide} about="try" />
          {guide.awaits.value.includes("try") && <p class="quiet">Computing …</p>}
          <div role="status" data-outcome={outcome?.text}>
            {outcome && (
              <>
                <p>
                  <Words text={outcome.words} />
                </p>
                <Drawings figures={outcome.figures} />
              </>
            )}
          </div>
        </div>
      )}
    </>
  );
}

interface FormProps {
  readonly wanted: p.Wanted;
  readonly label: string;
  readonly button: string;
  readonly onAnswer: (text: string) => void;
  readonly tries?: readonly string[];
  /** Whether "don't know" is an answer. */
  readonly canPass?: boolean;
}

/** Where an answer is chosen or typed. An empty one is not sent: it is said what is wanted. */
function AnswerForm({ wanted, label, button, onAnswer, tries = [], canPass = false }: FormProps): JSX.Element {
  const [picked, setPicked] = useState<readonly string[]>([]);
  const [notice, setNotice] = useState("");
  const count = wanted.kind === "arrows" ? (wanted.names ?? []).length : 1;
  const pick = (text: string, k = 0): void => {
    setNotice("");
    setPicked(Array.from({ length: count }, (_, at) => (at === k ? text : (picked[at] ?? ""))));
  };
  const send = (): void => {
    const text = picked.join(" ").trim();
    if (picked.filter((one) => one.trim()).length === count) onAnswer(text);
    else setNotice(canPass ? "Give an answer first, or say that you don’t know." : "Give a value first.");
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Field wanted={wanted} label={label} picked={picked} pick={pick} />
      <div class="buttons">
        <button type="submit">{button}</button>{" "}
        {canPass && (
          <button type="button" data-pass="" onClick={() => onAnswer(DONT_KNOW)}>
            I don’t know
          </button>
        )}
        {!wanted.options &&
          tries.map((text) => (
            <button
              key={text}
              type="button"
              onClick={() => {
                pick(text);
                onAnswer(text);
              }}
            >
              {text}
            </button>
          ))}
      </div>
      {notice && (
        <p class="notice" role="alert">
          {notice}
        </p>
      )}
    </form>
  );
}

interface FieldProps {
  readonly wanted: p.Wanted;
  readonly label: string;
  readonly picked: readonly string[];
  readonly pick: (text: string, k?: number) => void;
}

let fields = 0;

function Field({ wanted, label, picked, pick }: FieldProps): JSX.Element {
  const [name] = useState(() => `tour-${(fields += 1)}`);
  if (wanted.options)
    return (
      <fieldset>
        <legend>{label}</legend>
        {wanted.options.map((option, k) => (
          <label key={k} class="option">
            <input
              type="radio"
              name={name}
              checked={picked[0] === String(k + 1)}
              onChange={() => pick(String(k + 1))}
            />
            <span>{wanted.kind === "name" ? <code>{option}</code> : <Words text={option} />}</span>
          </label>
        ))}
      </fieldset>
    );
  if (wanted.names)
    return (
      <fieldset>
        <legend>{label}</legend>
        {wanted.names.map((one, k) => (
          <label key={k} class="option">
            <select value={picked[k] ?? ""} onChange={(event) => pick(event.currentTarget.value, k)}>
              <option value="">…</option>
              <option value="+">↑ up</option>
              <option value="-">↓ down</option>
              <option value=".">· neither</option>
            </select>
            <code>{one}</code>
          </label>
        ))}
      </fieldset>
    );
  return (
    <label class="option">
      <span>
        {label} <span class="quiet">(<Words text={wanted.wanted} />)</span>
      </span>
      <input
        name={name}
        class="number"
        autocomplete="off"
        value={picked[0] ?? ""}
        onInput={(event) => pick(event.currentTarget.value)}
      />
    </label>
  );
}

/** What could not be done, where it was asked. */
function Refusal({ guide, about }: { readonly guide: Guide; readonly about: string }): JSX.Element | null {
  const refusal = guide.refusal.value;
  if (refusal?.about !== about) return null;
  return (
    <p class="notice" data-refusal={about}>
      <Words text={`${refusal.words.charAt(0).toUpperCase()}${refusal.words.slice(1)}.`} />
    </p>
  );
}

// ------------------------------------------------------------------------------------------- parts

/** A text; what stands in it between backticks is code. */
function Words({ text }: { readonly text: string }): JSX.Element {
  return <>{text.split("`").map((piece, k) => (k % 2 ? <code key={k}>{piece}</code> : piece))}</>;
}

function Paragraphs({ texts }: { readonly texts: readonly string[] }): JSX.Element {
  return (
    <>
      {texts.map((text, k) => (
        <p key={k}>
          <Words text={text} />
        </p>
      ))}
    </>
  );
}

function Drawings({ figures }: { readonly figures: readonly p.Drawing[] }): JSX.Element {
  return (
    <>
      {figures.map(({ title, text }, k) => (
        <figure key={k}>
          {title && <figcaption class="quiet">{title}</figcaption>}
          <pre tabIndex={0}>{text}</pre>
        </figure>
      ))}
    </>
  );
}
