"""`syn0 serve`: a model answers over HTTP as `syn0 predict` does, and refuses in one sentence."""

import csv
import io
import json
import signal

import numpy as np
import pytest

from syn0 import MLPClassifier, Network, load

pytest.importorskip("starlette", reason="starlette is not installed")
pytest.importorskip("uvicorn", reason="uvicorn is not installed")
testing = pytest.importorskip("starlette.testclient", reason="there is no client for tests")

from syn0.cli.serve import service_of  # noqa: E402  (what needs starlette)
from syn0.cli.service import application  # noqa: E402


def client_of(path, most_rows=10, most_bytes=2000):
    app = application(service_of(str(path), load(path), most_rows, most_bytes), "127.0.0.1")
    return testing.TestClient(app, base_url="http://127.0.0.1")


@pytest.fixture
def client(model):
    """Asks the model of pets."""
    return client_of(model)


def rows_in(pets):
    text = pets.read_text(encoding="utf-8")
    rows = [*csv.DictReader(io.StringIO(text))][:9]
    return [{name: cell or None for name, cell in row.items()} for row in rows]


def answers_of(syn0, model, pets, count):
    return json.loads(syn0("predict", model, pets, "--json").out)[:count]


def test_rows_as_json_are_answered_as_by_predict(client, syn0, model, pets):
    rows = rows_in(pets)
    found = client.post("/predict", json=rows)
    assert found.status_code == 200
    assert found.json() == answers_of(syn0, model, pets, len(rows))


def test_one_row_gets_one_answer(client, syn0, model, pets):
    found = client.post("/predict", json=rows_in(pets)[0])
    assert [found.json()] == answers_of(syn0, model, pets, 1)


def test_csv_is_answered_as_csv(client, syn0, model, pets):
    head, *lines = pets.read_text(encoding="utf-8").splitlines()
    found = client.post("/predict", content="\n".join([head, *lines[:9]]) + "\n",
                        headers={"content-type": "text/csv"})  # fmt: skip
    assert found.headers["content-type"].startswith("text/csv")
    assert found.text.splitlines() == syn0("predict", model, pets).out.splitlines()[:10]


def test_missing_and_unseen_values_are_answered(client):
    row = {"weight": None, "height": 30, "house": "never seen", "more": "passed over"}
    found = client.post("/predict", json=row)
    assert found.status_code == 200
    assert isinstance(found.json()["prediction"], str)


def test_a_network_of_plain_arrays_takes_lists(tmp_path):
    network = Network([2, 1])
    network.save(tmp_path / "m.safetensors")
    client = client_of(tmp_path / "m.safetensors")
    expected = network.predict([[1, 2], [3, 4]])[:, 0]
    found = client.post("/predict", json=[[1, 2], [3, 4]]).json()
    assert [row["output 1"] for row in found] == pytest.approx(expected.tolist())
    assert client.post("/predict", json=[1, 2]).json() == found[0]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_an_estimator_answers_in_its_own_words(tmp_path):
    import syn0

    X = np.random.RandomState(0).normal(size=(30, 2))
    model = MLPClassifier((3,), max_iter=5, random_state=0).fit(X, np.where(X[:, 0] > 0, 7, -1))
    syn0.save(model, tmp_path / "m.safetensors")
    found = client_of(tmp_path / "m.safetensors").post("/predict", json=X[:5].tolist()).json()
    assert [row["prediction"] for row in found] == model.predict(X[:5]).tolist()


BAD = {
    "no JSON": ("{", 400, "the request is no JSON"),
    "numbers that JSON lacks": ('{"weight": NaN}', 400, "NaN is no number there"),
    "no rows": ("[]", 400, "a row or a list of rows"),
    "a number": ("7", 400, "a row or a list of rows"),
    "a column that is not there": ('{"weight": 1}', 400, "lacks columns that the model takes"),
    "a text for a number": (
        '{"weight": "old", "height": 1, "house": "x"}', 400, "'weight'",
    ),
    "a list in a cell": ('{"weight": [1], "height": 1, "house": "x"}', 400, "holds a list"),
    "rows of several kinds": ('[{"weight": 1}, [1]]', 400, "row 2 has other columns"),
    "lists of other lengths": ("[[1, 2], [1]]", 400, "row 2 has other columns"),
    "lists, then an object": ('[[1], {"weight": 1}]', 400, "row 2 is no list"),
    "rows of other columns": ('[{"weight": 1}, {"height": 1}]', 400, "row 2 has other columns"),
    "too many rows": (json.dumps([{"weight": 1}] * 11), 413, "holds 11 rows, and 10 may be"),
    "too many bytes": (json.dumps({"weight": "x" * 3000}), 413, "larger than 2,000 bytes"),
    "nested without end": ("[" * 1900, 400, "nests its values too deeply"),
    "no UTF-8": (b"\xff\xfe\xfa", 400, "the request is no JSON"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "status", "says"), BAD.values(), ids=BAD)
def test_bad_input_gets_one_sentence(client, body, status, says):
    found = client.post("/predict", content=body, headers={"content-type": "application/json"})
    assert found.status_code == status
    assert [*found.json()] == ["error"]
    said = found.json()["error"]
    assert says in said
    assert "\n" not in said
    assert len(said) < 300


def test_other_formats_paths_and_hosts_are_refused(client):
    found = client.post("/predict", content="x", headers={"content-type": "text/plain"})
    assert (found.status_code, "application/json or text/csv" in found.text) == (415, True)
    assert client.get("/nowhere").status_code == 404
    assert client.get("/predict").status_code == 405
    assert client.get("/health", headers={"host": "evil.example"}).status_code == 400


def test_it_says_that_it_answers_and_what_rows_hold(client):
    assert client.get("/health").json()["status"] == "ok"
    said = client.get("/openapi.json").json()
    assert said["openapi"] == "3.1.0"
    row = said["components"]["schemas"]["row"]
    assert row["required"] == ["weight", "height", "house"]
    assert row["properties"]["weight"]["type"] == ["number", "null"]
    assert "string" in row["properties"]["house"]["type"]


def test_as_a_process_it_answers_and_ends_on_a_signal(fork, model):
    from urllib.request import urlopen

    process = fork("serve", model, "--port", 0)
    address = process.stdout.readline().strip()
    assert address.startswith("http://127.0.0.1:")
    with urlopen(f"{address}/health", timeout=30) as found:  # noqa: S310  (of this machine)
        assert json.load(found)["status"] == "ok"
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode is not None
