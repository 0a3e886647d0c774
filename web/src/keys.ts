// The keys. Arrows, Space and the like always work; single letters can be switched off.
import { onceDrawn } from "./inbox";
import type { Store } from "./store";

export const KEYS: readonly (readonly [string, string])[] = [
  ["→ ←", "next line, line before (. and , within arrays)"],
  ["Shift → ←", "next pass, pass before"],
  ["] [", "next step, step before"],
  ["} {", "next epoch, epoch before"],
  ["Space", "play, pause"],
  ["Home", "back to the start"],
  ["Arrows in an array", "from entry to entry; Enter: its exact text, or the block under the cursor"],
  ["g", "go to a step"],
  ["d", "show or hide the difference that the last knob made"],
  ["w", "one weight: who moved it"],
  ["k", "knobs"],
  ["t", "the tour"],
  ["m", "drill: write the program from memory"],
  ["?", "this list"],
  ["Esc", "out of what is open, back to the program"],
];

const FIELDS = new Set(["INPUT", "SELECT", "TEXTAREA"]);

/** Do what a key says; whether it said anything. */
export function press(store: Store, root: HTMLElement, event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return false;
  const target = event.composedPath()[0] as HTMLElement;
  const field = FIELDS.has(target.tagName);
  if (event.key === "Escape") return escape(store, root, target);
  if (store.opened.value || store.drilling.value) return false;
  if (field && target.getAttribute("type") !== "checkbox") return false;
  const inButton = target.tagName === "BUTTON" || target.tagName === "SUMMARY" || field;
  switch (event.key) {
    case "ArrowRight":
    case "ArrowLeft":
      if (target.getAttribute("role") === "tab") return false;
      store.move(event.shiftKey ? "phase" : "line", event.key === "ArrowRight" ? 1 : -1);
      return true;
    case " ":
      if (inButton) return false;
      store.toggle();
      return true;
    case "Home":
      store.go(0);
      return true;
  }
  return store.letters.value && letter(store, root, event.key);
}

function letter(store: Store, root: HTMLElement, key: string): boolean {
  switch (key) {
    case ".":
    case ",":
      store.move("line", key === "." ? 1 : -1);
      return true;
    case "]":
    case "[":
      store.move("step", key === "]" ? 1 : -1);
      return true;
    case "}":
    case "{":
      store.move("epoch", key === "}" ? 1 : -1);
      return true;
    case "g":
      return focus(root, "[data-goto]");
    case "d":
      store.showsDifference.value = !store.showsDifference.value;
      return true;
    case "w":
      store.show("weight");
      onceDrawn(() => focus(root, "[data-weight] select"));
      return true;
    case "k":
      store.drawer.value = store.layout.value === "middle";
      onceDrawn(() => focus(root, "[data-region='knobs'] input, [data-region='knobs'] select"));
      return true;
    case "t":
      store.guide?.toggle();
      return store.guide !== null;
    case "m":
      store.drilling.value = store.drill !== null && !store.still.value;
      return true;
    case "?":
      store.opened.value = "help";
      return true;
  }
  return false;
}

function escape(store: Store, root: HTMLElement, target: HTMLElement): boolean {
  if (store.opened.value) store.opened.value = null;
  else if (store.drawer.value) store.drawer.value = false;
  else if (store.drilling.value) {
    if (target.isContentEditable) return false; // the editor lets the next Tab out
    store.drilling.value = false;
    root.focus();
  } else if (store.guide?.isOpen.value && !target.closest(".region:not(.tour)")) store.guide.leave();
  else if (
    target.getAttribute("role") === "gridcell" ||
    FIELDS.has(target.tagName) ||
    target.classList.contains("picture")
  ) {
    return focus(root, ".row[aria-current='step']");
  } else if (store.guide?.isOpen.value) store.guide.leave();
  else return false;
  return true;
}

function focus(root: HTMLElement, selector: string): boolean {
  root.querySelector<HTMLElement>(selector)?.focus();
  return true;
}
