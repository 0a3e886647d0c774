"""The trained thing: train, predict, evaluate, print, save and load."""

from syn0.models.evaluation import (
    Classification,
    Evaluation,
    Regression,
    class_probabilities,
    evaluate,
)
from syn0.models.files import load
from syn0.models.network import Network, Origin, answers
from syn0.models.tables import (
    Fitted,
    Plan,
    TableOptions,
    check_sizes,
    judged_rows,
    plan_table,
    resume_table,
    task_for_sizes,
    tutorial_training,
)

__all__ = [
    "Classification",
    "Evaluation",
    "Fitted",
    "Network",
    "Origin",
    "Plan",
    "Regression",
    "TableOptions",
    "answers",
    "check_sizes",
    "class_probabilities",
    "evaluate",
    "judged_rows",
    "load",
    "plan_table",
    "resume_table",
    "task_for_sizes",
    "tutorial_training",
]
