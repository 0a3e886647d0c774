"""The devices that JAX computes on: which there are, and what to say where one is not."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

AUTO = "auto"
DEVICES = (AUTO, "cpu", "gpu", "tpu")
"""What may be asked for; "auto" is the one that JAX prefers: a GPU or a TPU where it finds one."""

NEAR = (AUTO, "cpu")
"""Where every engine computes."""

PRECISIONS = (AUTO, "float64", "float32", "bfloat16")
"""What the factors of matrix products may be rounded to; "auto" leaves them as they are."""

PLUGINS = (
    "jax_cuda13_plugin",
    "jax_cuda12_plugin",
    "jax_rocm7_plugin",
    "jax_rocm60_plugin",
    "libtpu",
)
"""Packages that let JAX compute elsewhere than on the processor."""

INSTALL = {
    "gpu": "for NVIDIA's, pip install 'jax[cuda12]', and see that `nvidia-smi` lists it",
    "tpu": "on a machine that has one, pip install 'jax[tpu]'",
}

MISSING = "JAX is not installed: pip install 'syn0[jax]'"


def jax_missing() -> str:
    """Why JAX cannot run here; "" where it is installed. It is not imported for that."""
    return "" if find_spec("jax") else MISSING


@cache
def accelerator_expected() -> bool:
    """Whether JAX has been installed for a GPU or a TPU: told without importing it."""
    return any(map(find_spec, PLUGINS))


def told_devices() -> list[str]:
    """JAX's version, and its devices. Where it is installed for the processor alone, it is not
    imported for that."""
    line = f"the printed JAX program, compiled by XLA; JAX {version('jax')}"
    if not accelerator_expected():
        return [line, f"device: cpu alone; for a GPU, {INSTALL['gpu'].partition(',')[2].strip()}"]
    import jax

    try:
        found = [f"{device.platform} ({device.device_kind})" for device in jax.devices()]
    except RuntimeError as error:
        return [line, f"no device: {str(error).splitlines()[0]}"]
    return [line, f"devices: {', '.join(found)}"]


def find_device(kind: str) -> Any:
    """The first device of a kind.

    Raises:
        ValueError: JAX finds none; the message says what to do.
    """
    import jax

    try:
        return jax.devices(None if kind == AUTO else kind)[0]
    except RuntimeError as error:
        why = str(error).splitlines()[0].rstrip(".")
        help_ = f"; {INSTALL[kind]}" if kind in INSTALL else ""
        name = "device" if kind == AUTO else kind.upper()
        raise ValueError(f"there is no {name} that JAX can use ({why}){help_}") from None
