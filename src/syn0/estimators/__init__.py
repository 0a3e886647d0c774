"""Estimators for scikit-learn: a skin over `Network`, with no arithmetic of its own."""

from syn0.estimators.mlp import MLPClassifier, MLPRegressor
from syn0.estimators.tabular import TabularClassifier, TabularRegressor

__all__ = ["MLPClassifier", "MLPRegressor", "TabularClassifier", "TabularRegressor"]
