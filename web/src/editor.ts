// The drill's editor: CodeMirror, in a chunk of its own that the page loads when the drill opens.
// It stands in a shadow root, where its styles are style sheets of the script's own: the page's
// policy allows no <style>.
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { HighlightStyle, bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { Compartment, EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, keymap, lineNumbers, type DecorationSet } from "@codemirror/view";
import { tags } from "@lezer/highlight";

/** What the drill does with its editor. */
export interface Editor {
  readonly text: string;
  /** Put another text in place of what is there; it can be undone. */
  write(text: string): void;
  /** Mark a line, from 1; 0 for none. */
  blame(line: number): void;
  /** Whether Tab indents, or moves the focus on as everywhere. */
  indentByTab(on: boolean): void;
  focus(): void;
  remove(): void;
}

const blamed = StateEffect.define<number>();

/** The line that is to blame. It moves with what is written around it. */
const blame = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (marks, { changes, effects, state }) => {
    let now = marks.map(changes);
    for (const effect of effects) {
      if (!effect.is(blamed)) continue;
      const isThere = effect.value > 0 && effect.value <= state.doc.lines;
      const at = isThere ? state.doc.line(effect.value).from : 0;
      now = isThere ? Decoration.set(Decoration.line({ class: "blamed" }).range(at)) : Decoration.none;
    }
    return now;
  },
  provide: (field) => EditorView.decorations.from(field),
});

// The colours are the page's: its custom properties reach into the shadow root.
const look = EditorView.theme({
  "&": { height: "100%", color: "var(--text)", backgroundColor: "var(--paper)", fontSize: "13px" },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: 'ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace', lineHeight: "1.45" },
  ".cm-content": { caretColor: "var(--text)" },
  ".cm-gutters": { color: "var(--quiet)", backgroundColor: "var(--panel)", borderRight: "1px solid var(--line)" },
  ".blamed": { backgroundColor: "var(--lit)", boxShadow: "inset 4px 0 0 var(--bad)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "transparent", outline: "1px solid var(--edge)" },
  "&.cm-focused .cm-nonmatchingBracket": { backgroundColor: "transparent", outline: "1px solid var(--bad)" },
});

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.definitionKeyword], color: "var(--accent)", fontWeight: "600" },
  { tag: [tags.number, tags.bool], color: "var(--negative)" },
  { tag: tags.string, color: "var(--added)" },
  { tag: tags.comment, color: "var(--quiet)", fontStyle: "italic" },
]);

/** Writes over a selection. Where the browser does it, it writes inline styles, which the page's policy refuses. */
const writeOver = EditorView.domEventHandlers({
  beforeinput: (event, view) => {
    if (event.inputType !== "insertText" || !event.data || view.state.selection.main.empty) return false;
    view.dispatch(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
    return true;
  },
});

/** An editor in an element. */
export function edit(place: HTMLElement, text: string, check: () => void, changed: (text: string) => void): Editor {
  const tab = new Compartment();
  const root = place.shadowRoot ?? place.attachShadow({ mode: "open" });
  const run = (): boolean => {
    check();
    return true;
  };
  const view = new EditorView({
    parent: root,
    root,
    state: EditorState.create({
      doc: text,
      extensions: [
        keymap.of([{ key: "Mod-Enter", run }, { key: "Ctrl-Enter", run }, ...defaultKeymap, ...historyKeymap]),
        tab.of([]),
        lineNumbers(),
        history(),
        bracketMatching(),
        indentOnInput(),
        indentUnit.of("    "),
        EditorState.tabSize.of(4),
        python(),
        syntaxHighlighting(colours),
        writeOver,
        blame,
        look,
        EditorView.contentAttributes.of({ "aria-label": "Your program", tabindex: "0" }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) changed(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    get text() {
      return view.state.doc.toString();
    },
    write(fresh) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: fresh }, effects: blamed.of(0) });
    },
    blame(line) {
      const effects: StateEffect<unknown>[] = [blamed.of(line)];
      if (line > 0 && line <= view.state.doc.lines) {
        effects.push(EditorView.scrollIntoView(view.state.doc.line(line).from, { y: "nearest", yMargin: 40 }));
      }
      view.dispatch({ effects });
    },
    indentByTab: (on) => view.dispatch({ effects: tab.reconfigure(on ? keymap.of([indentWithTab]) : []) }),
    focus: () => view.focus(),
    remove: () => view.destroy(),
  };
}
