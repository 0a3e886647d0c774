"""The first minute and what follows, in a real browser: every number is Python's."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from syn0 import Network
from syn0.explain import Trace
from tests.page.conftest import Reader, reading

LINES = 11
SIX_ERRORS = [
    "0.496410031903", "0.00858452565325", "0.00578945986251", "0.00462917677677",
    "0.00395876528027", "0.00351012256786",
]  # fmt: skip


@pytest.fixture(scope="module")
def trace() -> Trace:
    """The first step of exclusive-or."""
    X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
    return Network([3, 4, 1], seed=1).trace(X, np.array([[0, 1, 1, 0]]).T, step=0)


def texts(value: Any) -> list[list[str]]:
    return [[repr(float(x)) for x in row] for row in np.atleast_2d(value)]


def test_a_step_forward_and_back(reader: Reader, address: str, trace: Trace) -> None:
    reader.open(address)
    reader.stands(0, -1)
    for number, line in enumerate(trace.lines):
        reader.press("ArrowRight")
        reader.stands(0, number)
        current = reader.page.locator("[aria-current=step] code")
        assert re.sub(r"\s+", " ", current.inner_text()) == line.text
        if line.shape:
            assert reader.written(line.target) == texts(line.value)
        else:
            reader.until(
                "([name, text]) => document.querySelector(`[data-exact=${name}]`)"
                ".textContent.endsWith(text)",
                [line.target, repr(float(line.value))],
            )
    reader.press("ArrowRight")
    reader.stands(1, 0)
    for number in reversed(range(LINES)):
        reader.press("ArrowLeft")
        reader.stands(0, number)
    reader.press("ArrowLeft")
    reader.stands(0, -1)
    # What was undone is as it was before: the start weights, to the last bit.
    reader.press("w")
    reader.page.get_by_role("spinbutton", name="its row").fill("2")
    reader.page.get_by_role("spinbutton", name="its column").fill("1")
    reader.button("Who moved it?")
    reader.page.wait_for_selector("[data-split='syn0[2,1]']")
    movement = reader.page.locator("[data-movement] code").first
    assert movement.inner_text() == repr(float(trace.start["syn0"][2, 1]))


def test_a_sum_is_written_out(reader: Reader, address: str, trace: Trace) -> None:
    reader.open(address)
    reader.press("ArrowRight", "ArrowRight")
    reader.stands(0, 1)
    corner = reader.page.locator(".corner [data-place='2,1']")
    corner.click()
    words = reader.page.locator("[data-sum='2,1']").inner_text()
    assert words.count("\n") == 4  # three terms, their sum, and what sigmoid makes of it
    assert f"sigmoid: {trace['l1'][2, 1]:.4g}" in words
    lit = reader.page.locator(".left-operand .lit")
    assert lit.count() == 3
    # Arrows move within the array; the page stays at its line. The point steps on.
    reader.press("ArrowRight")
    assert reader.page.locator("[data-sum='2,2']").count() == 1
    reader.press(".")
    reader.stands(0, 2)


def test_six_errors_after_space(reader: Reader, address: str) -> None:
    reader.open(address)
    reader.press("Space")
    reader.state("finished")
    printed = reader.page.locator("pre.printed").inner_text()
    assert re.findall(r"error (\S+)", printed)[:6] == SIX_ERRORS


def test_the_split_of_a_weight(reader: Reader, address: str, trace: Trace) -> None:
    reader.open(address)
    reader.page.locator("[data-wire='syn0[2,1]']").dispatch_event("click")
    reader.page.wait_for_selector("[data-split='syn0[2,1]']")
    table = reader.page.locator("[data-exactly] tbody tr")
    *votes, rounding, total = [float(row.locator("td").last.text_content()) for row in table.all()]
    added = 0.0
    for part in [*votes, rounding]:
        added += part
    assert added == total
    old, new = (float(x) for x in reader.page.locator("[data-movement] code").all_text_contents())
    assert (old, new) == (trace.start["syn0"][2, 1], trace["syn0"][2, 1])
    assert old + total == new
    assert reader.page.locator("[data-vote]").count() == 4


LISTEN = """() => {
  const place = document.querySelector("[data-spoken]");
  window.spoken = [];
  new MutationObserver(() => window.spoken.push(place.textContent))
    .observe(place, { childList: true, characterData: true, subtree: true });
}"""


def test_a_split_goes_with_the_run(reader: Reader, address: str) -> None:
    reader.open(address)
    reader.page.locator("input[name=steps]").fill("2000")
    reader.press("Enter")
    reader.page.locator("[data-difference] code", has_text="steps").wait_for()
    reader.page.locator("main").focus()
    reader.page.locator("[data-wire='syn0[2,1]']").dispatch_event("click")
    reader.page.locator("[data-split]", has_text="in step 0:").wait_for()
    reader.press("Space")
    reader.state("finished")
    reader.page.locator("[data-split]", has_text="in step 1,999:").wait_for()
    before = reader.page.locator("[data-movement]").inner_text()
    reader.button("+ fork")  # another run, from the start
    reader.page.locator("[data-split]", has_text="in step 0:").wait_for()
    assert reader.page.locator("[data-movement]").inner_text() != before


def test_what_a_knob_does_is_said_beside_it(reader: Reader, address: str) -> None:
    reader.open(address)
    reader.page.locator("input[name=momentum]").focus()
    words = reader.page.locator("[data-region=status] .beside-knob")
    assert words.inner_text().startswith("momentum: ")
    reader.page.locator("main").focus()
    words.wait_for(state="detached")


def test_momentum_adds_its_lines_and_no_others(reader: Reader, address: str) -> None:
    reader.open(address)
    reader.page.evaluate(LISTEN)
    reader.press("k")
    field = reader.page.locator("input[name=momentum]")
    field.fill("0.9")
    field.press("Enter")
    words = reader.page.locator("[data-difference]").inner_text()
    assert "2 added, 2 changed" in words
    added = reader.page.locator(".row.added code").all_text_contents()
    assert [x.split(": ")[1].split(" ")[0] for x in added] == ["syn1_velocity", "syn0_velocity"]
    reader.until("() => window.spoken.some((text) => text.includes('2 added'))")
    reader.page.locator("body").click(position={"x": 720, "y": 3})
    reader.press("d")
    assert reader.page.locator(".row.added").count() == 0


def test_a_fork_is_compared(reader: Reader, address: str) -> None:
    reader.open(address)
    reader.button("+ fork")
    reader.page.locator("select", has_text="B:").wait_for()
    field = reader.page.locator("input[name=learning_rate]")
    field.fill("0.1")
    field.press("Enter")
    reader.page.locator(".row.changed").first.wait_for()
    reader.page.locator(".region.transport").get_by_title("On one step").click()
    reader.stands(1, -1)
    assert reader.page.locator(".legend tr").count() == 2
    reader.button("Close run B")
    reader.page.locator("select", has_text="B:").wait_for(state="detached")


def table_of_passengers(folder: Path) -> Path:
    """Like the passengers of the Titanic: mixed columns, gaps, a hostile name."""
    random = np.random.RandomState(1)
    rows = ["Survived,Sex,Age,Fare,<img src=x onerror=alert(1)>"]
    for _ in range(160):
        sex = ("female", "male")[random.randint(2)]
        age = "" if random.randint(6) == 0 else str(random.randint(1, 80))
        survived = ("no", "yes")[int(random.random_sample() < (0.85 if sex == "female" else 0.15))]
        rows.append(f"{survived},{sex},{age},{random.random_sample() * 90:.2f},{random.randint(9)}")
    path = folder / "passengers.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


DROP = """([name, text]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name, { type: "text/csv" }));
  document.querySelector("main").dispatchEvent(
    new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
}"""


def test_a_table_dropped_on_the_page(reader: Reader, address: str, tmp_path: Path) -> None:
    reader.open(address)
    path = table_of_passengers(tmp_path)
    reader.page.evaluate(DROP, [path.name, path.read_text(encoding="utf-8")])
    target = reader.page.locator("select[name=target]", has_text="Survived")
    target.select_option("Survived")
    reader.until("() => document.querySelector('select[name=target]').value === 'Survived'")
    present = reader.page.locator("[data-present]")
    assert "128 rows to learn from, 32 held out" in present.inner_text()
    present.locator("summary").click()
    present.get_by_role("checkbox", name="Survived").wait_for(state="detached")  # it is the target
    present.get_by_role("checkbox", name="Fare").click()
    present.locator("summary").filter(has_text="1 left out").wait_for()
    reader.press("Escape")
    reader.tab("Metrics")
    reader.page.locator("[data-report=confusion] th", has_text="yes").first.wait_for()
    reader.page.locator("input[name=steps]").fill("2000")  # which are enough
    reader.press("Enter")
    reader.page.locator("[data-difference] code", has_text="steps").wait_for()
    reader.page.locator("main").focus()
    reader.button("▶ Play")
    reader.state("finished")
    reader.page.locator("[data-report=confusion]").wait_for()
    counts = reader.page.locator("[data-report=confusion] td").all_text_contents()
    (no_no, no_yes, yes_no, yes_yes) = map(int, counts)
    assert no_no + yes_yes > 2 * (no_yes + yes_no)
    # The hostile name is text, wherever it stands.
    assert reader.page.locator("img").count() == 0
    reader.tab("Data")
    assert "<img src=x" in reader.page.locator("[data-report=table]").inner_text()


def test_a_link_restores_everything(reader: Reader, address: str) -> None:
    reader.open(address)
    field = reader.page.locator("input[name=momentum]")
    field.fill("0.9")
    field.press("Enter")
    reader.page.locator(".row.added").first.wait_for()
    goto = reader.page.locator("[data-goto]")
    goto.fill("137")
    goto.press("Enter")
    reader.stands(137, -1)
    reader.page.locator("main").focus()
    reader.press("ArrowRight", "ArrowRight")
    reader.stands(137, 1)
    written = reader.written("l1")
    reader.button("Link")
    link = reader.page.locator("input[name=address]").input_value()
    reader.page.evaluate("localStorage.clear()")  # it goes to somebody else
    reader.open(link)
    reader.stands(137, 1)
    assert reader.written("l1") == written
    assert reader.page.locator("input[name=momentum]").input_value() == "0.9"


def test_an_exported_page_steps_offline(
    reader: Reader, address: str, browser: Any, tmp_path: Path, trace: Trace
) -> None:
    reader.open(address)
    reader.button("Save ▾")
    with reader.page.expect_download() as download:
        reader.button("this page, to step offline (.html)")
    path = tmp_path / "page.html"
    download.value.save_as(path)
    assert path.stat().st_size < 3 * 2**20
    with reading(browser, offline=True) as other:
        asked: list[str] = []
        other.page.on("request", lambda request: asked.append(request.url))
        other.open(path.as_uri())
        other.press("Home")
        other.stands(0, -1)
        other.press("ArrowRight", "ArrowRight")
        other.stands(0, 1)
        assert other.written("l1") == texts(trace["l1"])
        assert asked == [path.as_uri()]
        assert other.page.get_by_role("button", name="Tour").count() == 0  # nobody could answer
        assert other.mistakes == []
