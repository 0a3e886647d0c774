// What the page knows, and what it asks for. One store a page or widget.
import { createContext, type ComponentType } from "preact";
import { useContext } from "preact/hooks";
import { batch, computed, signal, type ReadonlySignal } from "@preact/signals";
import type { Matrix, Place } from "./array";
import type { Theme } from "./colour";
import type { Connection, Host } from "./hosts";
import { Inbox, oncePainted } from "./inbox";
import * as p from "./protocol";
import type { Guide } from "./tour";
import type { Received, Wired } from "./wire";

/** An array with where it stands. */
export interface Known {
  readonly matrix: Matrix;
  readonly age: "now" | "before" | "none";
  readonly bad: number;
}

/** The line that has just run, with the values of its operands and parts. */
export interface Taken {
  readonly line: number;
  readonly operands: ReadonlyMap<string, Known>;
  readonly parts: readonly Known[];
}

export interface Weight {
  readonly name: string;
  readonly i: number;
  readonly j: number;
}

type OfKind<K> = Extract<p.ToPage, { type: K }>;
/** A message with its arrays. */
export interface Sent<K extends p.ToPage["type"]> {
  readonly message: OfKind<K>;
  readonly arrays: readonly Wired[];
}

export type Layout = "wide" | "middle" | "narrow";
export type Tab =
  | "network"
  | "weight"
  | "table"
  | "regions"
  | "images"
  | "units"
  | "confusion"
  | "statistics"
  | "curves";
export type Prompt = "next" | "back" | "knob";
export type Window = "data" | "help" | "save" | "link" | null;

const PROMPTS: readonly Prompt[] = ["next", "back", "knob"];
/** Milliseconds between two frames. */
const LONGEST_REST = 100;
const REPORTS = new Set<string>(["table", "regions", "images", "confusion", "units", "statistics"]);

export class Store {
  readonly connection = signal<Connection>("connecting");
  readonly why = signal("");
  readonly program = signal<p.Program | null>(null);
  readonly frame = signal<p.Frame | null>(null);
  readonly arrays = signal<ReadonlyMap<string, Known>>(new Map());
  readonly taken = signal<Taken | null>(null);
  readonly window = signal<Matrix | null>(null);
  readonly curve = signal<Sent<"curve"> | null>(null);
  readonly printed = signal<readonly string[]>([]);
  readonly split = signal<Sent<"split"> | null>(null);
  readonly trouble = signal<Sent<"trouble"> | null>(null);
  /** The steps that a recording holds. */
  readonly held = signal<readonly number[]>([]);
  readonly text = signal<p.Text | null>(null);
  readonly link = signal<p.Link | null>(null);
  readonly reports = signal<ReadonlyMap<string, Sent<p.ToPage["type"]>>>(new Map());
  /** The file that is on its way to Python. */
  readonly uploading = signal("");
  /** The last thing that could not be done. */
  readonly refusal = signal("");
  /** What the knob does that has the focus; readers of screens hear it with its name. */
  readonly beside = signal("");
  /** What is said aloud, politely. */
  readonly spoken = signal("");

