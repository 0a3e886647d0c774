"""The network that a command's NET and options mean: sizes, a TOML file, or a saved model."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from syn0.cli.config import with_config
from syn0.cli.flags import FLAGLESS
from syn0.cli.options import OPTION_NAMES, activation_names, class_weights, flags_given

if TYPE_CHECKING:
    from syn0.models import Network
    from syn0.spec import Training

SETTLED_BY_A_MODEL = ("seed", *(name for name in OPTION_NAMES if name != "class_weight"))
"""What a saved model has settled; weights of classes belong to the data."""


def is_model(net: str) -> bool:
    """Whether NET names a model file rather than sizes or a description."""
    return net.endswith(".safetensors") or (Path(net).is_file() and not is_description(net))


def saved_network(path: str) -> Network:
    """The network in a model file: see `network_of`."""
    from syn0.saving import load

    return network_of(load(path))


def network_of(model: Any) -> Network:
    """The network of a model; of an estimator its own, of a pipeline its last step's, which takes
    what the steps before make of their inputs."""
    from syn0.models import Network

    if isinstance(model, Network):
        return model
    from syn0.estimators.steps import last_of

    network: Network = last_of(model).network_
    return network


def is_description(net: str) -> bool:
    """Whether NET names a TOML file."""
    return net.endswith(".toml")


def refuse_settings(path: str, options: Mapping[str, Any]) -> None:
    """ValueError if options would change what a saved model has settled."""
    if flags := flags_given(options, SETTLED_BY_A_MODEL):
        raise ValueError(f"{path} has its own settings: leave out {flags}")


def with_file(net: str, options: Mapping[str, Any], more: Collection[str] = ()) -> dict[str, Any]:
    """The options with NET among them, read from its file where it names one: flags override."""
    if not is_description(net):
        return {**options, "net": net}
    known = ("net", "inputs", "layers", "seed", *OPTION_NAMES, *FLAGLESS, *more)
    settings = with_config(options, net, known)
    described_by = [name for name in ("net", "inputs", "layers") if name in settings]
    if described_by not in (["net"], ["inputs", "layers"]):
        raise ValueError(f'{net} must hold either net, such as "3-4-1", or inputs and [[layers]]')
    return settings


def described(options: Mapping[str, Any]) -> tuple[Network, Training]:
    """The network and the training that the options describe."""
    from syn0.models import (
        NETWORK_SETTINGS,
        TRAINING_SETTINGS,
        Network,
        make_network,
        tutorial_training,
    )
    from syn0.spec import parse_sizes

    given = {name: options[name] for name in NETWORK_SETTINGS if options.get(name) is not None}
    given["activation"] = activation_names(given.get("activation"))
    if "layers" in options:
        refuse_beside_layers(options)
        spec = make_network([options["inputs"]], {**given, "activation": None}, options["layers"])
    else:
        spec = make_network(parse_sizes(options["net"]), given)
    how = {name: options[name] for name in TRAINING_SETTINGS if options.get(name) is not None}
    return Network.from_spec(spec), tutorial_training(how, spec)


def refuse_beside_layers(options: Mapping[str, Any]) -> None:
    """ValueError if settings of all layers stand beside layers that have their own."""
    from syn0.models import LAYER_SETTINGS

    if flags := flags_given(options, LAYER_SETTINGS):
        raise ValueError(f"layers that are described one by one have their own: leave out {flags}")


def class_weights_of(options: Mapping[str, Any], names: Collection[str] | None) -> Any:
    """The weights of classes that the options give; by number where classes have no names."""
    weights = class_weights(options.get("class_weight"))
    if names is None and isinstance(weights, dict):
        return {int(k) if str(k).isdigit() else k: value for k, value in weights.items()}
    return weights
