"""The data room: files, frames and arrays become a Table, and with a Schema inputs and targets."""

from syn0.data.built_in import BUILT_IN
from syn0.data.images import Images
from syn0.data.read import read_table
from syn0.data.reading import Reading
from syn0.data.schema import Schema, UnpreparedError
from syn0.data.split import split_rows
from syn0.data.table import Column, Table

__all__ = [
    "BUILT_IN",
    "Column",
    "Images",
    "Reading",
    "Schema",
    "Table",
    "UnpreparedError",
    "read_table",
    "split_rows",
]