  readonly theme = signal<Theme>("light");
  readonly layout = signal<Layout>("wide");
  readonly tab = signal<Tab>("network");
  readonly weight = signal<Weight | null>(null);
  readonly showsDifference = signal(true);
  readonly drawer = signal(false);
  /** Whether the drill has the place of the program and its pictures. */
  readonly drilling = signal(false);
  /** What shows the drill, where there is one: not in notebooks and recordings. */
  drill: ComponentType | null = null;
  /** Whether the pictures have the larger part of the right side. */
  readonly large = signal(false);
  readonly opened = signal<Window>(null);
  readonly letters = signal(remembered("letters") !== "off");
  /** Where the colours of an array end, for those that are kept there while its numbers change. */
  readonly locks = signal<ReadonlyMap<string, number>>(new Map());
  /** Of a large network: each layer's first unit that is drawn; null: its strongest ones. */
  readonly windows = signal<readonly (number | null)[]>([]);
  /** The row of the step whose values the network's units show. */
  readonly example = signal(0);
  /** Whether arrays are written to the last digit. */
  readonly exactly = signal(false);
  readonly rate = signal<number | null>(null);
  /** Playing or pausing, asked for and not answered yet. */
  readonly asked = signal<"play" | "pause" | null>(null);
  readonly seen = signal<ReadonlySet<string>>(new Set((remembered("seen") ?? "").split(" ")));
  /** The entry that is looked at in the opened line. */
  readonly place = signal<Place>([0, 0]);
  /** The run that is scrubbed to, while the answer is on its way. */
  private wanted: p.Go | null = null;
  private awaiting = false;
  private readonly inbox = new Inbox((messages) => this.take(messages));

  /** The tour; null where there is none: in notebooks and exported files. */
  guide: Guide | null = null;

  readonly prompt: ReadonlySignal<Prompt | null> = computed(
    () => PROMPTS.find((prompt) => !this.seen.value.has(prompt)) ?? null,
  );
  /** The line that is looked at: the one that has just run, or the first. */
  readonly current: ReadonlySignal<p.Line | null> = computed(
    () => this.program.value?.lines[Math.max(0, this.frame.value?.line ?? 0)] ?? null,
  );
  readonly playing: ReadonlySignal<boolean> = computed(() => {
    const state = this.frame.value?.state;
    return state === "playing" || state === "waiting";
  });
  /** Whether it plays once what was asked for is done: the button says so at once. */
  readonly plays: ReadonlySignal<boolean> = computed(() =>
    this.asked.value ? this.asked.value === "play" : this.playing.value,
  );
  /** Whether nothing can be asked: said beside disabled controls. */
  readonly still: ReadonlySignal<boolean> = computed(
    () => this.connection.value === "lost" || this.connection.value === "connecting",
  );
  readonly recorded: ReadonlySignal<boolean> = computed(() => this.connection.value === "recorded");

  constructor(
    private readonly host: Host,
    private readonly token: string,
    private readonly firstLink: string,
  ) {}

  start(): void {
    this.host.start({
      received: (what) => this.inbox.receive(what),
      connection: (state, why) => {
        this.connection.value = state;
        this.why.value = why ?? "";
      },
      holds: (steps) => {
        this.held.value = steps;
      },
      ready: () => this.open(),
    });
  }

  stop(): void {
    this.host.stop();
  }

  /** Say what somebody asks for; what could not be done before is past. */
  send(message: p.ToPython, content?: Uint8Array): void {
    this.refusal.value = "";
    this.need(message, content);
  }

  /** Ask for what the page itself must know to show what it does. */
  need(message: p.ToPython, content?: Uint8Array): void {
    this.host.send(message, content);
  }

  // ------------------------------------------------------------------------------------- asking

  private open(): void {
    const known = this.program.value;
    const own = this.guide?.standing();
    const message: p.Open = { type: "open", token: this.token, protocol: p.PROTOCOL };
    if (own) Object.assign(message, own);
    else if (known) Object.assign(message, { runs: this.standing(known), present: known.run });
    else if (this.firstLink) message.link = this.firstLink;
    this.host.send(message);
    this.guide?.resume();
  }

  /** All runs with where they stand: what Python needs to have them again. */
  standing(program: p.Program): p.KnownRun[] {
    const frame = this.frame.value;
    const places = new Map<string, p.Standing>(frame ? [frame, ...frame.others].map((one) => [one.run, one]) : []);
    return program.runs.map(({ run, recipe }) => {
      const { step, line } = places.get(run) ?? recipe;
      return { run, recipe: { ...recipe, step, line } };
    });
  }

  move(unit: p.Move["unit"], count: number): void {
    this.done(count > 0 ? "next" : "back");
    this.send({ type: "move", unit, count });
  }

