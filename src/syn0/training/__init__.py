"""Epochs, batches, validation, early stopping, callbacks and history; knows no language."""

from syn0.training.batches import Batches
from syn0.training.checkpoint import Checkpoint
from syn0.training.history import History, Report
from syn0.training.loop import Job, Run
from syn0.training.trouble import NonFiniteError

__all__ = ["Batches", "Checkpoint", "History", "Job", "NonFiniteError", "Report", "Run"]
