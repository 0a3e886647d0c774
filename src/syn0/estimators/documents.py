"""The words on parameters and attributes, which the classifier and the regressor share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Class = TypeVar("Class", bound=type)

INTRODUCTION = """{what}.

scikit-learn's {name}, by its name, parameters, attributes and results: the same `random_state`
gives the same initial weights, splits, shuffles and `loss_curve_`; it only is faster, and has more
parameters. Their defaults change nothing{but}.

Parameters
----------
"""

FAR_TARGETS = ", but for targets of 1000 and more (`scale_target`)"

LOSS = """loss : str, default="squared_error"
    "squared_error" or "poisson" (half the deviance, with exp as the output's activation), as in
    scikit-learn; "absolute_error", "huber" (or "huber:1.5", beyond which errors count by their
    size) or "quantile:0.1,0.5,0.9", for one target: `predict` gives the quantile nearest to 0.5,
    `predict_quantiles` all of them.
"""

PARAMETERS = """hidden_layer_sizes : int or sequence of int, default=(100,)
    Units of each hidden layer.
activation : str or sequence of str, default="relu"
    Of the hidden layers: "identity", "logistic", "tanh", "relu", or any other of syn0's ("gelu",
    "elu", "silu", ...); a sequence has one for each hidden layer.
solver : {"lbfgs", "sgd", "adam", "adamw", "rmsprop", "adagrad"}, default="adam"
    How weights are changed: the first three are scikit-learn's.
alpha : float, default=0.0001
    Strength of L2, divided by the rows of a step when it is added to the loss.
batch_size : int or "auto", default="auto"
    Rows in a step; "auto" is min(200, rows). L-BFGS takes all.
learning_rate : str, default="constant"
    "constant"; for solver "sgd" "invscaling" (learning_rate_init / t**power_t, after each epoch)
    or "adaptive" (divided by 5 where two checks in a row found no improvement); for all solvers
    but L-BFGS also syn0's schedules, such as "cosine", "one_cycle", "step:1000,0.5",
    "exponential:0.999" or "plateau:500".
learning_rate_init : float, default=0.001
    The learning rate at first.
power_t : float, default=0.5
    The power of "invscaling".
max_iter : int, default=200
    Most epochs, or iterations of L-BFGS.
shuffle : bool, default=True
    Whether each epoch takes the rows in another order.
random_state : int, RandomState or None, default=None
    Of the weights, the split and the order of rows.
tol : float, default=1e-4
    What counts as an improvement of the loss or of the score; of L-BFGS the gradient at which it
    stops.
verbose : bool, default=False
    Whether each epoch is printed.
warm_start : bool, default=False
    Whether `fit` goes on from the present weights.
momentum : float, default=0.9
    Share of the last step that is taken again, for solver "sgd".
nesterovs_momentum : bool, default=True
    Whether that step looks ahead.
early_stopping : bool, default=False
    Whether a part of the rows is set apart to say when to stop, and the best weights are kept.
validation_fraction : float, default=0.1
    That part.
beta_1, beta_2 : float, default=0.9, 0.999
    Decay of Adam's means of updates and of their squares.
epsilon : float, default=1e-8
    Keeps Adam's and others' divisions away from 0.
n_iter_no_change : int, default=10
    Epochs without improvement after which training stops.
max_fun : int, default=15000
    Most evaluations of the loss by L-BFGS.
init : str or None, default=None
    How weights start: None as in scikit-learn; or "he_uniform", "orthogonal" and the like, with
    units' constants from 0.
dropout, input_dropout : float, default=0
    Share of the hidden layers' values, or of the inputs, that training drops.
input_noise : float, default=0
    Standard deviation of noise that training adds to the inputs.
batch_norm, layer_norm : bool, default=False
    Whether hidden layers are normalized, over the rows of a step or over the units.
skip : bool, default=False
    Whether each hidden layer as wide as the one below adds that one's values.
l1 : float, default=0
    Strength of L1, divided by the rows of a step as alpha is.
weight_decay : float or None, default=None
    Share of each weight that a step takes off, times the learning rate; None for the solver's own:
    0.01 for "adamw", otherwise 0.
max_norm, clip_norm : float or None, default=None
    Greatest length of the weights that lead to a unit, and of all updates of a step together.
warm_up : int, default=0
    Steps over which the learning rate first rises from 0.
"""

CLASSIFIER = """label_smoothing : float, default=0
    Share of each target that goes to all classes alike.
class_weight : dict, "balanced" or None, default=None
    How much the rows of each class count.
"""

REGRESSOR = """scale_target : bool or "auto", default="auto"
    Whether y is brought to mean 0 and standard deviation 1 for training; predictions are in its own
    units all the same. "auto" does it where the root of y's mean square is 1000 or more, which
    scikit-learn's steps would not reach. Never for "poisson".
"""

REST = """scoring : str, callable or None, default=None
    The score of validation rows; None for {score}.
callbacks : list of callables or None, default=None
    Each is called as callback(estimator, report) after every epoch, when the estimator can predict;
    a true answer stops training.
progress : bool, default=False
    Whether training that takes its time shows progress on stderr.
dtype : {"float32", "float64"} or None, default=None
    Of weights and computations; None for X's own (L-BFGS takes float64 then).
engine : {"auto", "numpy", "native"}, default="auto"
    What runs the program; "auto" picks what has done three such fits first, compiling included.
    Sparse X that would take more than 256 MB as an array is always "numpy".
threads : int or None, default=None
    How many work at once; None for as many as the work is worth.

Attributes
----------
"""

CLASSES = """classes_ : ndarray of shape (n_classes,), or a list of them
    The classes, in the order of the outputs.
"""

ATTRIBUTES = """coefs_ : list of ndarray of shape (below, units)
    The weights that lead to each layer.
intercepts_ : list of ndarray of shape (units,)
    The units' constants.
loss_ : float
    The loss of the last epoch.
best_loss_ : float or None
    The lowest; None where validation rows judge.
loss_curve_ : list of float
    The loss of each epoch, or iteration of L-BFGS.
validation_scores_, best_validation_score_ : list of float, float; or None
    The scores of the validation rows, and the best of them.
n_iter_ : int
    Number of epochs or iterations.
t_ : int
    Number of rows taken in all.
n_features_in_, feature_names_in_ : int, ndarray of str
    The columns of X, and their names where it had any.
n_layers_, n_outputs_, out_activation_ : int, int, str
    Layers, inputs included; outputs; and the activation of the last layer.
network_ : syn0.Network
    The network itself: `network_.program()`, `network_.save(...)`, ...
"""

KINDS = {
    "classifier": ("", "", CLASSIFIER, CLASSES, "the accuracy"),
    "regressor": (FAR_TARGETS, LOSS, REGRESSOR, "", "R²"),
}


def documented(kind: str) -> Callable[[Class], Class]:
    """Put the words together, after the class's own sentence."""
    but, first, own, classes, score = KINDS[kind]

    def decorate(cls: Class) -> Class:
        what = (cls.__doc__ or "").rstrip(".")
        words = [
            INTRODUCTION.format(what=what, name=cls.__name__, but=but), first, PARAMETERS, own,
            REST.replace("{score}", score), classes, ATTRIBUTES,
        ]  # fmt: skip
        cls.__doc__ = "".join(words)
        return cls

    return decorate
