# %% [markdown]
# # A table, from a file to answers
#
# A file with numbers, texts and missing cells; a model of it; what it makes of rows it has not
# seen; and the same model from a file, as a program would use it.

# %%
import tempfile
from pathlib import Path

from syn0 import TabularClassifier, load

folder = Path(tempfile.mkdtemp())
kinds = [("cat", 4.0, 25), ("dog", 20.0, 50), ("mouse", 0.03, 4)]
lines = ["weight,height,house,kind"]
for row in range(120):
    kind, weight, height = kinds[row % 3]
    tall = "" if row % 11 == 7 else f"{height * (1 + row % 5 / 10):.1f}"
    lines.append(f"{weight * (1 + row % 7 / 10):.3f},{tall},{'AB'[row // 3 % 2]},{kind}")
table = folder / "pets.csv"
table.write_text("\n".join(lines) + "\n")
print("\n".join(lines[:5]))

# %% [markdown]
# Numbers are standardised, the missing heights get an input that says so, and `house` becomes an
# input for each of its texts. Nothing of that has to be said.

# %%
import polars

frame = polars.read_csv(table)
known, new = frame[:90], frame[90:]
model = TabularClassifier(random_state=0)
model.fit(known.drop("kind"), known["kind"])
print("right on new rows:", model.score(new.drop("kind"), new["kind"]))

# %% [markdown]
# Which columns went in, and how:

# %%
for name in model.network_.schema.input_names:
    print(name)

# %% [markdown]
# The saved file holds the preparation too, and loading it runs no code. A row may come as it is.

# %%
model.network_.save(folder / "pets.safetensors")
again = load(folder / "pets.safetensors")
print(again.labels([{"weight": 3.5, "height": 27, "house": "A"}]))
print(again.labels([{"weight": 0.02, "height": None, "house": "B"}]))