  /** Go to a step, also while the handle is dragged: only the last wish is kept. */
  go(step: number, line = -1): void {
    const wish: p.Go = { type: "go", step, line };
    this.wanted = this.awaiting ? wish : null;
    if (this.awaiting) return;
    this.awaiting = true;
    this.send(wish);
  }

  find(line: number): void {
    this.done("next");
    this.send({ type: "find", line });
  }

  toggle(): void {
    this.done("next");
    const plays = this.plays.value;
    this.asked.value = plays ? "pause" : "play";
    if (plays) this.send({ type: "pause" });
    else this.send({ type: "play", rate: this.rate.value });
  }

  turn(name: string, value: p.TurnKnob["value"]): void {
    this.done("knob");
    this.showsDifference.value = true;
    this.send({ type: "knob", name, value });
  }

  choose(weight: Weight): void {
    batch(() => {
      this.weight.value = weight;
      this.tab.value = "weight";
    });
    this.send({ type: "split", weight: weight.name, i: weight.i, j: weight.j });
  }

  show(tab: Tab): void {
    this.tab.value = tab;
    if (REPORTS.has(tab)) this.send({ type: "report", kind: tab as p.AskReport["kind"], keep: true });
    if (tab === "network") this.askNetwork();
    if (tab === "weight") this.askSplit();
  }

  /** Of a network that is too large to be drawn whole, some units and their weights. */
  askNetwork(): void {
    const program = this.program.value;
    if (!program || !isLarge(program)) return;
    const known = this.windows.value;
    const windows = program.sizes.map((size, layer) => (size > DRAWN ? (known[layer] ?? null) : 0));
    this.need({ type: "report", kind: "network", windows, example: this.example.value, keep: true });
  }

  askSplit(): void {
    const weight = this.weight.value;
    if (weight) this.need({ type: "split", weight: weight.name, i: weight.i, j: weight.j });
  }

  upload(file: File): void {
    this.uploading.value = file.name;
    void file.arrayBuffer().then((content) => {
      this.send({ type: "upload", name: file.name }, new Uint8Array(content));
    });
  }

  watch(detail: string | null = null, window: p.Watch["window"] = null): void {
    const program = this.program.value;
    if (!program) return;
    const names = new Set<string>();
    const current = this.current.value;
    if (current) names.add(current.target);
    for (const name of program.weights) names.add(name);
    for (const line of program.lines) names.add(line.target);
    for (const name of program.lines[0]?.reads ?? []) names.add(name);
    this.need({ type: "watch", arrays: [...names], detail, window, hidden: document.hidden });
  }

  lock(array: string, limit: number | null): void {
    const locks = new Map(this.locks.value);
    if (limit === null) locks.delete(array);
    else locks.set(array, limit);
    this.locks.value = locks;
  }

  done(prompt: Prompt): void {
    if (this.seen.value.has(prompt)) return;
    this.seen.value = new Set([...this.seen.value, prompt]);
    remember("seen", [...this.seen.value].join(" ").trim());
  }

  setLetters(on: boolean): void {
    this.letters.value = on;
    remember("letters", on ? "on" : "off");
  }

  setTheme(theme: Theme): void {
    this.theme.value = theme;
    remember("theme", theme);
  }

  // ---------------------------------------------------------------------------------- receiving

  /** Show what has come since the last picture. */
  private take(messages: readonly Received[]): void {
    const began = performance.now();
    batch(() => messages.forEach((one) => this.receive(one)));
    const frame = messages.find(({ message }) => message.type === "frame")?.message;
    if (frame) oncePainted(() => this.acknowledge(frame.sequence, performance.now() - began));
  }

  /** A frame was painted, which took so long. While it plays, the next one is asked for after a rest
   * as long, so that whoever presses a key does not have to wait for it. */
  private acknowledge(sequence: number, took: number): void {
    const ack = (): void => this.host.send({ type: "ack", sequence });
    if (this.playing.value) setTimeout(ack, Math.min(took, LONGEST_REST));
    else ack();
  }

