"""`syn0 predict` and `syn0 evaluate`: a saved model meets data by the names of their columns."""

import csv as csv_module
import io
import json

import numpy as np
import pytest

from syn0 import Network, load
from syn0.cli.predict import write_csv


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv_module.DictReader(io.StringIO(text)))


def test_predictions_are_a_csv_of_classes_and_probabilities(syn0, pets, model):
    done = syn0("predict", model, pets)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[0] == (
        "prediction,probability of cat,probability of dog,probability of mouse"
    )
    rows = rows_of(done.out)
    assert len(rows) == 60
    for row in rows:
        shares = {name[15:]: float(value) for name, value in row.items() if "probab" in name}
        assert sum(shares.values()) == pytest.approx(1, abs=1e-5)
        assert row["prediction"] == max(shares, key=lambda name: shares[name])
    truth = [line.split(",")[-1] for line in pets.read_text().splitlines()[1:]]
    assert np.mean([row["prediction"] == t for row, t in zip(rows, truth, strict=True)]) > 0.8


def test_predictions_as_json_are_the_same_rows(syn0, pets, model):
    rows = rows_of(syn0("predict", model, pets).out)
    data = json.loads(syn0("predict", model, pets, "--json").out)
    assert [row["prediction"] for row in data] == [row["prediction"] for row in rows]
    assert data[0]["probability of dog"] == float(rows[0]["probability of dog"])


def test_predictions_of_the_command_are_those_of_the_api(syn0, pets, model):
    rows = rows_of(syn0("predict", model, pets).out)
    assert [row["prediction"] for row in rows] == load(model).labels(str(pets)).tolist()


def reordered(pets, order, name="new.csv"):
    lines = [line.split(",") for line in pets.read_text().splitlines()]
    path = pets.with_name(name)
    path.write_text("\n".join(",".join(line[k] for k in order) for line in lines) + "\n")
    return path


def test_columns_are_found_by_name_in_any_order_without_the_target(syn0, pets, model):
    new = reordered(pets, [2, 1, 0])
    assert new.read_text().startswith("house,height,weight\n")
    assert syn0("predict", model, new).out == syn0("predict", model, pets).out


def test_a_column_that_is_lacking_is_named(syn0, pets, model):
    done = syn0("predict", model, reordered(pets, [0, 2, 3]))
    assert done.code == 2
    assert done.out == ""
    assert done.err.startswith("Error: ")
    assert "lacks columns that the model takes: 'height'" in done.err
    assert len(done.err.splitlines()) == 1


def test_a_category_that_was_never_seen_counts_as_unknown(syn0, csv, model):
    header = "weight,height,house\n"
    done = syn0("predict", model, csv(header + "4,25,A\n4,25,Z\n4,25,\n"))
    assert done.code == 0
    assert "'house' holds texts unknown" in done.err
    rows = rows_of(done.out)
    assert len(rows) == 3
    known, unknown, missing = ([float(v) for v in list(row.values())[1:]] for row in rows)
    assert known != pytest.approx(unknown, rel=1e-3)
    assert missing == pytest.approx(unknown, rel=1e-5)  # no house was missing in training
    number = rows_of(syn0("predict", model, csv(header + "4,25,7\n")).out)[0]
    assert [float(v) for v in list(number.values())[1:]] == pytest.approx(unknown, rel=1e-5)


def test_missing_values_are_filled_as_in_training(syn0, csv, model):
    done = syn0("predict", model, csv("weight,height,house\n,,\n4,,A\n"))
    assert done.code == 0
    assert len(rows_of(done.out)) == 2


def test_numbers_are_predicted_in_the_targets_units(syn0, pets, settings):
    out = ("--out", "h.safetensors")
    syn0("train", pets, "--target", "height", *settings, *out)
    done = syn0("predict", "h.safetensors", pets)
    assert done.out.splitlines()[0] == "prediction"
    values = [float(row["prediction"]) for row in rows_of(done.out)]
    predicted = load("h.safetensors").predict(str(pets))[:, 0]
    assert np.array_equal(np.array(values, predicted.dtype), predicted)
    heights = [line.split(",")[1] for line in pets.read_text().splitlines()[1:]]
    miss = [abs(v - float(h)) for v, h in zip(values, heights, strict=True) if h]
    assert np.mean(miss) < 10  # of 4 to 70


