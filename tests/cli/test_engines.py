"""`syn0 engines`: what can run programs here, and what auto would pick."""

import re

import pytest

from syn0.engines import compiler


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    """A cache of compiled programs that is this test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "syn0"


@pytest.mark.needs_compiler
def test_the_engines_are_listed_with_compiler_and_cache(syn0, cache):
    done = syn0("engines")
    assert (done.code, done.err) == (0, "")
    assert re.search(r"^numpy   always there", done.out, re.MULTILINE)
    version = compiler.find_compiler().version
    assert f"native  compiled C for exactly one network, by {version}\n" in done.out
    assert str(cache) in done.out
    assert "auto" not in done.out


def test_without_a_compiler_it_says_what_to_do(syn0, monkeypatch):
    monkeypatch.setenv("CC", "/nowhere/cc")
    done = syn0("engines")
    assert done.code == 0
    assert "native  not here: $CC is '/nowhere/cc', which does not run: mend" in done.out


@pytest.mark.needs_compiler
@pytest.mark.parametrize(
    ("words", "picked"),
    [
        (("784-128-10", "--batch-size", 64, "--epochs", 200), r"\w+ for 3,200 steps of 64 rows"),
        (("3-4-1", "--steps", 10), r"numpy for 10 steps of 1,000 rows"),
        (("3-4-1", "--steps", 10**7, "--batch-size", 4), r"native for 10,000,000 steps of 4 rows"),
        (("3-4-1", "--optimizer", "lbfgs", "--steps", 9), r"numpy for 9 steps of 1,000 rows"),
    ],
)
def test_what_auto_would_pick_is_told_with_the_reason(syn0, words, picked):
    done = syn0("engines", *words)
    assert (done.code, done.err) == (0, "")
    assert re.search(rf"^auto    would pick {picked}", done.out, re.MULTILINE)
    assert re.search(r"\n        \S.* \S+\n$", done.out)


@pytest.mark.needs_compiler
def test_a_cache_that_others_may_write_to_is_left_alone(syn0, cache):
    cache.mkdir(parents=True)
    cache.chmod(0o777)
    (cache / "program.so").write_text("")
    listed, cleared = syn0("engines"), syn0("engines", "--clear-cache")
    assert (listed.code, cleared.code) == (0, 2)
    said = f"compiled programs cannot be kept: others may write to {cache}; set $XDG_CACHE_HOME"
    assert f"        {said} to a folder that is yours alone; each process" in listed.out
    assert cleared.err.startswith(f"Error: {said}")
    assert (cache / "program.so").exists()


@pytest.mark.needs_compiler
def test_compiled_programs_are_removed(syn0, cache):
    compiler.library("int train(void) { return 0; }")
    assert len(list(cache.iterdir())) == 1
    done = syn0("engines", "--clear-cache")
    assert done == (0, f"removed 1 compiled program from {cache}\n", "")
    assert list(cache.iterdir()) == []


@pytest.mark.parametrize("net", ["3", "3-0-1", "abc"])
def test_what_is_no_network_is_refused(syn0, net):
    done = syn0("engines", net)
    assert done.code == 2
    assert "Traceback" not in done.err
    assert done.err.startswith("Error: ") or "Error: " in done.err
    assert "auto" not in done.out


@pytest.mark.needs_compiler
def test_train_takes_the_engine_by_name(syn0):
    done = syn0("train", "xor", "--net", "3-4-1", "--steps", 50, "--engine", "native", "--json")
    assert done.code == 0
    assert done.err.count("Note: the numpy engine") == 0
