"""Tours, which are made once."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest

from syn0.learn.tour import Chapter, Tour
from syn0.models import Network, make_network, tutorial_training
from syn0.printers import example_data


@pytest.fixture(scope="session")
def usual() -> Tour:
    """The tutorial's, whose experiments are computed once too."""
    tour = Tour.usual()
    for lesson, chapter in tour.chapters():
        assert isinstance(chapter, Chapter), chapter
        if (experiment := chapter.experiment) is not None:
            once = replace(experiment, run=cache(experiment.run))
            tour._made[lesson.name] = replace(chapter, experiment=once)
    return tour


@pytest.fixture(scope="session")
def tour_of() -> Callable[..., Tour]:
    """A tour of any network, on made-up rows where it fits no table, with few steps."""

    def make(sizes: list[int], network: dict | None = None, **training: object) -> Tour:
        spec = make_network(sizes, network or {})
        data = example_data(spec)
        how = tutorial_training({"steps": 60, **training}, spec)
        return Tour.of(Network.from_spec(spec).replay(data.X, data.y, training=how), "some rows")

    return make
