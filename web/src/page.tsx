// The page of `syn0 play`, and an exported file, which holds a recording instead of a socket.
import { render } from "preact";
import { App } from "./app";
import { DrillView } from "./drill";
import { Socket, type Host } from "./hosts";
import { Recording, read } from "./recording";
import { Store } from "./store";
import { Guide, TourPanel } from "./tour";

/** The socket beside the page: /socket, with the token of the address. */
function socket(): Host {
  const address = new URL("socket", location.href);
  address.search = "";
  address.hash = "";
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  return new Socket(address.href);
}

async function begin(): Promise<void> {
  const saved = document.getElementById("recording")?.textContent;
  const host = saved ? new Recording(await read(saved)) : socket();
  const token = new URLSearchParams(location.search).get("token") ?? "";
  const store = new Store(host, token, saved ? "" : location.hash.slice(1));
  if (!saved) store.drill = DrillView;
  if (!saved) store.guide = new Guide(store);
  render(<App store={store} aside={<TourPanel />} />, document.getElementById("syn0") ?? document.body);
  store.start();
}

void begin();
