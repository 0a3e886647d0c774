"""scikit-learn's callback protocol, where the installed version has one (1.9 and later)."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

try:
    from sklearn.callback import CallbackSupportMixin as CallbackSupport
    from sklearn.callback._callback_support import callback_management_context
except ImportError:  # before 1.9

    class CallbackSupport:  # type: ignore[no-redef]
        """Nothing to support."""


class Task:
    """A training, as scikit-learn's callbacks are told of it: the whole of it, and each epoch.

    Args:
        context: scikit-learn's, of the whole; None where there is no callback to be told.
        data: what each call is given of the data.
    """

    def __init__(self, estimator: Any, context: Any, data: dict[str, Any]) -> None:
        self._estimator, self._context, self._data = estimator, context, data
        self._epoch: Any = None

    @property
    def watched(self) -> bool:
        """Whether there is any callback to be told."""
        return self._context is not None

    def begin(self) -> None:
        """An epoch begins."""
        if self.watched and self._epoch is None:
            self._epoch = self._context.subcontext(task_name="epoch")
            self._epoch.call_on_fit_task_begin(estimator=self._estimator, **self._data)

    def end(self) -> bool:
        """An epoch is over; whether a callback wants training to stop."""
        if not self.watched:
            return False
        self.begin()  # which a search's iterations do not tell
        epoch, self._epoch = self._epoch, None
        return self._over(epoch)

    def _over(self, context: Any) -> bool:
        return bool(
            context.call_on_fit_task_end(
                estimator=self._estimator, reconstruction_attributes=self._fitted, **self._data
            )
        )

    def _fitted(self) -> dict[str, Any]:
        """The attributes of the estimator as it stands, which training changes no more."""
        ready = copy.copy(self._estimator)
        ready.network_ = copy.copy(ready.network_)
        ready.network_.checkpoint = ready.network_.checkpoint.copy()
        ready._read_weights()
        for name in ("loss_curve_", "validation_scores_", "_optimizer"):
            setattr(ready, name, copy.copy(getattr(ready, name)))
        return dict(vars(ready))


@contextmanager
def task_of(estimator: Any, X: Any, y: Any, sample_weight: Any, *, epochs: int) -> Iterator[Task]:
    """The training of at most so many epochs inside the `with` block."""
    if not getattr(estimator, "_skl_callbacks", None):
        yield Task(estimator, None, {})
        return
    data = {"X": X, "y": y}
    if sample_weight is not None:
        data["metadata"] = {"sample_weight": sample_weight}
    with callback_management_context(estimator):
        context = estimator._init_callback_context(max_subtasks=epochs)
        context.call_on_fit_task_begin(estimator=estimator, **data)
        task = Task(estimator, context, data)
        yield task
        task._over(context)


__all__ = ["CallbackSupport", "Task", "task_of"]
