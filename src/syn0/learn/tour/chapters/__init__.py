"""The chapters, in their order. A new one is a function that makes it, and a row here."""

from syn0.learn.tour.chapters.curves import central_line, squash, start
from syn0.learn.tour.chapters.deeper import backpropagation, failure, hidden_units
from syn0.learn.tour.chapters.first_look import one_column, shapes
from syn0.learn.tour.chapters.further import from_memory, languages, own_data
from syn0.learn.tour.chapters.knobs import KNOB_LESSONS
from syn0.learn.tour.chapters.watching import watching
from syn0.learn.tour.chapters.weights import all_rows, one_weight, push_table
from syn0.learn.tour.tour import Lesson

LESSONS = (
    Lesson("one-column", "One column tells", (1,), one_column),
    Lesson("shapes", "Shapes", (4, 5), shapes),
    Lesson("squash", "The squashing curve", (2,), squash),
    Lesson("start", "Where weights start", (3,), start),
    Lesson("central-line", "The central line", (6,), central_line),
    Lesson("one-weight", "One weight, one example", (7,), one_weight),
    Lesson("all-rows", "All rows at once", (4, 8), all_rows),
    Lesson("push-table", "Which way examples push", (9,), push_table),
    Lesson("failure", "What one layer cannot do", (1, 10), failure),
    Lesson("hidden-units", "Hidden units", (10, 11), hidden_units),
    Lesson("backpropagation", "Backpropagation", (12,), backpropagation),
    Lesson("watching", "Where to look", (13, 14), watching),
    *KNOB_LESSONS,
    Lesson("languages", "Other languages", (16,), languages),
    Lesson("your-data", "Your own data", (1, 11), own_data),
    Lesson("from-memory", "From memory", (15,), from_memory),
)
