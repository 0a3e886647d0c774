"""A trained model as PMML 4.4: a NeuralNetwork, as JPMML, PMML4S and others read it.

What prepares a column stands in the field derived for an input, and what several read in a field of
its own. The neurons are those of `printers/neurons.py`. The self-test is the format's own: rows to
be verified.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from syn0 import __version__
from syn0.printers.base import UnsupportedError
from syn0.printers.entries import Entries
from syn0.printers.module import (
    LABEL,
    PROBABILITIES,
    Given,
    Module,
    ModulePrinter,
    Sample,
    answer_names,
    answers_to,
    free,
    plain_names,
)
from syn0.printers.neurons import Neurons
from syn0.printers.safe import xml_note, xml_text
from syn0.program import Apply, Const, Expr, Line, Name, names_in, operations_in
from syn0.program.expressions import is_missing, joined, maximum, minimum, replace_part, where

BENDS = {
    "identity": "identity", "softmax": "identity", "sigmoid": "logistic", "tanh": "tanh",
    "relu": "rectifier", "exp": "exponential", "softsign": "Elliott",
}  # fmt: skip
"""What PMML calls that which a neuron does to its sum; softmax is said of the layer besides."""

FUNCTIONS = {
    "add": "+", "subtract": "-", "multiply": "*", "divide": "/", "sqrt": "sqrt",
    "maximum": "max", "minimum": "min", "where": "if", "is_missing": "isMissing",
}  # fmt: skip
"""What it calls the operations that prepare columns."""

USE = """It holds rows to be tried on, in ModelVerification: JPMML's evaluator.verify() compares
what it answers to them with what is expected."""

CLASSES = "classes"
"""What the numbers are called of which the largest tells the class."""

PRECISION = "1e-4"
"""Within which share an answer of the self-test is as expected."""

NUMBER = {"optype": "continuous", "dataType": "double"}
KINDS = {int: "integer", float: "double", str: "string"}
"""The types of class labels."""


class PmmlModule(ModulePrinter):
    """Prints trained models as PMML."""

    language, ending, kept_in = "pmml", ".pmml", "file"

    def predicting(self, module: Module, sample: Sample) -> str:
        """See `ModulePrinter.predicting`."""
        if module.answer(LABEL) and not module.classes:
            raise UnsupportedError("the pmml printer cannot write several labels a row")
        document = Document(module, sample).element()
        indent(document)
        text = tostring(document, "us-ascii", xml_declaration=False).decode()
        text = text.replace("\r", "&#13;")  # readers take a plain one for the end of a line
        return f"<!-- {xml_note(module.title)}\n\n{USE} -->\n{text}\n"


@dataclass(frozen=True)
class Target:
    """A field that the model fills: a number that a neuron gives, or the class whose neuron gives
    the most.

    Attributes:
        name: of the field.
        neurons: one, or one a class.
        classes: their labels; () of a number.
    """

    name: str
    neurons: Sequence[str]
    classes: tuple[Any, ...] = ()

    @property
    def kind(self) -> dict[str, str]:
        """The type of its values."""
        if not self.classes:
            return NUMBER
        return {"optype": "categorical", "dataType": KINDS[type(self.classes[0])]}


@dataclass(frozen=True)
class Output:
    """What a model answers.

    Attributes:
        name: of the field.
        target: the field that it tells about.
        expected: what it is for each row of the self-test.
        label: the class whose probability it is; None for the prediction itself.
    """

    name: str
    target: Target
    expected: Sequence[Any]
    label: Any = None

    @property
    def feature(self) -> dict[str, str]:
        """What of the target it tells."""
        if self.label is None:
            kind = self.target.kind
            return {"feature": "predictedValue", "targetField": self.target.name, **kind}
        return {"feature": "probability", "value": shown(self.label), **NUMBER}


class Document:
    """One model as PMML, which names classes or guesses numbers.

    Args:
        module: its plan.
        sample: the rows of its self-test.

    Attributes:
        names: what PMML's fields are called, by the program's names for them.
        fields: the columns of the table, each with what it is part of and its place there.
        inputs: what the inputs of the network are.
        prepared: by name, what these read more than once.
        neurons: the network.
        outputs: what it answers.
    """

    def __init__(self, module: Module, sample: Sample) -> None:
        self.module, self.sample = module, sample
        self.fields = module.columns or [
            (name, given, place)
            for given in module.given
            for place, name in enumerate(plain_names(given.width))
        ]
        self.names = {f"{given.name}_{place}": name for name, given, place in self.fields}
        self.prepared, self.inputs = self.preparation()
        for name, value in self.prepared.items():
            columns = dict.fromkeys(self.names[own] for own in names_in(value))
            self.name(name, f"{name.rpartition('_')[0]} {' '.join(columns)}")
        names = [f"input_{place}" for place in range(len(self.inputs))]
        self.neurons = Neurons(module.weights, names, "X", (*BENDS,), "pmml")
        for line in module.program.phase("forward"):
            self.neurons.add(line)
        self.neurons.neurons(module.program.output)  # a layer of its own, as it was learned
        self.outputs = [*(self.class_outputs() if module.classes else self.number_outputs())]

    def name(self, own: str, wanted: str) -> str:
        """A field's name: the one wanted, if no other has it."""
        self.names[own] = free(wanted, {*self.names.values()})
        return self.names[own]

    def preparation(self) -> tuple[dict[str, Expr], list[Expr]]:
        """What inputs read more than once, by name, and the inputs; all else stands in place."""
        entries = Entries.of(self.module, "prepare")
        values, inputs = {bound.name: bound.value for bound in entries.bound}, entries.rows["X"]
        reads = Counter(chain(*map(names_in, (*values.values(), *inputs))))
        placed = {name: value for name, value in values.items()
                  if reads[name] == 1 or [*operations_in(value)] == ["is_missing"]}  # fmt: skip

        def whole(expr: Expr) -> Expr:
            for name in placed.keys() & {*names_in(expr)}:
                expr = replace_part(expr, Name(name), whole(placed[name]))
            return expr

        kept = {name: whole(value) for name, value in values.items() if name not in placed}
        return kept, [whole(value) for value in inputs]

    def class_outputs(self) -> Iterator[Output]:
        """The class, and how likely each is."""
        module, answers = self.module, answers_to(self.module, self.sample)
        for line in self.class_lines():
            self.neurons.add(line)
        target = Target(self.name(LABEL, LABEL), self.neurons.neurons(CLASSES), module.classes)
        labels = [answer[LABEL] for answer in answers]
        yield Output(self.name("prediction", "prediction"), target, labels)
        if likely := module.answer(PROBABILITIES):
            names = answer_names(module, likely)
            for place, (label, name) in enumerate(zip(module.classes, names, strict=True)):
                values = [answer[PROBABILITIES][place] for answer in answers]
                yield Output(self.name(name, name), target, values, label)

    def class_lines(self) -> Iterator[Line]:
        """What leads to a number for each class, of which the largest tells it."""
        for line in self.module.answering(LABEL):
            match line.expression:
                case Apply("largest", (shares,)):
                    yield replace(line, target=CLASSES, expression=shares)
                case Apply("greater", (share, Const(0.5))):
                    yield replace(line, target=CLASSES, expression=joined(1 - share, share))
                case Apply("label"):
                    pass
                case _:
                    yield line

    def number_outputs(self) -> Iterator[Output]:
        """Numbers, each a field."""
        for answer in self.module.answers:
            for line in self.module.answering(answer.name):
                self.neurons.add(line)
            rows = [one[answer.role] for one in answers_to(self.module, self.sample)]
            columns = [rows] if answer.width == 1 else [*zip(*rows, strict=True)]
            names, neurons = answer_names(self.module, answer), self.neurons.neurons(answer.name)
            for place, (name, neuron) in enumerate(zip(names, neurons, strict=True)):
                field = self.name(f"{answer.role}_{place}", name.replace("prediction", "variable"))
                yield Output(self.name(name, name), Target(field, [neuron]), columns[place])

    @property
    def targets(self) -> list[Target]:
        """What the outputs tell about."""
        return [output.target for output in self.outputs if output.label is None]

    def element(self) -> Element:
        """The whole document."""
        document = Element("PMML", version="4.4", xmlns="http://www.dmg.org/PMML-4_4")
        header = made(document, "Header", description=self.module.title)
        made(header, "Application", name="syn0", version=__version__)
        self.dictionary(document)
        function = "classification" if self.module.classes else "regression"
        model = made(document, "NeuralNetwork", functionName=function,
                     activationFunction="identity")  # fmt: skip
        self.schema(model)
        if self.prepared:
            fields = made(model, "LocalTransformations")
            for own, value in self.prepared.items():
                derived(fields, self.expression(value), name=self.names[own])
        inputs = made(model, "NeuralInputs", numberOfInputs=len(self.inputs))
        for neuron, value in zip(self.neurons.inputs, self.inputs, strict=True):
            derived(made(inputs, "NeuralInput", id=neuron), self.expression(value))
        self.layers(model)
        self.neural_outputs(model)
        self.verification(model)
        return document

    def dictionary(self, document: Element) -> None:
        """The fields of the table, with the texts that are known, and those of the answers."""
        count = len(self.fields) + len(self.targets)
        dictionary = made(document, "DataDictionary", numberOfFields=count)
        for name, given, _ in self.fields:
            if not given.texts:
                made(dictionary, "DataField", name=name, **NUMBER)
                continue
            field = made(dictionary, "DataField", name=name, optype="categorical",
                         dataType="string")  # fmt: skip
            for text in self.module.known_texts[given.name]:
                if text:
                    made(field, "Value", value=text)
            for text in ("", *given.missing):
                made(field, "Value", value=text, property="missing")
        for target in self.targets:
            field = made(dictionary, "DataField", name=target.name, **target.kind)
            for label in target.classes:
                made(field, "Value", value=shown(label))

    def schema(self, model: Element) -> None:
        """What the model takes, and what it answers."""
        schema, output = made(model, "MiningSchema"), made(model, "Output")
        for name, given, _ in self.fields:
            made(schema, "MiningField", name=name, **treatment(given))
        for target in self.targets:
            made(schema, "MiningField", name=target.name, usageType="target")
        for one in self.outputs:
            made(output, "OutputField", name=one.name, **one.feature)

    def layers(self, model: Element) -> None:
        """The neurons, with the weights of those before them."""
        names = ["", *self.neurons.names]
        for layer in self.neurons.layers:
            element = made(model, "NeuralLayer", activationFunction=BENDS[layer.bend],
                           numberOfNeurons=len(layer.names))  # fmt: skip
            if layer.bend == "softmax":
                element.set("normalizationMethod", "softmax")
            for name, (bias, *weights) in zip(layer.names, layer.sums.T.tolist(), strict=True):
                neuron = made(element, "Neuron", id=name, bias=shown(bias))
                read = [*zip(names[1:], weights, strict=False)]
                for source, weight in [pair for pair in read if pair[1]] or read[:1]:
                    made(neuron, "Con", {"from": source}, weight=shown(weight))

    def neural_outputs(self, model: Element) -> None:
        """Which neurons tell the answers."""
        count = sum(len(target.neurons) for target in self.targets)
        outputs = made(model, "NeuralOutputs", numberOfOutputs=count)
        for target in self.targets:
            for place, neuron in enumerate(target.neurons):
                value = Element("FieldRef", field=target.name)
                if target.classes:
                    label = shown(target.classes[place])
                    value = Element("NormDiscrete", field=target.name, value=label)
                derived(made(outputs, "NeuralOutput", outputNeuron=neuron), value)

    def verification(self, model: Element) -> None:
        """The self-test."""
        cells = self.cells() | {output.name: output.expected for output in self.outputs}
        count = len(self.outputs[0].expected)
        element = made(model, "ModelVerification", recordCount=count, fieldCount=len(cells))
        fields, table = made(element, "VerificationFields"), made(element, "InlineTable")
        for place, name in enumerate(cells):
            made(fields, "VerificationField", field=name, column=f"c{place}",
                 precision=PRECISION, zeroThreshold=PRECISION)  # fmt: skip
        for values in zip(*cells.values(), strict=True):
            row = made(table, "row")
            for place, value in enumerate(values):
                if value is not None:
                    made(row, f"c{place}", text=shown(value))

    def cells(self) -> dict[str, Sequence[Any]]:
        """The rows of the self-test, by the names of their columns."""
        if self.sample.matrix is None:
            return {name: self.sample.cells[name] for name, *_ in self.fields}
        columns = self.sample.matrix.T.tolist()
        return {name: columns[place] for name, _, place in self.fields}

    def expression(self, expr: Expr) -> Element:
        """What an input or a derived field is made of."""
        match expr:
            case Const(float() | int() as value):
                element = Element("Constant", dataType="double")
                element.text = shown(value)
                return element
            case Name(name):
                return Element("FieldRef", field=xml_text(self.names[name]))
            case Apply("same_text", (text, Const(("",)))):
                return self.expression(where(is_missing(text), 1, 0))
            case Apply("same_text", (Name(name), Const((str(known),)))):
                return Element("NormDiscrete", field=xml_text(self.names[name]),
                               value=xml_text(known), mapMissingTo="0")  # fmt: skip
            case Apply("clip", (value, low, high)):
                return self.expression(minimum(maximum(value, low), high))
            case Apply("where", (Apply("is_missing", (Name(name),)), Const(0), value)) if (
                value == Name(name) or is_arithmetic_of(name, value)
            ):
                element = self.expression(value)
                element.set("mapMissingTo", "0")
                return element
            case Apply(operation, args) if operation in FUNCTIONS:
                element = Element("Apply", function=FUNCTIONS[operation])
                element.extend(map(self.expression, args))
                return element
            case Apply(operation):
                raise UnsupportedError(f"the pmml printer cannot write the operation {operation!r}")
        raise TypeError(f"{expr!r} is not an expression")


