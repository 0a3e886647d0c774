"""The trained thing: train, predict, print, save and load."""

from syn0.models.files import load
from syn0.models.network import Network, Origin

__all__ = ["Network", "Origin", "load"]
