"""What a network does and why: so far, whether its gradient is right."""

from syn0.explain.gradients import ParameterCheck, check_gradients

__all__ = ["ParameterCheck", "check_gradients"]
