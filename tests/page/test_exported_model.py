"""A trained model as a page: it answers as the network does, and asks for nothing."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.models.exported import (
    LAYERS,
    cells_of,
    check_arrays,
    check_estimators,
    check_hostile_names,
    check_tables,
    hostile_frame,
)
from tests.models.test_module import fitted, passengers
from tests.page.conftest import Reader, reading


@pytest.fixture(scope="module")
def sheet(browser: Any) -> Iterator[Reader]:
    """A window in which the models of this module are opened."""
    with reading(browser) as reader:
        yield reader


@pytest.fixture
def opened(sheet: Reader, tmp_path: Path) -> Iterator[Any]:
    """Opens the page of a model; it must say nothing to the console and ask for nothing."""
    page = sheet.page
    said: list[str] = []

    def hear(message: Any) -> None:
        said.append(message.text)

    def see(request: Any) -> None:
        said.append(request.url)

    page.on("console", hear)
    page.on("request", see)

    def open_page(model: Any) -> Any:
        model.export(tmp_path / "model.html", to="html")
        page.goto((tmp_path / "model.html").as_uri())
        return page

    yield open_page
    page.remove_listener("console", hear)
    page.remove_listener("request", see)
    own = re.compile(r"file://.*/model\.html|data:,")
    assert [text for text in said if not own.fullmatch(text)] == []
    assert sheet.mistakes == []


@pytest.fixture
def ask(opened: Any) -> Any:
    """What the model of a page answers."""

    def answers(model: Any, rows: Any) -> Any:
        rows = cells_of(rows) if isinstance(rows, pd.DataFrame) else rows
        page = opened(model)
        assert page.inner_text("footer") == "Self-test: 8 rows are predicted as expected."
        return json.loads(
            page.evaluate("text => JSON.stringify(predict(JSON.parse(text)))", json.dumps(rows))
        )

    return answers


@pytest.mark.parametrize("target", ["survived", "class", "age"])
def test_a_table_is_answered_as_by_the_network(ask: Any, target: str) -> None:
    check_tables(ask, target)


def test_networks_of_plain_arrays(ask: Any) -> None:
    check_arrays(ask, [*LAYERS][-1])


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_several_yeses_a_row_and_the_estimators_classes(ask: Any) -> None:
    check_estimators(ask)


def test_hostile_names_are_text_and_no_markup(ask: Any, opened: Any) -> None:
    check_hostile_names(ask)
    page = opened(fitted(hostile_frame(), "survived", dtype="float64").network)
    assert page.locator("script").count() == 1
    assert page.locator("img, b").count() == 0
    names = page.locator("label > span").all_text_contents()
    assert {"__proto__", "*/ '); DROP TABLE t; --"} <= {*names}


def test_the_form_answers_what_is_typed(opened: Any) -> None:
    network = fitted(passengers(), "survived", dtype="float64").network
    page = opened(network)
    page.get_by_label("fare").fill("12.5")
    page.get_by_label("age").fill("")
    page.get_by_label("class").select_option("(another)")
    row = {"fare": 12.5, "age": None, "class": "never seen"}
    for name in ("port, of 'call'", "Port of call"):
        row[name] = page.get_by_label(name).evaluate("one => one.selectedOptions[0].textContent")
    row["when"] = float(page.get_by_label("when").input_value())
    assert page.inner_text("output p") == network.labels([row])[0]
    (likely,) = network.predict([row])[0]
    shown = page.locator("tr", has_text="yes").locator("td").first.inner_text()
    assert float(shown) == pytest.approx(likely, rel=1e-5)


def test_a_number_that_must_be_there_is_asked_for(opened: Any) -> None:
    from syn0 import Network

    page = opened(Network([2, 1]))
    page.get_by_label("1", exact=True).fill("")
    assert page.inner_text("output") == "column '1' holds no number in row 1, but null"
