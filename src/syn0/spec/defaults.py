"""Defaults that help texts state too, so that there is one place which says them."""

HIDDEN = (256,)
"""Units of the hidden layers of a network for a table."""

HOLDOUT = 0.2
"""Fraction of a table's rows held out to judge the result."""

FEWEST_ROWS_TO_SPLIT = 20
"""Tables with fewer rows, such as the tutorial's, are used whole."""

VALIDATION = 0.1
"""Fraction of the rows trained on that `patience` watches."""

SEED = 1
"""Of the split, the start weights, the order of batches and the masks."""

MOST_PIXELS = 50_000_000
"""Of an image as it is decoded, and of all that are kept, where nobody allows more. Data whose
files are as large as that are read nonetheless: what is to be caught are small files that grow."""

MOST_CELLS = 40_000_000
"""Of a table, where nobody allows more and its file is much smaller: see `data/reading.py`."""

CHECKPOINT_EVERY = "60s"
"""How often a long training keeps where it stands."""

CHECKPOINTS_KEPT = 3
"""How many of these are kept."""