def made(parent: Element, tag: str, attributes: dict[str, str] | None = None, /, *,
         text: str | None = None, **more: object) -> Element:  # fmt: skip
    """A new element in another."""
    whole = {**(attributes or {}), **more}
    element = SubElement(parent, tag, {name: xml_text(str(value)) for name, value in whole.items()})
    element.text = None if text is None else xml_text(text)
    return element


def derived(parent: Element, value: Element, **attributes: str) -> None:
    """A field that follows from others."""
    made(parent, "DerivedField", **NUMBER, **attributes).append(value)


def is_arithmetic_of(name: str, expr: Expr) -> bool:
    """Whether an expression is missing where a name is: it reads no other, and only calculates."""
    return {*names_in(expr)} == {name} and {*operations_in(expr)} <= {
        "add", "subtract", "multiply", "divide",
    }  # fmt: skip


def shown(value: Any) -> str:
    """A cell, a label or a number as PMML has it."""
    if isinstance(value, str):
        return value
    return repr(value).replace("inf", "INF").replace("nan", "NaN")


def treatment(given: Given) -> dict[str, str]:
    """What is done with texts never seen, and where numbers are missing that may not."""
    if given.texts:
        return {"invalidValueTreatment": "asIs"}
    return {} if given.gaps else {"missingValueTreatment": "returnInvalid"}
