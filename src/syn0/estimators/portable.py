"""`save` and `export`, for every estimator."""

from __future__ import annotations

import os
from functools import cache

from syn0.spec.doors import doors


@doors
class Portable:
    """An estimator that can be written to files."""

    @classmethod
    @cache
    def _get_param_names(cls) -> list[str]:
        # scikit-learn asks in every fit, clone and search, and takes the signature apart each time.
        return super()._get_param_names()  # type: ignore[misc, no-any-return]

    def save(self, path: str | os.PathLike[str]) -> None:
        """Save everything in one safetensors file, from which `syn0.load` makes the same estimator.

        It predicts the same to the bit, and `partial_fit` and `warm_start` go on from there. What
        is code, `callbacks` and a `scoring` of your own, is left out with a warning. Whole
        pipelines: `syn0.save`.

        Raises:
            OSError: the file cannot be written, and what was there is left as it was.
            NotFittedError: the estimator was not fitted.
            ValueError: a parameter or an attribute holds what a file cannot hold.
        """
        from syn0.estimators.files import save  # which takes longer to import than to run

        save(self, path)

    def export(self, path: str | os.PathLike[str], to: str = "onnx") -> None:
        """Write what predicts, for other programs to run: what goes in and what comes out is in
        docs/data-and-models.md.

        Args:
            path: the file, which is written whole or not at all.
            to: the format, as in `Network.export`; "onnx" by default.

        Raises:
            ModuleNotFoundError: the package that writes the format is not installed.
            NotFittedError: the estimator was not fitted.
            OSError: the file cannot be written.
            ValueError: an unknown format, or one that cannot say what the network does.
        """
        from syn0.estimators.module import export  # likewise

        export(self, path, to)
