"""Other people's ways to train and predict: a file and a row each."""

from syn0.bench.peers.base import FEW_STEPS, MANY_STEPS, Call, Job, Peer, UnfitError
from syn0.bench.peers.by_hand import NumPyByHand
from syn0.bench.peers.jax import Jax
from syn0.bench.peers.onnx import OnnxRuntime
from syn0.bench.peers.pytorch import PyTorch
from syn0.bench.peers.scikit_learn import ScikitLearn

PEERS: list[Peer] = [
    NumPyByHand(),
    ScikitLearn(),
    PyTorch(),
    Jax(shuffles=False),
    Jax(shuffles=True),
    OnnxRuntime(),
]
"""All peers, in the order of tables."""

__all__ = ["FEW_STEPS", "MANY_STEPS", "PEERS", "Call", "Job", "Peer", "UnfitError"]
