"""A model that is saved and loaded is the same model, to the last bit."""

import stat

import numpy as np
import pytest

from syn0 import Adam, Network, load
from syn0.data import read_table


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("seed", [1, None])
def test_a_new_network_comes_back_as_it_was(tmp_path, assert_same, dtype, seed):
    network = Network([5, 4, 2], bias=True, dtype=dtype, seed=seed)
    network.save(tmp_path / "m.safetensors")
    assert_same(load(tmp_path / "m.safetensors"), network)


@pytest.mark.parametrize(
    "extras", [{"dropout": 0.5}, {"input_noise": 0.1}, {"batch_norm": True}, {"layer_norm": True}]
)
def test_a_new_network_of_any_layers_comes_back_and_learns(tmp_path, rows, assert_same, extras):
    network = Network([5, 4, 2], **extras)
    network.save(tmp_path / "m.safetensors")
    loaded = load(tmp_path / "m.safetensors")
    assert_same(loaded, network)
    for each in (loaded, network):
        each.train(*rows, steps=3)
    assert_same(loaded, network)


def test_a_trained_network_comes_back_with_its_optimizer_and_generator(
    tmp_path, trained, assert_same
):
    trained.save(tmp_path / "m.safetensors")
    assert trained.checkpoint.epoch is not None
    assert trained.checkpoint.values["t"] == 8
    assert_same(load(tmp_path / "m.safetensors"), trained)


def test_a_network_of_a_table_comes_back_with_schema_and_origin(tmp_path, of_table, assert_same):
    of_table.save(tmp_path / "m.safetensors")
    loaded = load(tmp_path / "m.safetensors")
    assert_same(loaded, of_table)
    assert loaded.schema is not None
    assert loaded.schema.classes == ("setosa", "versicolor", "virginica")
    assert loaded.origin is not None
    assert loaded.origin.data == "iris"


def test_a_loaded_network_predicts_the_same_bits(tmp_path, trained, of_table, rows):
    trained.save(tmp_path / "m.safetensors")
    assert np.array_equal(
        load(tmp_path / "m.safetensors").predict(rows[0]), trained.predict(rows[0])
    )
    of_table.save(str(tmp_path / "iris.safetensors"))
    loaded, iris = load(str(tmp_path / "iris.safetensors")), read_table("iris")
    assert np.array_equal(loaded.predict(iris), of_table.predict(iris))
    assert loaded.labels(iris).tolist() == of_table.labels(iris).tolist()


def test_the_engine_that_trained_a_network_is_remembered(tmp_path, trained):
    trained.save(tmp_path / "m.safetensors")
    assert load(tmp_path / "m.safetensors").engine == trained.engine == "numpy"


@pytest.mark.parametrize("optimizer", ["sgd", Adam(0.02)], ids=["sgd", "adam"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        ({"epochs": 10}, {"epochs": 10}, {"epochs": 20}),
        ({"steps": 7}, {"steps": 13}, {"steps": 20}),
    ],
    ids=["epochs", "steps inside an epoch"],
)
def test_training_goes_on_after_loading_as_if_it_had_never_stopped(
    tmp_path, rows, assert_same, optimizer, dtype, first, second, together
):
    how = {"batch_size": 5, "optimizer": optimizer}
    whole, part = (Network([5, 4, 2], bias=True, dtype=dtype) for _ in range(2))
    whole.train(*rows, **together, **how)
    part.train(*rows, **first, **how)
    part.save(tmp_path / "m.safetensors")
    resumed = load(tmp_path / "m.safetensors")
    resumed.train(*rows, **second, **how)
    whole.training = resumed.training  # they differ in how far they went last, and only in that
    assert_same(resumed, whole)


def test_a_loaded_networks_program_is_the_same_text(tmp_path, trained):
    trained.save(tmp_path / "m.safetensors")
    assert load(tmp_path / "m.safetensors").program() == trained.program()


def test_saving_again_gives_the_same_bytes(tmp_path, trained):
    trained.save(tmp_path / "one.safetensors")
    load(tmp_path / "one.safetensors").save(tmp_path / "two.safetensors")
    one, two = ((tmp_path / f"{n}.safetensors").read_bytes() for n in ("one", "two"))
    assert one == two


def test_a_model_file_is_safetensors_with_the_programs_names(tmp_path, trained):
    from safetensors.numpy import load_file

    trained.save(tmp_path / "m.safetensors")
    arrays = load_file(tmp_path / "m.safetensors")
    for name, weights in trained.weights.items():
        assert np.array_equal(arrays[name], weights)


def test_saving_replaces_an_older_file(tmp_path, trained, assert_same):
    path = tmp_path / "m.safetensors"
    Network([3, 1]).save(path)
    trained.save(path)
    assert_same(load(path), trained)
    assert list(tmp_path.iterdir()) == [path]


def test_a_model_file_has_the_permissions_of_other_new_files(tmp_path, trained):
    trained.save(tmp_path / "m.safetensors")
    (tmp_path / "other").touch()
    modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert len(modes) == 1


def test_a_network_can_be_saved_under_a_link(tmp_path, trained, assert_same):
    target, link = tmp_path / "models" / "m.safetensors", tmp_path / "latest.safetensors"
    target.parent.mkdir()
    Network([3, 1]).save(target)
    link.symlink_to(target)
    trained.save(link)
    assert_same(load(link), trained)
    assert link.is_symlink()
    assert_same(load(target), trained)


def test_a_missing_file_is_file_not_found(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no model file .*nothing\.safetensors"):
        load(tmp_path / "nothing.safetensors")


def test_the_kind_to_load_is_a_class(tmp_path):
    Network([3, 1]).save(tmp_path / "m.safetensors")
    with pytest.raises(TypeError, match=r"^kind must be a class, such as Network, not 'Network'$"):
        load(tmp_path / "m.safetensors", "Network")
