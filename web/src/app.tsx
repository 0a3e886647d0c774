// The page as a whole.
import { useLayoutEffect, useRef } from "preact/hooks";
import type { ComponentChildren, JSX } from "preact";
import { Status, Toolbar } from "./chrome";
import { CurvesPanel } from "./curves";
import { press } from "./keys";
import { KnobsPanel } from "./knobs";
import { LinePanel } from "./line";
import { ProgramPanel } from "./program";
import { StoreProvider, remembered, type Layout, type Store } from "./store";
import { TabsPanel } from "./tabs";
import { Transport } from "./transport";
import { Windows } from "./windows";

const [WIDE, WIDE_WITH_TOUR, MIDDLE] = [1200, 1400, 700];

interface AppProps {
  readonly store: Store;
  /** Within a notebook: keys only while the focus is inside. */
  readonly embedded?: boolean;
  /** What stands beside the regions. */
  readonly aside?: ComponentChildren;
}

export function App({ store, embedded = false, aside }: AppProps): JSX.Element {
  const root = useRef<HTMLElement>(null);
  useTheme(store, root, embedded);
  useLayout(store, root);
  useKeys(store, root, embedded);
  const layout = store.layout.value;
  const Drill = store.drilling.value ? store.drill : null;
  const touring = store.guide?.isOpen.value;
  return (
    <StoreProvider value={store}>
      <main
        ref={root}
        class={`syn0 ${layout}${embedded ? " embedded" : ""}${Drill ? " drilling" : touring ? " touring" : ""}`}
        data-theme={store.theme.value}
        data-lights={store.guide?.lights.value}
        data-lm-suppress-shortcuts={embedded ? "true" : undefined}
        tabIndex={-1}
        onMouseDown={(event) => keepFocus(event, root.current)}
        onDragOver={(event) => {
          event.preventDefault();
          event.currentTarget.classList.add("dropping");
        }}
        onDragLeave={(event) => event.currentTarget.classList.remove("dropping")}
        onDrop={(event) => {
          event.preventDefault();
          event.currentTarget.classList.remove("dropping");
          const file = event.dataTransfer?.files[0];
          if (!file || store.recorded.value || store.drilling.value) return;
          store.upload(file);
          store.opened.value = "data";
        }}
      >
        <h1 class="hidden-words">syn0: a neural network, line by line</h1>
        {Drill ? (
          <Drill />
        ) : (
          <>
            <Toolbar />
            <ProgramPanel />
            <div class={store.large.value ? "right large" : "right"}>
              <LinePanel />
              <TabsPanel />
            </div>
            {aside}
            <Transport />
            {layout !== "middle" && <KnobsPanel />}
            {layout !== "middle" && <CurvesPanel />}
            {layout === "middle" && store.drawer.value && (
              <div class="drawer">
                <button onClick={() => (store.drawer.value = false)}>Close the knobs</button>
                <KnobsPanel />
              </div>
            )}
          </>
        )}
        <Status />
        <Windows />
      </main>
    </StoreProvider>
  );
}

/** A click on a button leaves the focus where it is, so that Space still plays and arrows still step. */
function keepFocus(event: MouseEvent, root: HTMLElement | null): void {
  const target = event.composedPath()[0] as HTMLElement;
  const active = (root?.getRootNode() as Document | ShadowRoot | undefined)?.activeElement;
  // A field that is left takes what was written into it.
  if (!target.closest("button") || target.closest("dialog") || active?.matches("input, select")) return;
  event.preventDefault();
  if (root && !(active && root.contains(active))) root.focus({ preventScroll: true });
}

/** The system's theme, or that of the notebook around; unless the switch has said another. */
function useTheme(store: Store, root: { readonly current: HTMLElement | null }, embedded: boolean): void {
  useLayoutEffect(() => {
    const chosen = remembered("theme");
    if (chosen === "light" || chosen === "dark") {
      store.theme.value = chosen;
      return;
    }
    const query = matchMedia("(prefers-color-scheme: dark)");
    const around = embedded ? (root.current?.getRootNode() as ShadowRoot).host : null;
    const follow = (): void => {
      const dark = around ? isLight(getComputedStyle(around).color) : query.matches;
      store.theme.value = dark ? "dark" : "light";
    };
    follow();
    query.addEventListener("change", follow);
    const observer = new MutationObserver(follow);
    if (around) for (const place of [document.documentElement, document.body]) observer.observe(place, { attributes: true });
    return () => {
      query.removeEventListener("change", follow);
      observer.disconnect();
    };
  }, []);
}

/** Whether a colour of CSS, "rgb(…)", is light: as that of letters on a dark ground. */
function isLight(colour: string): boolean {
  const [r, g, b] = (colour.match(/[\d.]+/g) ?? []).map(Number);
  return 0.3 * r + 0.6 * g + 0.1 * b > 128;
}

function useLayout(store: Store, root: { readonly current: HTMLElement | null }): void {
  const touring = store.guide?.isOpen.value;
  useLayoutEffect(() => {
    if (!root.current) return;
    const wide = touring ? WIDE_WITH_TOUR : WIDE;
    const observer = new ResizeObserver(([entry]) => {
      const { inlineSize } = entry.borderBoxSize[0];
      const layout: Layout = inlineSize >= wide ? "wide" : inlineSize >= MIDDLE ? "middle" : "narrow";
      store.layout.value = layout;
    });
    observer.observe(root.current);
    return () => observer.disconnect();
  }, [touring]);
}

/** Keys are heard as soon as the page is there, not from its next picture on. */
function useKeys(store: Store, root: { readonly current: HTMLElement | null }, embedded: boolean): void {
  useLayoutEffect(() => {
    const element = root.current;
    if (!element) return;
    const place: HTMLElement | Document = embedded ? element : document;
    const onKeyDown = (event: Event): void => {
      if (!press(store, element, event as KeyboardEvent)) return;
      event.preventDefault();
      event.stopPropagation();
    };
    const onVisibility = (): void => store.watch();
    place.addEventListener("keydown", onKeyDown);
    document.addEventListener("visibilitychange", onVisibility);
    return () => {
      place.removeEventListener("keydown", onKeyDown);
      document.removeEventListener("visibilitychange", onVisibility);
    };
  }, []);
}