def test_a_model_of_plain_arrays_predicts_columns_in_order(syn0, csv, tmp_path):
    network = Network([2, 3])
    network.save(tmp_path / "plain.safetensors")
    done = syn0("predict", "plain.safetensors", csv("a,b\n0.5,1\n2,-1\n"))
    assert done.out.splitlines()[0] == "output 1,output 2,output 3"
    values = [[float(v) for v in row.values()] for row in rows_of(done.out)]
    assert values == network.predict([[0.5, 1], [2, -1]]).tolist()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b\n1,x\n", "column 'b' .*holds text"),
        ("a,b,c\n1,2,3\n", "takes 2 inputs"),
        ("a,b\n1,\n", "NaN"),
    ],
)
def test_a_model_of_plain_arrays_refuses_other_tables(syn0, csv, tmp_path, text, words):
    import re

    Network([2, 3]).save(tmp_path / "plain.safetensors")
    done = syn0("predict", "plain.safetensors", csv(text))
    assert done.code == 2
    assert re.search(words, done.err)
    assert done.out == ""


def test_evaluating_the_training_data_counts_only_the_rows_held_out(syn0, pets, model, settings):
    trained = json.loads(syn0("train", pets, *settings, "--json").out)
    done = syn0("evaluate", model, pets, "--json")
    data = json.loads(done.out)
    assert data["evaluated_on"] == trained["evaluated_on"] == "held-out rows"
    assert data["figures"] == trained["figures"]
    assert data["figures"]["rows"] == 12
    text = syn0("evaluate", model, pets)
    assert "12 held-out rows" in text.out
    assert text.err == ""


def test_evaluating_other_data_counts_every_row(syn0, csv, pets, model):
    other = csv(pets.read_text() + "4.1,25,A,cat\n", "other.csv")
    data = json.loads(syn0("evaluate", model, other, "--json").out)
    assert data["figures"]["rows"] == 61
    assert "other data than it was trained on" in data["evaluated_on"]


def test_evaluating_finds_the_true_answers_under_another_name(syn0, csv, pets, model):
    renamed = csv(pets.read_text().replace("house,kind", "house,species"), "other.csv")
    assert syn0("evaluate", model, renamed).code == 2
    data = json.loads(syn0("evaluate", model, renamed, "--target", "species", "--json").out)
    assert data["figures"]["rows"] == 60


def test_a_model_of_plain_arrays_cannot_be_evaluated_on_a_table(syn0, pets, tmp_path):
    Network([2, 3]).save(tmp_path / "plain.safetensors")
    done = syn0("evaluate", "plain.safetensors", pets)
    assert done.code == 2
    assert "trained on plain arrays" in done.err


def test_built_in_data_make_the_whole_round(syn0, tmp_path):
    words = ("--hidden", 8, "--epochs", 3, "--out", "iris.safetensors")
    assert syn0("train", "iris", *words).code == 0
    assert len(rows_of(syn0("predict", "iris.safetensors", "iris").out)) == 150
    data = json.loads(syn0("evaluate", "iris.safetensors", "iris", "--json").out)
    assert data["figures"]["rows"] == 30
    assert syn0("write", "iris.safetensors").code == 0


def test_texts_that_the_model_does_not_know_are_counted(syn0, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [f"{'red' if i % 2 else 'blue'},{i},{'yes' if i % 2 else 'no'}" for i in range(40)]
    (tmp_path / "t.csv").write_text("\n".join(["colour,n,answer", *rows]))
    (tmp_path / "new.csv").write_text("n,colour\n1,red\n2,green\n3,pink\n4,\n")
    assert syn0("train", "t.csv", "--epochs", 1, "--out", "m.safetensors").code == 0
    done = syn0("predict", "m.safetensors", "new.csv")
    assert done.err == ("Note: column 'colour' holds texts unknown to the model (rows: 2)\n")
    assert len(done.out.splitlines()) == 5
    assert syn0("predict", "m.safetensors", "t.csv").err == ""


@pytest.mark.parametrize("text", ["a\rb", "a\nb", "a\r\nb", 'a "b", c', "a\x00b", "=1+1"])
def test_predictions_as_csv_give_any_text_back(text):
    written = io.StringIO(newline="")
    write_csv([{text: np.array([text, "other"])}], written)
    back = csv_module.reader(io.StringIO(written.getvalue(), newline=""))
    assert [*back] == [[text], [text], ["other"]]
    assert written.getvalue().endswith("\nother\n")
