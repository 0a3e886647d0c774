"""Many small checks as one test: all of them run, and each that fails says which it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest


class Together:
    """Failures, collected by name.

    `with together(name): …` keeps what fails in it; at the end of `with Together() as together`
    all of them are raised as one.
    """

    def __init__(self) -> None:
        self.failures: list[BaseException] = []

    @contextmanager
    def __call__(self, name: object) -> Iterator[None]:
        try:
            yield
        except (Exception, pytest.fail.Exception) as failure:
            failure.add_note(f"This is: {name}")
            self.failures.append(failure)

    def __enter__(self) -> "Together":
        return self

    def __exit__(self, *raised: Any) -> None:
        if raised[0] is None and self.failures:
            names = "; ".join(failure.__notes__[-1] for failure in self.failures)
            raise BaseExceptionGroup(names, self.failures)
