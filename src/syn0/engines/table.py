"""The engines: where each one's runners are, which is imported when one is asked for."""

from __future__ import annotations

from syn0.engines.base import Runner
from syn0.spec.lazy import Lazy

ENGINES: Lazy[type[Runner]] = Lazy(
    numpy="syn0.engines.numpy:NumpyRunner",
    native="syn0.engines.native:NativeRunner",
    jax="syn0.engines.jax:JaxRunner",
)
