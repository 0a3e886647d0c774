// A run that was recorded: it steps where it was recorded, and learns nothing new.
//
// A recording is base64 of zlib of messages, one after the other, each with four bytes before it
// that hold its length (little-endian): a program, frames (one for every line of every recorded
// step), and what else the page would have been sent: curve, printed, reports, splits.
import type { Host, Listener } from "./hosts";
import type { Frame, Go, Move, Program, Text, ToPython } from "./protocol";
import { unpack, type Received, type Typed } from "./wire";

/** The messages of a recording. */
export async function read(base64: string): Promise<Received[]> {
  const packed = Uint8Array.from(atob(base64.trim()), (letter) => letter.charCodeAt(0));
  return readBytes(packed);
}

export async function readBytes(packed: Uint8Array<ArrayBuffer>): Promise<Received[]> {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const view = new DataView(bytes.buffer);
  const messages: Received[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = view.getUint32(at, true);
    messages.push(unpack(bytes.subarray(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  return messages;
}

const PLAYING = 120;

/** Answers from a recording as Python would. */
export class Recording implements Host {
  private listener: Listener | null = null;
  private frames: { readonly frame: Frame; readonly received: Received }[] = [];
  private others: Received[] = [];
  private program: Program | null = null;
  private at = 0;
  private timer = 0;

  constructor(messages: readonly Received[]) {
    for (const received of messages) {
      const { message } = received;
      if (message.type === "frame") this.frames.push({ frame: message, received });
      else this.others.push(received);
      if (message.type === "program") this.program = message;
    }
    this.frames.sort((a, b) => a.frame.step - b.frame.step || a.frame.line - b.frame.line);
  }

  start(listener: Listener): void {
    this.listener = listener;
    listener.connection("recorded");
    listener.holds([...new Set(this.frames.map(({ frame }) => frame.step))]);
    listener.ready();
  }

  stop(): void {
    window.clearInterval(this.timer);
  }

  send(message: ToPython): void {
    switch (message.type) {
      case "open":
        for (const received of this.others) if (received.message.type !== "split") this.tell(received);
        return this.stand(this.nearest(this.program?.recipe.step ?? 0, this.program?.recipe.line ?? -1));
      case "go":
        return this.go(message);
      case "move":
        return this.stand(this.moved(message));
      case "find":
        return this.stand(this.next((frame) => frame.line === message.line));
      case "play":
        return this.play();
      case "pause":
        return this.pause();
      case "text":
        return this.text(message.array, message.rows, message.columns);
      case "split":
        return this.split(message.weight, message.i, message.j);
      case "watch":
      case "ack":
      case "report":
        return;
      default:
        this.refuse("This is a recording: it can be stepped, not changed.", message.type);
    }
  }

  /** Later, as every host answers. */
  private tell(received: Received): void {
    queueMicrotask(() => this.listener?.received(received));
  }

  private stand(place: number): void {
    if (!this.frames.length) return;
    this.at = Math.max(0, Math.min(this.frames.length - 1, place));
    const { received } = this.frames[this.at];
    const state = this.timer ? "playing" : "paused";
    this.tell({ ...received, message: { ...(received.message as Frame), state } });
  }

  /** The recorded frame that is closest to a place. */
  private nearest(step: number, line: number): number {
    let best = 0;
    const far = (k: number): number =>
      Math.abs(this.frames[k].frame.step - step) * 1e6 + Math.abs(this.frames[k].frame.line - line);
    for (let k = 1; k < this.frames.length; k++) if (far(k) < far(best)) best = k;
    return best;
  }

  private go({ step, line }: Go): void {
    this.stand(this.nearest(step, line === -2 ? 1e5 : line));
  }

  private next(fits: (frame: Frame) => boolean, by = 1): number {
    for (let k = this.at + by; k >= 0 && k < this.frames.length; k += by) if (fits(this.frames[k].frame)) return k;
    return by > 0 ? this.frames.length - 1 : 0;
  }

  private moved({ unit, count }: Move): number {
    const by = Math.sign(count);
    const { step, line } = this.frames[this.at].frame;
    if (unit === "line") return this.at + count;
    if (unit === "phase") {
      const section = (at: number): number =>
        this.program?.sections.findIndex((one) => at >= one.first && at < one.end) ?? -1;
      return this.next((frame) => frame.step !== step || section(frame.line) !== section(line), by);
    }
    return this.next((frame) => frame.step !== step && frame.line === -1, by);
  }

  private play(): void {
    this.timer = window.setInterval(() => {
      if (this.at + 1 >= this.frames.length) this.pause();
      else this.stand(this.at + 1);
    }, PLAYING);
    this.stand(this.at);
  }

  private pause(): void {
    window.clearInterval(this.timer);
    this.timer = 0;
    this.stand(this.at);
  }

  private text(array: string, rows: [number, number], columns: [number, number]): void {
    const { frame, received } = this.frames[this.at];
    const part = /^part (\d+)$/.exec(array);
    const shown = part ? frame.opened?.parts[Number(part[1])] : frame.arrays.find((one) => one.name === array);
    if (!shown || shown.values === null) return;
    const { values } = received.arrays[shown.values];
    const width = shown.shape.length ? shown.shape[shown.shape.length - 1] : 1;
    const texts: string[][] = [];
    for (let row = rows[0]; row < rows[1]; row++) {
      texts.push([]);
      for (let column = columns[0]; column < columns[1]; column++)
        texts[texts.length - 1].push(exact(values, row * width + column));
    }
    const message: Text = { run: frame.run, sequence: 0, type: "text", array, rows, columns, texts };
    this.tell({ message, arrays: [] });
  }

  private split(weight: string, i: number, j: number): void {
    const { frame } = this.frames[this.at];
    const found = this.others.find(
      ({ message: m }) => m.type === "split" && m.weight === weight && m.i === i && m.j === j && m.step === frame.step,
    );
    if (found) this.tell(found);
    else this.refuse("The recording holds no split of this weight in this step.", "split");
  }

  private refuse(words: string, about: string): void {
    const run = this.program?.run ?? "A";
    this.tell({ message: { run, sequence: 0, type: "error", words, about }, arrays: [] });
  }
}

/** A number as Python writes it: the shortest digits that give the same bits. */
export function exact(values: Typed, at: number): string {
  const value = values[at];
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (values instanceof Int32Array || values instanceof Uint8Array) return String(value);
  const digits = values instanceof Float32Array ? shortest(value) : value.toExponential();
  const exponent = Number(digits.split("e")[1]);
  if (exponent >= -5 && exponent < 16) {
    const [mantissa] = digits.split("e");
    const places = Math.max(1, mantissa.replace(/^-?\d\.?/, "").length - exponent);
    return values instanceof Float32Array ? Number(digits).toFixed(Math.min(100, places)) : fixed(value, places);
  }
  return digits.replace(/e([+-])(\d)$/, "e$10$2");
}

function shortest(value: number): string {
  for (let digits = 0; digits < 9; digits++) {
    const text = value.toExponential(digits);
    if (Math.fround(Number(text)) === value) return Number(text).toExponential();
  }
  return value.toExponential();
}

/** JavaScript's own digits, which are the shortest; whole numbers with ".0", as Python has it. */
function fixed(value: number, places: number): string {
  const text = Object.is(value, -0) ? "-0" : String(value);
  if (text.includes("e")) return value.toFixed(Math.min(100, places));
  return text.includes(".") ? text : `${text}.0`;
}
