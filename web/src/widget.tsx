// The notebook's widget: the same page in a shadow root, fed by the kernel or by its recording.
import { render as draw } from "preact";
import { App } from "./app";
import type { Host, Listener } from "./hosts";
import type { ToPython } from "./protocol";
import { Recording, readBytes } from "./recording";
import { Store } from "./store";
import { pack, unpack } from "./wire";

declare const WIDGET_STYLE: string;

type Buffer = DataView<ArrayBuffer> | Uint8Array<ArrayBuffer>;
type Custom = (content: unknown, buffers: readonly Buffer[]) => void;

/** What anywidget gives. */
interface Model {
  get(name: string): unknown;
  send(content: unknown, callbacks?: unknown, buffers?: readonly ArrayBuffer[]): void;
  on(event: string, callback: Custom): void;
  off(event: string, callback: Custom): void;
}

const bytesOf = (buffer: Buffer): Uint8Array<ArrayBuffer> =>
  new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);

/** The kernel, as soon as it answers; until then, or without one, the recording. */
class Notebook implements Host {
  private listener: Listener | null = null;
  private recording: Recording | null = null;
  private alive = false;

  constructor(private readonly model: Model) {}

  start(listener: Listener): void {
    this.listener = listener;
    this.model.on("msg:custom", this.answered);
    const saved = this.model.get("recording");
    if (saved instanceof DataView && saved.byteLength > 0) void this.replay(saved as DataView<ArrayBuffer>);
    listener.connection("open");
    listener.ready();
  }

  stop(): void {
    if (this.alive) this.ask({ type: "pause" }); // nobody looks any more
    this.model.off("msg:custom", this.answered);
    this.recording?.stop();
  }

  send(message: ToPython, content?: Uint8Array): void {
    if (this.recording && !this.alive) this.recording.send(message);
    else this.ask(message, content);
  }

  private ask(message: ToPython, content?: Uint8Array): void {
    try {
      this.model.send({ kind: "syn0" }, undefined, [pack(message, content).buffer]);
    } catch {
      this.listener?.connection("lost", "there is no kernel");
    }
  }

  private readonly answered: Custom = (_, buffers) => {
    if (!this.alive) {
      this.alive = true;
      this.recording?.stop();
      this.listener?.connection("open");
    }
    for (const buffer of buffers) this.listener?.received(unpack(bytesOf(buffer)));
  };

  private async replay(saved: DataView<ArrayBuffer>): Promise<void> {
    const messages = await readBytes(bytesOf(saved));
    if (this.alive || !this.listener) return;
    this.recording = new Recording(messages);
    this.recording.start(this.listener);
  }
}

interface Rendering {
  readonly model: Model;
  readonly el: HTMLElement;
}

function render({ model, el }: Rendering): () => void {
  const root = el.attachShadow({ mode: "open" });
  const style = document.createElement("style");
  style.textContent = WIDGET_STYLE;
  const place = document.createElement("div");
  root.append(style, place);
  const store = new Store(new Notebook(model), "", "");
  draw(<App store={store} embedded />, place);
  store.start();
  return () => {
    store.stop();
    draw(null, place);
  };
}

export default {
  initialize(): void {},
  render,
};
