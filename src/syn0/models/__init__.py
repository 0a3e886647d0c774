"""The trained thing: train, predict, evaluate, print, save and load."""

from syn0.models.advice import advice
from syn0.models.answers import answers
from syn0.models.checkpoints import latest_checkpoint
from syn0.models.evaluation import (
    Classification,
    Evaluation,
    Regression,
    class_probabilities,
    evaluate,
    truth_and_answers,
)
from syn0.models.examples import Examples
from syn0.models.many import Means, check_grid, run_many, train_many
from syn0.models.members import Many
from syn0.models.network import Network
from syn0.models.options import TableOptions, table_options
from syn0.models.record import Origin
from syn0.models.script import prediction_script, some_rows
from syn0.models.settings import (
    LAYER_SETTINGS,
    NETWORK_SETTINGS,
    TRAINING_SETTINGS,
    WHOLE_SETTINGS,
    make_network,
    make_training,
    tutorial_training,
)
from syn0.models.tables import (
    Fitted,
    Plan,
    check_sizes,
    examples_again,
    go_on_table,
    judged_rows,
    plan_table,
    resolved_settings,
    resume_table,
    task_for,
)

__all__ = [
    "LAYER_SETTINGS",
    "NETWORK_SETTINGS",
    "TRAINING_SETTINGS",
    "WHOLE_SETTINGS",
    "Classification",
    "Evaluation",
    "Examples",
    "Fitted",
    "Many",
    "Means",
    "Network",
    "Origin",
    "Plan",
    "Regression",
    "TableOptions",
    "advice",
    "answers",
    "check_grid",
    "check_sizes",
    "class_probabilities",
    "evaluate",
    "examples_again",
    "go_on_table",
    "judged_rows",
    "latest_checkpoint",
    "make_network",
    "make_training",
    "plan_table",
    "prediction_script",
    "resolved_settings",
    "resume_table",
    "run_many",
    "some_rows",
    "table_options",
    "task_for",
    "train_many",
    "truth_and_answers",
    "tutorial_training",
]
