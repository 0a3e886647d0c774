"""Trained models as one SELECT answer in SQLite, DuckDB and PostgreSQL as the network does."""

import csv
import functools
import io
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import pytest

from syn0 import Network
from tests.together import Together

from .exported import (
    LAYERS,
    cells_of,
    check_arrays,
    check_estimators,
    check_hostile_names,
    check_tables,
    tables,
)
from .test_module import fitted, passengers

POSTGRES = Path("/usr/lib/postgresql")
Query = Callable[[str], list[dict[str, Any]]]


def by_sqlite(text: str) -> list[dict[str, Any]]:
    with sqlite3.connect(":memory:") as database:
        *before, query = text.split("\n;;\n")
        for statement in before:
            database.execute(statement)
        try:
            done = database.execute(query)
        except sqlite3.OperationalError as error:
            if "no such function: EXP" in str(error):
                pytest.skip("this SQLite was made without functions of mathematics")
            raise
        names = [column[0] for column in done.description]
        return [dict(zip(names, row, strict=True)) for row in done]


def by_duckdb(text: str) -> list[dict[str, Any]]:
    duckdb = pytest.importorskip("duckdb", reason="DuckDB is not installed")
    with duckdb.connect(config={"threads": 1}) as database:
        *before, query = text.split("\n;;\n")
        for statement in before:
            database.execute(statement)
        done = database.execute(query)
        names = [column[0] for column in done.description]
        return [dict(zip(names, row, strict=True)) for row in done.fetchall()]


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Query]:
    """A database of its own, which listens to a socket in its folder only."""
    places = sorted(POSTGRES.glob("*/bin")) if os.name == "posix" else []
    if not places or shutil.which("psql") is None or shutil.which("runuser") is None:
        pytest.skip("there is no PostgreSQL")
    if os.getuid() != 0:
        pytest.skip("PostgreSQL is started as another user here, which needs root")
    folder = Path(subprocess.check_output(["runuser", "-u", "nobody", "--", "mktemp", "-d"],
                                          text=True).strip())  # fmt: skip
    as_nobody = ["runuser", "-u", "nobody", "--"]

    def run(*words: object, **more: Any) -> subprocess.CompletedProcess[str]:
        done = subprocess.run([*as_nobody, *map(str, words)], cwd=folder, capture_output=True,
                              text=True, check=False, timeout=120, **more)  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done

    data, options = folder / "data", f"-c listen_addresses= -k {folder} -c fsync=off"
    run(places[-1] / "initdb", "-D", data, "-U", "nobody", "-A", "trust", "-E", "UTF8",
        "--no-locale", "-N")  # fmt: skip
    run(places[-1] / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start")

    def query(text: str) -> list[dict[str, Any]]:
        text = "SET client_min_messages = error; DROP TABLE IF EXISTS news;\n" + text.replace(
            "\n;;\n", ";\n"
        )
        words = ("psql", "-h", folder, "-U", "nobody", "-d", "postgres", "-q", "--csv", "-v",
                 "ON_ERROR_STOP=1", "-X")  # fmt: skip
        said = run(*words, input=text).stdout
        return [*csv.DictReader(io.StringIO(said, newline=""))]

    yield query
    run(places[-1] / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "duckdb", "postgres"])
def query(request: Any) -> Query:
    """Asks a database; statements before the last one end with `;;`."""
    known = {"sqlite": by_sqlite, "duckdb": by_duckdb}
    return known.get(request.param) or request.getfixturevalue(request.param)


def literal(value: Any) -> str:
    if value is None:
        return "NULL"
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else repr(float(value))


def made_table(rows: list[dict[str, Any]]) -> str:
    """The statements that make a table `news` of rows."""
    texts = {name: any(isinstance(row[name], str) for row in rows) for name in rows[0]}
    columns = ", ".join(f'"{name.replace(chr(34), chr(34) * 2)}" '
                        f"{'TEXT' if text else 'DOUBLE PRECISION'}"
                        for name, text in texts.items())  # fmt: skip
    values = ", ".join(f"({', '.join(map(literal, row.values()))})" for row in rows)
    return f"CREATE TABLE news ({columns})\n;;\nINSERT INTO news VALUES {values}\n;;\n"


