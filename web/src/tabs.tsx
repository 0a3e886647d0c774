// D: pictures beside the program, one tab each.
import type { ComponentType, JSX } from "preact";
import { Curves } from "./curves";
import { onceDrawn } from "./inbox";
import { NetworkDrawing } from "./network";
import { ConfusionTable, DataTable, ImagesPanel, RegionsPicture, StatisticsTable, UnitsPicture } from "./reports";
import { SplitPanel } from "./split";
import type { Program } from "./protocol";
import { useStore, type Layout, type Tab } from "./store";

interface TabOf {
  readonly id: Tab;
  readonly words: string;
  readonly body: ComponentType;
  readonly when?: (program: Program, layout: Layout) => boolean;
}

const TABS: readonly TabOf[] = [
  { id: "network", words: "Network", body: NetworkDrawing },
  { id: "weight", words: "One weight", body: SplitPanel },
  { id: "table", words: "Data", body: DataTable },
  { id: "regions", words: "Regions", body: RegionsPicture, when: (program) => program.data.plane },
  { id: "images", words: "Images", body: ImagesPanel, when: (program) => program.data.image.length > 0 },
  { id: "units", words: "Units", body: UnitsPicture },
  { id: "statistics", words: "Statistics", body: StatisticsTable },
  { id: "confusion", words: "Metrics", body: ConfusionTable },
  { id: "curves", words: "Curves", body: Curves, when: (_, layout) => layout === "middle" },
];

export function TabsPanel(): JSX.Element {
  const store = useStore();
  const program = store.program.value;
  if (!program) return <section class="region tabs" aria-label="Pictures" />;
  const tabs = TABS.filter((tab) => tab.when?.(program, store.layout.value) ?? true);
  const chosen = tabs.find((tab) => tab.id === store.tab.value) ?? tabs[0];
  const Body = chosen.body;
  const step = (by: number): void => {
    const to = tabs[(tabs.indexOf(chosen) + by + tabs.length) % tabs.length];
    store.show(to.id);
  };
  return (
    <section class="region tabs" aria-label="Pictures" data-region="tabs">
      <button class="larger" aria-pressed={store.large.value} onClick={() => (store.large.value = !store.large.value)}>
        Larger
      </button>
      <div
        role="tablist"
        aria-label="Pictures"
        onKeyDown={(event) => {
          const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
          if (!by) return;
          step(by);
          event.preventDefault();
          event.stopPropagation();
          const list = event.currentTarget;
          onceDrawn(() => list.querySelector<HTMLElement>("[aria-selected='true']")?.focus());
        }}
      >
        {tabs.map((tab) => (
          <button
            key={tab.id}
            role="tab"
            id={`tab-${tab.id}`}
            aria-selected={tab === chosen}
            aria-controls="pane"
            tabIndex={tab === chosen ? 0 : -1}
            onClick={() => store.show(tab.id)}
          >
            {tab.words}
          </button>
        ))}
      </div>
      <div class="pane" role="tabpanel" id="pane" aria-labelledby={`tab-${chosen.id}`} tabIndex={0}>
        <Body />
      </div>
    </section>
  );
}
