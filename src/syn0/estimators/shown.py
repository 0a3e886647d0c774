"""What notebooks show of an estimator: what scikit-learn shows, and its network below."""

from __future__ import annotations

from typing import Any


class Shown:
    """An estimator that shows its network once it has one."""

    def _repr_html_inner(self) -> str:
        return str(super()._repr_html_inner()) + self._network_html  # type: ignore[misc]

    def _repr_mimebundle_(self, **how: Any) -> dict[str, str]:
        found: dict[str, str] = super()._repr_mimebundle_(**how)  # type: ignore[misc]
        if "text/html" in found:
            found["text/html"] += self._network_html
        return found

    @property
    def _network_html(self) -> str:
        network = getattr(self, "network_", None)
        return "" if network is None else network._repr_html_()