@functools.cache
def sql_of(model: Any) -> str:
    """What a model is exported to, once for all databases and rows."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "model.sql")
        model.export(path, to="sql")
        return path.read_text(encoding="utf-8")


@pytest.fixture
def ask(query: Query) -> Any:
    """What a model answers to rows in a database."""

    def answers(model: Any, rows: Any) -> list[dict[str, Any]]:
        text = sql_of(model)
        if isinstance(rows, pd.DataFrame):
            rows = cells_of(rows)
        else:
            rows = [{f"x{k + 1}": x for k, x in enumerate(row)} for row in rows]
        assert text.count("FROM sample\n") == 1
        found = query(made_table(rows) + text.replace("FROM sample\n", "FROM news\n"))
        assert len(found) == len(rows)
        return [answer_of(row, model) for row in found]

    return answers


def answer_of(row: dict[str, Any], model: Any) -> dict[str, Any]:
    """An answer as other formats give it."""
    several = [row[name] for name in row if name.startswith("prediction ")]
    likely = [float(row[name]) for name in row if name.startswith("probability ")]
    if several:
        return {"label": [int(float(x)) for x in several], "probabilities": likely}
    if "prediction" not in row:
        raise AssertionError(f"no prediction in {[*row]}")
    said = row["prediction"]
    if not likely:
        return {"variable": float(said)}
    named = getattr(model, "schema", None) is not None
    return {"label": said if named else float(said), "probabilities": likely}


@pytest.mark.parametrize("target", ["survived", "class", "age"])
def test_a_table_is_answered_as_by_the_network(ask: Any, target: str) -> None:
    check_tables(ask, target)


@pytest.mark.parametrize("layers", LAYERS)
def test_networks_of_plain_arrays(query: Query, layers: str) -> None:
    def ask(model: Any, rows: Any) -> list[dict[str, Any]]:
        text = sql_of(model)
        rows = [{f"x{k + 1}": x for k, x in enumerate(row)} for row in rows]
        found = query(made_table(rows) + text.replace("FROM sample\n", "FROM news\n"))
        return [{"variable": [float(row["prediction 1"]), float(row["prediction 2"])]}
                for row in found]  # fmt: skip

    check_arrays(ask, layers)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_several_yeses_a_row_and_the_estimators_classes(ask: Any) -> None:
    check_estimators(ask)


def test_hostile_names_stay_names(ask: Any) -> None:
    check_hostile_names(ask)


@pytest.mark.parametrize("target", ["survived", "age"])
def test_a_statement_tries_itself(query: Query, target: str) -> None:
    found = query(sql_of(tables(target)[0][0]))
    assert len(found) == 8
    for row in found:
        if target == "age":
            assert float(row["prediction"]) == pytest.approx(float(row["expected"]), rel=1e-9)
        else:
            assert row["prediction"] == row["expected"]


def test_large_numbers_neither_overflow_nor_stop_a_database(query: Query) -> None:
    network = Network([1, 3, 2], loss="cross_entropy", activation="softplus")
    text = sql_of(network)
    rows = [{"x1": x} for x in (-1e6, -1e3, 0.0, 1e3, 1e6)]
    found = query(made_table(rows) + text.replace("FROM sample\n", "FROM news\n"))
    expected = network.predict([[row["x1"]] for row in rows])
    likely = [[float(row["probability of 0"]), float(row["probability of 1"])] for row in found]
    np.testing.assert_allclose(likely, expected, atol=1e-12)


def test_what_sql_cannot_hold_is_refused_in_one_sentence(tmp_path: Path) -> None:
    frame = passengers().rename(columns={"age": "a\0ge"})
    network = fitted(frame, "survived").network
    with pytest.raises(ValueError, match=r"holds NUL .*: choose another") as refused:
        network.export(tmp_path / "model.sql", to="sql")
    assert "\0" not in str(refused.value)
    assert not (tmp_path / "model.sql").exists()


def test_truth_values_are_known_however_they_are_written(ask: Any) -> None:
    frame = passengers()
    frame["alone"] = frame["fare"] > 20
    network = fitted(frame, "survived", dtype="float64").network
    expected = network.predict(frame)[:, 0]
    with Together() as together:
        for spelling in (("True", "False"), ("true", "false"), (1.0, 0.0)):
            with together(spelling):
                news = frame.assign(alone=np.where(frame["alone"], *spelling))
                found = [answer["probabilities"][1] for answer in ask(network, news)]
                np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_too_many_columns_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"at most 1,600 at once and not these 1,700"):
        Network([2, 1700, 1]).export(tmp_path / "model.sql", to="sql")
    with pytest.raises(ValueError, match=r"at most 1,600 at once and not these 2,000"):
        Network([2000, 1]).export(tmp_path / "model.sql", to="sql")


def test_a_columns_own_key_is_no_trouble(ask: Any) -> None:
    frame = passengers().rename(columns={"fare": "syn0_row", "age": "expected"})
    network = fitted(frame, "survived", dtype="float64").network
    found = ask(network, frame)
    assert [answer["label"] for answer in found] == network.labels(frame).tolist()
