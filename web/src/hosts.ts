// Where messages go: a socket of the page. (The notebook and recordings are in files of their own.)
import { pack, unpack, type Received } from "./wire";
import type { ToPython } from "./protocol";

export type Connection = "connecting" | "open" | "lost" | "recorded";

/** What the front end needs of a host. */
export interface Host {
  send(message: ToPython, content?: Uint8Array): void;
  /** Begin; what comes is told to the listener. */
  start(listener: Listener): void;
  stop(): void;
}

export interface Listener {
  received(what: Received): void;
  connection(state: Connection, why?: string): void;
  /** Of a recording: the steps that it holds, in order. */
  holds(steps: readonly number[]): void;
  /** Somebody is there to answer: the page may open. */
  ready(): void;
}

const RETRY = 1500;

/** The socket of `syn0 play`; where it breaks, it is tried again. */
export class Socket implements Host {
  private socket: WebSocket | null = null;
  private stopped = false;
  private timer = 0;

  constructor(private readonly address: string) {}

  start(listener: Listener): void {
    const socket = new WebSocket(this.address);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    socket.onopen = () => {
      listener.connection("open");
      listener.ready();
    };
    socket.onmessage = (event: MessageEvent<unknown>) => {
      if (event.data instanceof ArrayBuffer) listener.received(unpack(new Uint8Array(event.data)));
    };
    socket.onclose = (event) => {
      if (this.stopped) return;
      listener.connection("lost", event.reason);
      this.timer = window.setTimeout(() => this.start(listener), RETRY);
    };
  }

  send(message: ToPython, content?: Uint8Array): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(pack(message, content));
  }

  stop(): void {
    this.stopped = true;
    window.clearTimeout(this.timer);
    this.socket?.close();
  }
}
