// Diverged: the first line that went bad, what it read, the step before, and two knobs to try.
import type { JSX } from "preact";
import { ArrayBox } from "./array";
import { known, useStore } from "./store";

export function TroublePanel(): JSX.Element | null {
  const store = useStore();
  const sent = store.trouble.value;
  if (!sent) return <p class="notice">A number is no longer finite.</p>;
  const { message, arrays } = sent;
  const boxes = (shown: typeof message.operands) =>
    shown.map((one) => {
      const { matrix, age } = known(one, arrays);
      return <ArrayBox key={one.name} matrix={matrix} age={age} />;
    });
  return (
    <div class="notice" role="group" aria-label="What went wrong">
      <p>
        <strong>{message.words}</strong>
      </p>
      <p>{message.cause}</p>
      <p class="buttons">
        {message.tries.map((one, k) => (
          <button key={k} onClick={() => store.turn(one.name, one.value)}>
            Try {one.words}
          </button>
        ))}{" "}
        <button onClick={() => store.go(Math.max(0, message.step - 1))}>Stand a step before</button>
      </p>
      <details open>
        <summary>What the line read</summary>
        <div class="gallery">{boxes(message.operands)}</div>
      </details>
      <details>
        <summary>The same in the step before</summary>
        <div class="gallery">{boxes(message.before)}</div>
      </details>
    </div>
  );
}