  private receive({ message, arrays }: Received): void {
    switch (message.type) {
      case "program":
        return this.receiveProgram(message);
      case "frame":
        return this.receiveFrame(message, arrays);
      case "curve":
        this.curve.value = { message, arrays };
        return;
      case "text":
        this.text.value = message;
        return;
      case "split":
        this.split.value = { message, arrays };
        return;
      case "printed":
        this.printed.value = message.lines;
        return;
      case "trouble":
        this.trouble.value = { message, arrays };
        this.spoken.value = message.words;
        return;
      case "error":
        if (this.isOfThePast(message)) return;
        this.refusal.value = message.words;
        this.uploading.value = "";
        this.awaiting = false;
        this.asked.value = null;
        this.guide?.receive(message);
        return;
      case "chapter":
      case "outcome":
        this.guide?.receive(message);
        return;
      case "link":
        this.link.value = message;
        return;
      case "file":
        return save(message.name, message.mime, arrays[message.content].values);
      default:
        this.reports.value = new Map([...this.reports.value, [message.type, { message, arrays }]]);
    }
  }

  /** Whether the page asked by itself for what has gone meanwhile: nobody wants to know of that. */
  private isOfThePast({ about }: p.Error): boolean {
    return about === "text" || (about === "split" && !this.weight.value);
  }

  private receiveProgram(program: p.Program): void {
    if (program.protocol !== p.PROTOCOL) {
      this.refusal.value = "This page is older or newer than the syn0 that it speaks to: load it anew.";
    }
    const before = this.program.value;
    batch(() => {
      this.program.value = program;
      this.taken.value = null; // what was opened is a line of the program before
      this.uploading.value = "";
      this.trouble.value = null;
      if (before && before.net !== program.net) this.windows.value = [];
      if (before?.data.title !== program.data.title) {
        this.example.value = 0;
        this.reports.value = new Map();
        this.locks.value = new Map();
      }
      if (program.difference.knob) this.spoken.value = `${program.difference.knob}: ${program.difference.words}`;
      if (!fits(this.weight.value, program)) {
        this.weight.value = null;
        this.split.value = null;
      }
    });
    this.watch();
    if (REPORTS.has(this.tab.value) || ["network", "weight"].includes(this.tab.value)) this.show(this.tab.value);
  }

  /** What is not there yet has the shape that it will have. */
  private placed(one: Known): Known {
    if (one.age !== "none") return one;
    const line = this.program.value?.lines.find(({ target }) => target === one.matrix.name);
    return line ? { ...one, matrix: { ...one.matrix, shape: line.shape } } : one;
  }

  private receiveFrame(frame: p.Frame, wired: readonly Wired[]): void {
    const before = this.frame.value;
    batch(() => {
      this.frame.value = frame;
      // A frame that was on its way when a pause was asked for does not answer it.
      if (!(this.asked.value === "pause" && this.playing.value)) this.asked.value = null;
      const [arrays, taken] = [this.arrays.value, this.taken.value];
      this.arrays.value = new Map(
        frame.arrays.map((shown) => [shown.name, kept(arrays.get(shown.name), this.placed(known(shown, wired)))]),
      );
      this.taken.value = frame.opened && {
        line: frame.opened.line,
        operands: new Map(
          frame.opened.operands.map((shown) => [shown.name, kept(taken?.operands.get(shown.name), known(shown, wired))]),
        ),
        parts: frame.opened.parts.map((shown, k) => kept(taken?.parts[k], known(shown, wired))),
      };
      this.window.value = frame.window && windowed(frame.window, frame.arrays, wired);
      if (before?.line !== frame.line || before?.step !== frame.step) this.text.value = null;
      if (frame.state !== "diverged") this.trouble.value = frame.state === before?.state ? this.trouble.value : null;
    });
    this.awaiting = false;
    const wish = this.wanted;
    this.wanted = null;
    if (wish) this.go(wish.step, wish.line);
    const moved = before?.step !== frame.step || before.run !== frame.run || before.state !== frame.state;
    if (this.tab.value === "weight" && moved && !this.playing.value) this.askSplit();
  }
}

