"""The lines of a trained model mean what `Schema.inputs`, `predict` and `labels` give."""

import numpy as np
import pandas as pd
import pytest

from syn0 import Network
from syn0.data import read_table
from syn0.models import plan_table, table_options
from syn0.models.module import Answers, module_of
from syn0.printers.module import LABEL, PROBABILITIES
from syn0.program import Name, check
from syn0.program.interpreter import walk


def passengers(rows=80, **changes):
    """Numbers and texts, some missing, and columns that no input is made of."""
    draw = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "fare": draw.exponential(30, rows).round(2),
            "port, of 'call'": draw.choice(["S", "C", "Q", None], rows),
            "age": np.where(draw.random(rows) < 0.2, np.nan, draw.integers(1, 80, rows)),
            "deck": "A",
            "Port of call": draw.choice(["NA", "x"], rows),
            "class": draw.choice(["First", "Second"], rows),
            "when": 1.7e9 + draw.integers(0, 1000, rows),
            "survived": draw.choice(["no", "yes"], rows),
        }
    )
    return frame.assign(**changes)


def fitted(frame, target, **options):
    table = read_table(frame, target=target)
    return plan_table(table, table_options(hidden=(3,), epochs=3, **options)).fit(progress=False)


def values(network, frame):
    """What each name of a model's lines means for the rows of a frame."""
    module = module_of(network)
    check(module.program)
    given = {}
    for one in module.given:
        if one.texts:
            texts = ["" if pd.isna(cell) else str(cell) for cell in frame[one.columns[0]]]
            known = ["" if text in one.missing else text for text in texts]
            given[one.name] = np.array(known)[:, np.newaxis]
        else:
            names = list(one.columns) or list(frame)
            given[one.name] = frame[names].to_numpy(float)
    bound = {**given, **module.weights}
    lines = module.program.phase("prepare", "forward", "answer")
    bound |= {line.target: value for line, value in walk(lines, bound)}
    return module, bound


NEWS = {
    "as in training": {},
    "texts unknown, missing, or empty": {"port, of 'call'": "Z", "class": None},
    "numbers missing": {"age": np.nan, "fare": np.nan},
    "numbers far away": {"fare": 1e300, "age": -1e9},
}


@pytest.mark.parametrize("changes", NEWS.values(), ids=NEWS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_columns_become_the_inputs_of_the_schema(changes, dtype):
    network = fitted(passengers(), "survived", dtype=dtype).network
    news = passengers().assign(**changes)
    _, bound = values(network, news)
    expected = network.schema.inputs(read_table(news, for_prediction=True), dtype)
    assert bound["X"].dtype == expected.dtype
    np.testing.assert_array_equal(bound["X"], expected)


@pytest.mark.parametrize("target", ["survived", "class", "age", "port, of 'call'"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_outputs_become_the_answers_of_the_network(target, dtype):
    frame = passengers().dropna(subset=[target])
    network = fitted(frame, target, dtype=dtype).network
    module, bound = values(network, frame)
    np.testing.assert_allclose(bound[module.numbers], network.predict(frame), rtol=1e-6)
    if label := module.answer(LABEL):
        assert bound[label.name][:, 0].tolist() == network.labels(frame).tolist()
        likely = bound[module.answer(PROBABILITIES).name]
        assert likely.shape == (len(frame), len(network.schema.classes))
        np.testing.assert_allclose(likely.sum(axis=1), 1, rtol=1e-6)


@pytest.mark.parametrize("loss", ["hinge", "quantile:0.1,0.5,0.9", "huber:1"])
def test_losses_whose_outputs_mean_something_else(loss):
    target = "survived" if loss == "hinge" else "age"
    frame = passengers().dropna(subset=[target])
    network = fitted(frame, target, loss=loss).network
    module, bound = values(network, frame)
    np.testing.assert_allclose(bound[module.numbers], network.predict(frame), rtol=1e-6)
    if loss == "hinge":
        assert bound["label"][:, 0].tolist() == network.labels(frame).tolist()


def test_columns_of_alike_names_have_names_of_their_own():
    module = module_of(fitted(passengers(), "survived").network)
    names = [one.name for one in module.given]
    assert names == ["numbers", "port_of_call_text", "port_of_call_2_text", "class_text"]
    assert module.order == tuple(c for c in passengers() if c not in ("deck", "survived"))
    assert module.given[2].missing == module.given[1].missing


def test_coarse_columns_are_told():
    given, *_ = module_of(fitted(passengers(), "survived").network).given
    assert dict(zip(given.columns, given.coarse, strict=True)) == {
        "fare": False, "age": False, "when": True,
    }  # fmt: skip


def test_plain_arrays_go_in_as_they_are():
    network = Network([3, 2], loss="cross_entropy")
    module = module_of(network)
    assert [one.name for one in module.given] == ["X"]
    assert not module.program.phase("prepare")
    assert [answer.role for answer in module.answers] == ["label", "probabilities"]


def test_classes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="the outputs of 3-2 tell 2 classes apart, not 3"):
        Answers(Network([3, 2]).spec, Name("out")).classes(Name("out"), ["a", "b", "c"])
