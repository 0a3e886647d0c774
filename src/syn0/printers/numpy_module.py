"""A trained model as a NumPy program: what prepares its columns, what predicts, and its weights. It
needs NumPy and nothing of syn0's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.printers.module import LABEL, Given, Module, ModulePrinter, Sample, values_of
from syn0.printers.numpy import WIDTH, NumpyPrinter, indented, join_sections
from syn0.printers.pretty import INDENT, Code, fitted, listed
from syn0.printers.safe import python_text

TEXTS = '''\
def texts(values, missing):
    """Texts, (rows, 1); "" where one is missing."""
    found = ["" if v is None or v != v else str(v).strip() for v in values]
    return np.array([["" if text in missing else text] for text in found])'''


USE = "It needs NumPy alone, and tries itself on the rows at its end: python FILE."

COMPARE = "np.testing.assert_allclose(outputs, expected, rtol=1e-4, atol=1e-5)"
COMPARE_LABELS = "np.testing.assert_array_equal(labels(outputs).ravel(), expected_labels)"
SUCCESS = 'print(f"{len(expected)} rows are predicted as expected")'


class NumpyModule(ModulePrinter):
    """Prints trained models for `from model import predict`, and for `python model.py`."""

    language = "numpy"
    ending = ".py"
    shows = True

    def program(self, module: Module, sample: Sample, weights_file: str | None = None) -> str:
        """See `ModulePrinter.program`."""
        printer, lines = NumpyPrinter(), module.program.lines
        prepares, labels = module.program.phase("prepare"), module.answer(LABEL)
        last = tried if sample.trial else shown
        return join_sections(
            [
                f'"""{module.title}\n\n{USE}\n"""' if sample.trial else f'"""{module.title}"""',
                "import numpy as np",
                *printer.helper_functions(lines),
                *([TEXTS] if any(given.texts for given in module.given) else []),
                *([prepared_function(module, printer)] if prepares else []),
                predict_function(module, printer),
                *([labels_function(module, printer)] if labels else []),
                "\n".join(weight_lines(module.weights, weights_file)),
                *last(module, sample, "outputs = predict(X)"),
            ]
        )


def shown(module: Module, sample: Sample, run: str) -> Iterator[str]:
    """The rows, and what prints the predictions that `run` makes of them."""
    label, last = module.answer(LABEL), [run, "print(outputs)"]
    if label:
        last.append(f"print(labels(outputs){'' if label.width > 1 else '.ravel()'}.tolist())")
    yield "\n".join(sample_lines(module, sample))
    yield "\n".join(last)


def tried(module: Module, sample: Sample, run: str) -> Iterator[str]:
    """The self-test: the rows, what the definition answers, and what compares this with the outputs
    that `run` makes."""
    values, label = values_of(module, sample), module.answer(LABEL)
    lines = [*sample_lines(module, sample), exact("expected", values[module.numbers])]
    if label:
        known = map(value_text, values[label.name].ravel().tolist())
        lines.append(filled("expected_labels = [", known, "]"))
    lines += [run, COMPARE, *([COMPARE_LABELS] if label else []), SUCCESS]
    yield "\n".join(['if __name__ == "__main__":', *indented(lines)])


def prepared_function(module: Module, printer: NumpyPrinter) -> str:
    """The inputs of a table's columns, as in training."""
    named = all(given.columns for given in module.given)
    what = "a table's columns by name; None is missing" if named else "images, pixel by pixel"
    return function(
        f"prepared({'table' if named else 'images'})",
        f"X, (rows, inputs), of {what}.",
        [
            *given_lines(module.given),
            *printer.statements(module.program.phase("prepare")),
            "return X",
        ],
    )


def given_lines(all_given: Iterable[Given]) -> Iterator[str]:
    """What the lines read, taken from what the caller hands in."""
    missing: tuple[str, ...] = ()
    for given in all_given:
        if given.texts:
            if given.missing != missing:
                missing = given.missing
                yield filled("missing = {", map(python_text, missing), "}")
            yield f"{given.name} = texts(table[{python_text(given.columns[0])}], missing)"
        elif given.columns:
            yield filled("columns = [", map(python_text, given.columns), "]")
            yield f"{given.name} = np.array([table[name] for name in columns], dtype=float).T"
        else:
            yield f"{given.name} = np.array(images, dtype=float).reshape(-1, {given.width})"


def predict_function(module: Module, printer: NumpyPrinter) -> str:
    """The forward lines, their result in the target's own units."""
    program, network = module.program, module.network
    cast = ["X = np.asarray(X, dtype=np.float32)"] if program.dtype == "float32" else []
    lines = [*program.phase("forward"), *module.answering(module.numbers)]
    words = f"The (rows, {network.outputs}) outputs for inputs X, (rows, {network.inputs})."
    return function(
        "predict(X)", words, [*cast, *printer.statements(lines), f"return {module.numbers}"]
    )


def labels_function(module: Module, printer: NumpyPrinter) -> str:
    """The class of each row."""
    label = module.answer(LABEL)
    assert label is not None  # noqa: S101  (asked for models that tell classes)
    words = f"(rows, {label.width}): what each row most likely is, by its outputs."
    body = printer.statements(module.answering(label.name))
    return function(f"labels({module.program.output})", words, [*body, f"return {label.name}"])


def function(head: str, words: str, body: Iterable[str]) -> str:
    """A function with its docstring."""
    return "\n".join([f"def {head}:", *indented([f'"""{words}"""', *body])])


def weight_lines(weights: Mapping[str, NDArray[Any]], file: str | None) -> Iterator[str]:
    """What the network learned: numbers that are exact to the last bit, or those of a file."""
    yield "# What it learned."
    if file is None:
        yield from (exact(name, array) for name, array in weights.items())
        return
    yield f"with np.load({python_text(file)}) as learned:"
    yield from (f'    {name} = learned["{name}"]' for name in weights)


def exact(name: str, array: NDArray[Any]) -> str:
    """`name = np.array(...)` of one row of numbers or of several."""
    kind = ", dtype=np.float32" if array.dtype == np.float32 else ""
    if array.ndim == 1:
        return filled(f"{name} = np.array([", map(str, array), f"]{kind})")
    rows = indented(filled("[", map(str, row), "],") for row in array)
    return "\n".join([f"{name} = np.array([", *rows, f"]{kind})"])


def filled(start: str, parts: Iterable[str], end: str) -> str:
    """`start`, the parts with commas between them, and `end`, in lines of a readable width."""
    return fitted(Code(start, listed(parts), end), WIDTH - INDENT, hang=INDENT)


def sample_lines(module: Module, sample: Sample) -> list[str]:
    """The rows to predict, and the inputs that are made of them."""
    heading = NumpyPrinter().remark(sample.note)
    if sample.matrix is not None:
        prepares = bool(module.program.phase("prepare"))
        made = exact("images" if prepares else "X", sample.matrix)
        return [*heading, made, *(["X = prepared(images)"] if prepares else [])]
    rows = [
        filled(f"{python_text(name)}: [", map(value_text, values), "],")
        for name, values in sample.cells.items()
    ]
    return [*heading, "table = {", *indented(rows), "}", "X = prepared(table)"]


def value_text(value: Any) -> str:
    """A cell as Python has it."""
    return python_text(value) if isinstance(value, str) else repr(value)