/** Units of a layer that are drawn at once. */
export const DRAWN = 10;

export const isLarge = (program: p.Program): boolean => program.sizes.some((size) => size > DRAWN);

export function known(shown: p.Shown, wired: readonly Wired[]): Known {
  const common = { name: shown.name, shape: shown.shape, dtype: shown.dtype };
  const { bad } = shown;
  const age = shown.age === "last" ? "before" : shown.age;
  if (shown.values !== null) return { matrix: { ...common, values: wired[shown.values].values }, age, bad };
  if (shown.blocks === null) return { matrix: { ...common, values: [] }, age: "none", bad };
  const { shape, values } = wired[shown.blocks];
  const size = shape[1] * shape[2];
  const matrix: Matrix = {
    ...common,
    values: values.subarray(0, size),
    least: values.subarray(size, 2 * size),
    most: values.subarray(2 * size, 3 * size),
    grid: [shape[1], shape[2]],
    block: [shown.block[0], shown.block[1]],
  };
  return { matrix, age, bad };
}

/** What was there before, where it is the same: then nothing is drawn anew. */
function kept(before: Known | undefined, now: Known): Known {
  if (!before || before.age !== now.age || before.bad !== now.bad) return now;
  const [old, fresh] = [before.matrix, now.matrix];
  const isSame =
    old.name === fresh.name &&
    old.dtype === fresh.dtype &&
    equal(old.shape, fresh.shape) &&
    equal(old.grid ?? [], fresh.grid ?? []) &&
    equal(old.values, fresh.values) &&
    equal(old.least ?? [], fresh.least ?? []) &&
    equal(old.most ?? [], fresh.most ?? []);
  return isSame ? before : now;
}

function equal(one: ArrayLike<number>, other: ArrayLike<number>): boolean {
  if (one.length !== other.length) return false;
  for (let k = 0; k < one.length; k++) if (one[k] !== other[k]) return false;
  return true;
}

function windowed(window: p.Window, shown: readonly p.Shown[], wired: readonly Wired[]): Matrix {
  const { shape, values } = wired[window.values];
  const whole = shown.find((one) => one.name === window.name);
  return {
    name: window.name,
    shape: whole?.shape ?? shape,
    dtype: whole?.dtype ?? "",
    values,
    grid: [shape.length > 1 ? shape[0] : 1, shape[shape.length - 1] ?? 1],
    origin: [window.row, window.column],
  };
}

function fits(weight: Weight | null, program: p.Program): boolean {
  if (!weight || !program.weights.includes(weight.name)) return false;
  const line = program.lines.find((one) => one.target === weight.name);
  if (!line) return false;
  const [rows, columns] = line.shape.length > 1 ? line.shape : [line.shape[0], 1];
  return weight.i < rows && weight.j < columns;
}

/** Give a file to the browser's downloads. */
function save(name: string, mime: string, content: ArrayBufferView): void {
  const address = URL.createObjectURL(new Blob([content as BlobPart], { type: mime }));
  const anchor = document.createElement("a");
  anchor.href = address;
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

// Where a browser keeps nothing, nothing is remembered.
export function remembered(name: string): string | null {
  try {
    return localStorage.getItem(`syn0.${name}`);
  } catch {
    return null;
  }
}

export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(`syn0.${name}`, value);
  } catch {
    // As above.
  }
}

const Context = createContext<Store | null>(null);
export const StoreProvider = Context.Provider;

export function useStore(): Store {
  const store = useContext(Context);
  if (!store) throw new Error("no store");
  return store;
}
