"""Answers as a PMML reader gives them: run with a reader's name, it takes a line a question, a
file and its rows as JSON, and gives a line an answer. It is a process of its own since Java is: a
machine of Java's catches the signals of its process, and ends with it only.
"""

import json
import sys
from collections.abc import Callable
from typing import Any

Rows = list[dict[str, Any]]


def by_pypmml(path: str, rows: Rows) -> Rows:
    """PMML4S, which is Scala's."""
    from pypmml import Model

    found: Rows = json.loads(Model.load(path).predict(json.dumps(rows)))
    return found


def by_jpmml_evaluator(path: str, rows: Rows) -> Rows:
    """JPMML, which tries the file on its own rows first."""
    from jpmml_evaluator import make_evaluator

    evaluator = make_evaluator(path).verify()
    return [evaluator.evaluate(row) for row in rows]


READERS: dict[str, Callable[[str, Rows], Rows]] = {
    "pypmml": by_pypmml, "jpmml_evaluator": by_jpmml_evaluator,
}  # fmt: skip


def main() -> None:
    """Until there are no more questions."""
    answers = READERS[sys.argv[1]]
    for line in sys.stdin:
        try:
            said: Any = answers(*json.loads(line))
        except Exception as error:  # whatever the reader has to say
            said = f"{type(error).__name__}: {error}"
        print(f"answer {json.dumps(said)}", flush=True)


if __name__ == "__main__":
    main()
