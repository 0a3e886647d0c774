# %% [markdown]
# # A scikit-learn pipeline, with one import changed
#
# `MLPClassifier` has scikit-learn's parameters, attributes and results. Only the import is another.

# %%
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from syn0 import MLPClassifier

X, y = load_breast_cancer(return_X_y=True)
classifier = MLPClassifier(hidden_layer_sizes=(8,), max_iter=1000, random_state=0)
pipeline = make_pipeline(StandardScaler(), classifier)
scores = cross_val_score(pipeline, X, y, cv=3)
print("right in three folds:", scores.round(3))

# %% [markdown]
# A search over a setting is a search as of any estimator.

# %%
search = GridSearchCV(pipeline, {"mlpclassifier__alpha": [1e-4, 1.0]}, cv=3).fit(X, y)
print("best:", search.best_params_, f"{search.best_score_:.3f}")

# %% [markdown]
# The whole pipeline goes into one file that holds no code, and comes back.

# %%
import tempfile
from pathlib import Path

import syn0

file = Path(tempfile.mkdtemp()) / "pipeline.safetensors"
syn0.save(search.best_estimator_, file)
again = syn0.load(file)
print((again.predict(X) == search.predict(X)).all())

# %% [markdown]
# And unlike elsewhere, the program that trained it can be read.

# %%
text = again[-1].network_.program()
print("\n".join(line for line in text.splitlines() if line[:4] == "    " and "_delta =" in line))
