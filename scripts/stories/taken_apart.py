# %% [markdown]
# # A network taken apart
#
# What does each part of a trained network do? Take it out, or change it, and look.

# %%
import numpy as np

from syn0 import Network

X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
y = np.array([[0], [1], [1], [0]])
network = Network([3, 4, 1])
history = network.train(X, y, steps=20_000, engine="numpy", progress=False)
print(network.predict(X).round(3).T)

# %% [markdown]
# Which hidden unit goes with the answer, at the start and now:

# %%
replay = network.replay(X, y)
print(replay.statistics())

# %% [markdown]
# The line in which the output's error is weighed by its slope, as the next step would take it:

# %%
trace = replay.trace()
print(trace.line("l2_delta"))

# %% [markdown]
# One weight's update, split over the examples:

# %%
print(replay.trace(100).contributions("syn0", 0, 1))

# %% [markdown]
# Take each hidden unit out: which one does the network need most?

# %%
for unit in range(4):
    without = Network([3, 4, 1])
    without.weights = dict(network.weights)
    without.weights["syn1"][unit] = 0
    missed = np.abs(y - without.predict(X)).mean()
    print(f"without unit {unit}: mean error {missed:.3f}")

# %% [markdown]
# And what would momentum have changed? The same start, two trainings, a knob apart.

# %%
from syn0.explain import compare
from syn0.models import make_training

plain, turned = (
    Network([3, 4, 1]).replay(X, y, training=make_training({"steps": 2_000, "momentum": momentum}))
    for momentum in (0.0, 0.9)
)
print(compare(plain, turned).summary)
