// Messages on their way to the page: they wait for the browser's next picture and are shown with it,
// all at once. Of frames, curves and reports only the latest is: what was not painted is not missed.
import type { ToPage } from "./protocol";
import type { Received } from "./wire";

/** What is asked for once and must arrive; of all other messages the latest says all. */
const SINGLE: ReadonlySet<ToPage["type"]> = new Set(["program", "trouble", "text", "error", "file", "link", "chapter", "outcome"]);

export class Inbox {
  private waiting: Received[] = [];
  private picture = 0;

  constructor(private readonly show: (messages: readonly Received[]) => void) {}

  receive(one: Received): void {
    const { type } = one.message;
    if (!SINGLE.has(type)) this.waiting = this.waiting.filter(({ message }) => message.type !== type);
    this.waiting.push(one);
    if (document.hidden) this.empty(); // there is no next picture
    else this.picture ||= requestAnimationFrame(() => this.empty());
  }

  private empty(): void {
    this.picture = 0;
    const messages = this.waiting;
    this.waiting = [];
    this.show(messages);
  }
}

/** Do something once what was just changed stands in the page: before the next key is heard, while a picture may
 * be long in coming. */
export const onceDrawn = (work: () => void): void => queueMicrotask(work); // Preact draws in an earlier one

/** Do something once the picture that is being made is painted. */
export function oncePainted(work: () => void): void {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    work();
  };
  port2.postMessage(null);
}
