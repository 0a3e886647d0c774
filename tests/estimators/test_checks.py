"""scikit-learn's own checks of an estimator: all of them pass, none is expected to fail."""

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from syn0 import MLPClassifier, MLPRegressor

SOON = {"max_iter": 25, "learning_rate_init": 0.02}
"""The checks that ask what was learned get there in an eighth of the default's epochs."""

ESTIMATORS = [MLPClassifier(**SOON), MLPRegressor(**SOON)]


# The checks fit for a few epochs only, and some of them on purpose with shapes that warn.
@pytest.mark.filterwarnings(
    "ignore::sklearn.exceptions.ConvergenceWarning",
    "ignore::sklearn.exceptions.DataConversionWarning",
)
@parametrize_with_checks(ESTIMATORS)
def test_scikit_learns_check_passes(estimator, check):
    check(estimator)
