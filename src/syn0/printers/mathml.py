"""The MathML printer: a program's equations as a page for browsers, and single ones for others."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from syn0.printers.base import Template
from syn0.printers.equations import EquationPrinter, Section
from syn0.program import Line
from syn0.program.operations import Shape
from syn0.spec.words import visible

HEAD = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<title>{title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 2rem }}
h2 {{ font-size: 1rem; margin: 2rem 0 .5rem; }}
td {{ padding: .25rem 1.5rem .25rem 0; vertical-align: middle; }}
td + td {{ color: #555; white-space: nowrap; }}
td + td + td {{ white-space: normal; min-width: 18rem; }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>{given}</p>"""


def bracketed(part: str) -> str:
    """A part in brackets as high as it is."""
    return f"<mrow><mo>(</mo>{part}<mo>)</mo></mrow>"


def between(sign: str, strength: int, *needs: int) -> Template:
    """Two parts with a sign between them."""
    return Template(f"{{0}}<mo>{sign}</mo>{{1}}", strength, needs or (strength, strength + 1))


def call(name: str) -> Template:
    """A function of one argument."""
    return Template(f"<mrow><mi>{name}</mi>{bracketed('{0}')}</mrow>")


def over(name: str, index: str = "") -> Template:
    """A function over rows or columns, which have an index."""
    sign = f"<msub><mi>{name}</mi><mi>{index}</mi></msub>" if index else f"<mi>{name}</mi>"
    return Template(f"<mrow>{sign}{bracketed('{0}')}</mrow>")


def pair(name: str) -> Template:
    """A function of two arguments."""
    return Template(f"<mrow><mi>{name}</mi>{bracketed('{0}<mo>,</mo>{1}')}</mrow>")


def drawn(letter: str) -> Template:
    """A distribution from 0 to 1, or around 0."""
    numbers = bracketed("<mn>0</mn><mo>,</mo><mn>1</mn>")
    return Template(f"<mrow><mi>{letter}</mi>{numbers}</mrow>")


MATHML = {
    "equals": between("=", 0, 0, 0),
    "becomes": between("←", 0, 0, 0),
    "change": Template("<mrow><mi>Δ</mi>{0}</mrow>"),
    "add": between("+", 11),
    "subtract": between("−", 11),
    "divide": Template("<mfrac><mrow>{0}</mrow><mrow>{1}</mrow></mfrac>", 13),
    "multiply": between("·", 13),
    "entrywise": between("⊙", 13),
    "matmul": between("·", 13),
    "negative": Template("<mrow><mo>−</mo>{0}</mrow>", 14, (14,)),
    "power": Template("<msup><mrow>{0}</mrow><mrow>{1}</mrow></msup>", 15, (16, 0)),
    "transpose": Template("<msup><mrow>{0}</mrow><mi>&#8868;</mi></msup>", 15, (16,)),
    "take": Template("<msub><mrow>{0}</mrow><mrow>{1}</mrow></msub>", 20, (20, 0)),
    "greater": between("&gt;", 10, 11, 11),
    "greater_equal": between("≥", 10, 11, 11),
    "less": between("&lt;", 10, 11, 11),
    "equal": between("=", 10, 11, 11),
    "holds": Template("<mrow><mo>[</mo>{0}<mo>]</mo></mrow>"),
    "cases": Template(
        '<mrow><mo>{{</mo><mtable columnalign="left">'
        "<mtr><mtd>{1}</mtd><mtd><mtext>if&#160;</mtext>{0}</mtd></mtr>"
        "<mtr><mtd>{2}</mtd><mtd><mtext>else</mtext></mtd></mtr></mtable></mrow>",
        1,
    ),
    "floor_divide": Template(
        "<mrow><mo>⌊</mo><mfrac><mrow>{0}</mrow><mrow>{1}</mrow></mfrac><mo>⌋</mo></mrow>"
    ),
    "modulo": between("mod", 12, 13, 14),
    "exp": Template("<msup><mi>e</mi><mrow>{0}</mrow></msup>", 15),
    "log": call("ln"),
    "sqrt": Template("<msqrt>{0}</msqrt>"),
    "cos": call("cos"),
    "tanh": call("tanh"),
    "sign": call("sign"),
    "absolute": Template("<mrow><mo>|</mo>{0}<mo>|</mo></mrow>"),
    "maximum": pair("max"),
    "minimum": pair("min"),
    "sum": Template("<mrow><mo>∑</mo>{0}</mrow>", 12, (13,)),
    "sum_rows": Template("<mrow><munder><mo>∑</mo><mi>i</mi></munder>{0}</mrow>", 12, (13,)),
    "sum_columns": Template("<mrow><munder><mo>∑</mo><mi>j</mi></munder>{0}</mrow>", 12, (13,)),
    "mean": over("mean"),
    "mean_rows": over("mean", "i"),
    "mean_columns": over("mean", "j"),
    "max_columns": over("max", "j"),
    "row_count": call("rows"),
    "zeros": Template("<mn>0</mn>"),
    "ones": Template("<mn>1</mn>"),
    "uniform": drawn("U"),
    "normal": drawn("N"),
    "orthogonal": Template("<mi>orthogonal</mi>"),
    "random_seed": Template("<mi>seed</mi>"),
}


class MathmlPrinter(EquationPrinter):
    """Prints the equations of a program as MathML."""

    language, ending = "mathml", ".html"
    templates = MATHML
    comma = "<mo>,</mo>"

    def math(self, line: Line, shapes: dict[str, Shape]) -> str:
        """A line as one `<math>` element, given the shapes of the names that it reads."""
        return element(self.equation(line, shapes))

    def name(self, name: str) -> str:
        """A name."""
        return f"<mi>{escape(name)}</mi>"

    def digits(self, text: str) -> str:
        """A number that has no exponent."""
        return f"<mn>{text}</mn>"

    def in_brackets(self, code: str) -> str:
        """Brackets as high as what they hold."""
        return bracketed(code)

    def template(self, operation: str) -> Template:
        """As every printer's; activations are functions with a name."""
        return call(operation) if self.calls(operation) else super().template(operation)

    def document(self, title: str, given: str, sections: Iterable[Section]) -> str:
        """A page with a table of equations for each section; it is XML too, in ASCII."""
        lines = [HEAD.format(title=text(title), given=text(given))]
        for heading, rows in sections:
            lines += [f"<h2>{text(heading)}</h2>", "<table>"]
            for row in rows:
                cells = (element(row.equation), text(row.shape), text(row.words))
                lines += ["<tr>", *(f"<td>{cell}</td>" for cell in cells), "</tr>"]
            lines += ["</table>"]
        page = "\n".join([*lines, "</body>", "</html>", ""])
        return page.encode("ascii", "xmlcharrefreplace").decode()


def element(equation: str) -> str:
    """An equation as an element that stands by itself."""
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML" displaystyle="true">{equation}</math>'


def text(words: str) -> str:
    """Words of whoever's, as text between elements."""
    return escape(visible(words))
