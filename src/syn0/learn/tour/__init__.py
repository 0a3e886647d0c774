"""The tour: the tutorial's seventeen points as short chapters, on any network and any data.

Chapters are made of the objects of `explain` and of programs: no number of theirs is typed in.
"""

from syn0.learn.tour.content import (
    Action,
    Chapter,
    Experiment,
    Figure,
    LeftOut,
    Outcome,
    Question,
    Reply,
)
from syn0.learn.tour.points import POINTS
from syn0.learn.tour.tour import Lesson, Tour

__all__ = [
    "POINTS",
    "Action",
    "Chapter",
    "Experiment",
    "Figure",
    "LeftOut",
    "Lesson",
    "Outcome",
    "Question",
    "Reply",
    "Tour",
]
