# %% [markdown]
# # Images: handwritten digits
#
# Each pixel is a column, and no single pixel says which digit it is. A hidden layer makes
# combinations.

# %%
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from syn0 import MLPClassifier

X, y = load_digits(return_X_y=True)
X_known, X_new, y_known, y_new = train_test_split(X / 16, y, test_size=400, random_state=0)
print(X_known.shape, X_new.shape)

# %%
model = MLPClassifier(hidden_layer_sizes=(32,), learning_rate_init=0.01, random_state=0)
model.fit(X_known, y_known)
print(f"right on new digits: {model.score(X_new, y_new):.3f}")

# %% [markdown]
# Look at one that it reads wrongly. The darker, the more ink.


# %%
def drawn(pixels):
    """An image of 8 x 8 pixels as text."""
    rows = pixels.reshape(8, 8)
    return "\n".join("".join(" ░▒▓█"[round(4 * ink)] * 2 for ink in row) for row in rows)


answers = model.predict(X_new)
(wrong, *_) = (answers != y_new).nonzero()[0]
print(drawn(X_new[wrong]))
print("read as", answers[wrong], "- it is", y_new[wrong])

# %% [markdown]
# What does a hidden unit look for? Its weights are an image too: here the pixels for which the
# first unit rises, and by how much.

# %%
weights = model.coefs_[0][:, 0].clip(0)
print(drawn(weights / weights.max()))
