// The three sentences of the first minute; each is gone once its thing was done.
import type { JSX } from "preact";
import { useStore, type Prompt } from "./store";

const WORDS: Record<Prompt, string> = {
  next: "This is a whole network, and all of its training. Press Next line, or →, to run it line by line.",
  back: "A line has run: its array is here. ← takes it back, bit for bit. Click any number to see what it was made of.",
  knob: "Now turn a knob below, such as momentum: the lines that it adds appear in the program, marked +.",
};

export function Prompter(): JSX.Element | null {
  const store = useStore();
  const prompt = store.prompt.value;
  if (!prompt || store.recorded.value || store.guide?.isOpen.value) return null;
  return (
    <div class="prompt">
      <span>{WORDS[prompt]}</span>
      <button aria-label="Hide this hint" onClick={() => store.done(prompt)}>
        ×
      </button>
    </div>
  );
}
