"""The LaTeX printer: a program's equations as a document for `pdflatex net.tex`."""

from __future__ import annotations

from collections.abc import Iterable

from syn0.printers.base import Template, infix
from syn0.printers.equations import EquationPrinter, Row, Section
from syn0.printers.safe import latex_note

LATEX = {
    "equals": Template("{0} = {1}"),
    "becomes": Template(r"{0} \leftarrow {1}"),
    "change": Template(r"\Delta {0}"),
    "add": infix("+", 11),
    "subtract": infix("-", 11),
    "divide": Template(r"\frac{{{0}}}{{{1}}}", 13),
    "multiply": infix(r"\cdot", 13),
    "entrywise": infix(r"\odot", 13),
    "matmul": infix(r"\cdot", 13),
    "negative": Template("-{0}", 14, (14,)),
    "power": Template("{0}^{{{1}}}", 15, (16, 0)),
    "transpose": Template(r"{{{0}}}^{{\top}}", 15, (16,)),
    "take": Template("{0}_{{{1}}}", 20, (20, 0)),
    "greater": Template("{0} > {1}", 10, (11, 11)),
    "greater_equal": Template(r"{0} \ge {1}", 10, (11, 11)),
    "less": Template("{0} < {1}", 10, (11, 11)),
    "equal": Template("{0} = {1}", 10, (11, 11)),
    "holds": Template(r"\left[{0}\right]"),
    "cases": Template(
        r"\begin{{cases}} {1} & \text{{if }} {0} \\ {2} & \text{{else}} \end{{cases}}", 1
    ),
    "floor_divide": Template(r"\left\lfloor \frac{{{0}}}{{{1}}} \right\rfloor"),
    "modulo": Template(r"{0} \bmod {1}", 12, (13, 14)),
    "exp": Template("e^{{{0}}}", 15),
    "log": Template(r"\ln\left({0}\right)"),
    "sqrt": Template(r"\sqrt{{{0}}}"),
    "cos": Template(r"\cos\left({0}\right)"),
    "tanh": Template(r"\tanh\left({0}\right)"),
    "sign": Template(r"\operatorname{{sign}}\left({0}\right)"),
    "absolute": Template(r"\left|{0}\right|"),
    "maximum": Template(r"\max\left({0}, {1}\right)"),
    "minimum": Template(r"\min\left({0}, {1}\right)"),
    "sum": Template(r"\sum {0}", 12, (13,)),
    "sum_rows": Template(r"\sum_{{i}} {0}", 12, (13,)),
    "sum_columns": Template(r"\sum_{{j}} {0}", 12, (13,)),
    "mean": Template(r"\operatorname{{mean}}\left({0}\right)"),
    "mean_rows": Template(r"\operatorname{{mean}}_{{i}}\left({0}\right)"),
    "mean_columns": Template(r"\operatorname{{mean}}_{{j}}\left({0}\right)"),
    "max_columns": Template(r"\max_{{j}}\left({0}\right)"),
    "row_count": Template(r"\operatorname{{rows}}\left({0}\right)"),
    "zeros": Template("0"),
    "ones": Template("1"),
    "uniform": Template(r"\mathcal{{U}}(0, 1)"),
    "normal": Template(r"\mathcal{{N}}(0, 1)"),
    "orthogonal": Template(r"\operatorname{{orthogonal}}()"),
    "random_seed": Template(r"\operatorname{{seed}}()"),
}

HEAD = r"""\documentclass{article}
\usepackage[a4paper, landscape, margin=1.5cm]{geometry}
\usepackage{amsmath, amssymb, array, longtable}
\setlength{\parindent}{0pt}
\renewcommand{\arraystretch}{1.6}
\begin{document}
\footnotesize"""

COLUMNS = r"""\begin{longtable}[l]
  {>{\raggedright$\displaystyle}p{16.5cm}<{$} >{\raggedright\arraybackslash}p{9cm}}"""


class LatexPrinter(EquationPrinter):
    """Prints the equations of a program as LaTeX."""

    language, ending = "latex", ".tex"
    templates = LATEX

    def name(self, name: str) -> str:
        """A name; letters that stand together are one word."""
        signs = {"π": r"\pi", "∞": r"\infty"}
        if len(name) == 1:
            return signs.get(name, name)
        return r"\mathit{" + name.replace("_", r"\_") + "}"

    def in_brackets(self, code: str) -> str:
        """Brackets as high as what they hold."""
        return rf"\left({code}\right)"

    def template(self, operation: str) -> Template:
        """As every printer's; activations are functions with a name."""
        if self.calls(operation):
            return Template(
                r"\operatorname{{" + operation.replace("_", r"\_") + r"}}\left({0}\right)"
            )
        return super().template(operation)

    def document(self, title: str, given: str, sections: Iterable[Section]) -> str:
        """A document with a table of equations for each section."""
        lines = [f"% {title}", HEAD, rf"\section*{{{latex_note(title)}}}", latex_note(given)]
        for heading, rows in sections:
            lines += ["", rf"\subsection*{{{latex_note(heading)}}}", COLUMNS]
            lines += [rf"  {row.equation} & {words(row)} \\" for row in rows]
            lines += [r"\end{longtable}"]
        return "\n".join([*lines, r"\end{document}", ""])


def words(row: Row) -> str:
    """What stands beside an equation: its shapes, and what it does."""
    shape = row.shape.replace("×", r" \times ").replace("·", r"\cdot")
    return ", ".join([*([f"${shape}$"] if shape else []), latex_note(row.words)]).strip(", ")
