"""What notebooks show: all of it text of ours, or text that stays text."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syn0 import Adam, History, MLPClassifier, Network, Report, TabularClassifier
from syn0.html import blocks, picture, progress_html, thinned

X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], float)
Y = np.array([0, 1, 1, 0.0])

MOST_BYTES = 20_000

OURS = {
    "div", "style", "b", "table", "thead", "tbody", "tr", "th", "td", "figure", "figcaption",
    "span", "svg", "path", "rect", "polyline", "text", "tspan", "details", "summary", "pre",
    "progress",
}  # fmt: skip
"""The elements that are shown."""


class Page(HTMLParser):
    """What a browser makes of it: elements and text; each that is opened is closed."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.attributes: set[str] = set()
        self.words: list[str] = []
        self.opened: list[str] = []
        self.feed(content)
        self.close()
        assert self.opened == []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)
        self.attributes |= {name for name, _ in attributes}
        self.opened.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)
        self.opened.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.opened.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def shown(content: str) -> str:
    """The text of a piece of HTML that is small, of our elements alone, and asks for nothing."""
    assert len(content.encode()) < MOST_BYTES
    page = Page(content)
    assert page.found <= OURS
    assert not any(name.startswith("on") or name in ("href", "src") for name in page.attributes)
    assert "url(" not in content
    assert "@import" not in content
    return " ".join("".join(page.words).split())


def test_a_network_shows_its_layers_arrays_and_program() -> None:
    net = Network([3, 4, 1])
    words = shown(net._repr_html_())
    assert "Network 3-4-1" in words
    assert "not trained" in words
    assert "syn0 (3, 4) ±1" in words
    assert "syn0 += l0.T @ l1_delta" in words
    net.train(X, Y, steps=10, progress=False)
    assert "trained 10 steps by SGD" in shown(net._repr_html_())


@pytest.mark.parametrize(
    "net",
    [
        Network([784, 256, 128, 64, 32, 16, 10], loss="cross_entropy", bias=True, batch_norm=True),
        Network([2] + [20] * 30 + [1], bias=True),
        Network([1, 1]),
        Network([3, 4, 1], dropout=0.5),
    ],
)
def test_networks_of_all_sizes_stay_small(net: Network) -> None:
    words = shown(net._repr_html_())
    assert str(net.spec) in words


def test_a_history_shows_its_curve_and_how_it_ended() -> None:
    net = Network([3, 4, 1])
    history = net.train(X, Y, steps=60_000, progress=False)
    words = shown(history._repr_html_())
    assert "History: finished" in words
    assert "50,000" in words
    assert "polyline" in history._repr_html_()
    seen = net.train(X, Y, epochs=5, validation=(X, Y), optimizer=Adam(), progress=False)
    assert "loss · validation loss" in shown(seen._repr_html_())


@pytest.mark.parametrize("losses", [[], [1.0], [2.0, 2.0], [np.nan, np.inf], [0.0, 1e300, 5e-324]])
def test_any_history_can_be_shown(losses: list[float]) -> None:
    history = History([Report(step, loss, abs(loss)) for step, loss in enumerate(losses)])
    with np.errstate(all="raise"):
        content = history._repr_html_()
    shown(content)
    drawn = re.findall(r'points="([^"]*)"', content)
    assert not re.search("nan|inf", " ".join(drawn))


def test_a_long_history_stays_small() -> None:
    losses = np.random.RandomState(1).rand(10_000)
    history = History([Report(step, loss, loss) for step, loss in enumerate(losses.tolist())])
    shown(history._repr_html_())


@given(st.lists(st.floats(width=32), min_size=1, max_size=1000))
def test_a_thinned_curve_keeps_its_ends(values: list[float]) -> None:
    points = thinned(range(len(values)), values)
    finite = [value for value in values if np.isfinite(value)]
    assert len(points) <= 240
    assert [step for step, _ in points] == sorted({step for step, _ in points})
    if finite:
        found = [value for _, value in points]
        assert (min(found), max(found)) == (min(finite), max(finite))


def test_blocks_are_means() -> None:
    grid = np.arange(25 * 30.0).reshape(25, 30)
    found = blocks(grid)
    assert found.shape == (9, 10)
    assert found[0, 0] == grid[:3, :3].mean()
    assert found[-1, -1] == grid[24:, 27:].mean()
    np.testing.assert_array_equal(blocks(grid[:4, :4]), grid[:4, :4])


def test_signs_and_what_is_no_number_can_be_told_apart_without_colours() -> None:
    content = picture(np.array([[1.0, -1.0, np.nan, 0.0]]))
    assert 'stroke="var(--more)" opacity="1" d="M0 0.5h1"' in content
    assert 'stroke="var(--less)" opacity="1" d="M1 0.5h1"' in content
    assert "M1 0h.3l-.3.3z" in content
    assert "M2 0l1 1m-1 0l1-1" in content


HOSTILE = st.one_of(
    st.text(min_size=1, max_size=40),
    st.sampled_from(
        [
            "<script>alert(1)</script>", "</pre></details><img src=x onerror=alert(1)>",
            '"><svg/onload=alert(1)>', "'; alert(1)//", "</style><b>", "&lt;", "\u202eevil\x1b[31m",
        ]
    ),
)  # fmt: skip


@given(names=st.lists(HOSTILE, min_size=4, max_size=4, unique=True))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_names_of_columns_and_classes_stay_text(names: list[str]) -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    frame = pandas.DataFrame(X, columns=names[:3])
    net = Network([3, 4, 1])
    net.train(frame, Y, steps=1, progress=False)
    words = shown(net._repr_html_())
    if names[0].isprintable() and names[0].strip() == names[0] and "  " not in names[0]:
        assert f"from {names[0]}" in words


def test_a_table_s_names_stay_text() -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    hostile = "<script>alert(1)</script>"
    frame = pandas.DataFrame({hostile: [1.0, 2, 3, 4] * 10, "kind": ["<b>", "</pre>"] * 20})
    model = TabularClassifier(max_iter=2).fit(frame, ["<i>a</i>", "<script>"] * 20)
    words = shown(model.network_._repr_html_())
    assert hostile in words
    bundle: dict[str, Any] = model._repr_mimebundle_()
    assert model.network_._repr_html_() in bundle["text/html"]
    assert hostile not in bundle["text/html"]


def test_estimators_show_their_network_below_what_scikit_learn_shows() -> None:
    model = MLPClassifier((4,), tol=1.0)
    assert "Network" not in model._repr_html_()
    model.fit(X, Y)
    assert model._repr_html_().endswith(model.network_._repr_html_())
    assert model._repr_mimebundle_()["text/html"].count('class="syn0"') == 1


def test_progress_is_a_bar_with_words() -> None:
    content = progress_html(3, 10, "3 of 10 steps, <b>")
    assert '<progress aria-label="training" value="3" max="10">' in content
    assert shown(content).endswith("3 of 10 steps, <b>")
