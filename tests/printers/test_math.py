"""Equations of programs: plain text, LaTeX that compiles, MathML that an XML parser reads."""

import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from syn0 import Dense, Network, Training
from syn0.derive import training_program
from syn0.printers import Data
from syn0.printers.math import MathPrinter
from syn0.printers.mathml import MathmlPrinter
from syn0.program import Line, Name, check
from syn0.program.expressions import clip, exp, expm1, log1p, mean_columns, where
from syn0.spec import NetworkSpec

PDFLATEX = shutil.which("pdflatex")
A, B, C = map(Name, "abc")
SHAPES = {"a": ("rows", 4), "b": ("rows", 4), "c": ()}

EXPRESSIONS = {
    "a · bᵀ": A @ B.T,
    "a ⊙ b": A * B,
    "c · a": C * A,
    "(a / 2) ⊙ b": A / 2 * B,
    "a / (2 · b)": A / (2 * B),
    "a − (b + c)": A - (B + C),
    "[a > b] ⊙ a": (A > B) * A,
    "a if a > 0, else c · a": where(A > 0, A, C * A),
    "min(max(a, −1), 1)": clip(A, -1, 1),
    "(−a)²": (-A) ** 2,
    "−a²": -(A**2),
    "√(a)": A**0.5,
    "a^c": A**C,
    "exp(−a) − 1": expm1(-A),
    "ln(1 + exp(a))": log1p(exp(A)),
    "meanⱼ(a)": mean_columns(A),
    "a + 4 · 10⁻⁶": A + 4e-6,
    "a · 10⁻⁸": A * 1e-8,
}


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_an_expression_is_written_as_in_mathematics(text: str) -> None:
    line = Line("d", EXPRESSIONS[text], "forward", 1, "")
    assert MathPrinter().equation(line, SHAPES) == f"d = {text}"


def test_what_is_bound_anew_is_not_equal_to_what_it_becomes() -> None:
    shapes = {"a": (3,), "b": (3,)}
    added = Line("a", A + B * 2, "update", 1, "")
    assert MathPrinter().equation(added, shapes) == "Δa = b · 2"
    bound = Line("a", 0.9 * A + B, "update", 1, "")
    assert MathPrinter().equation(bound, shapes) == "a ← 0.9 · a + b"


def test_shapes_stand_beside_the_equations() -> None:
    text = Network([3, 4, 1]).program("math")
    assert re.search(r"^ +Δsyn1 = l1ᵀ · l2_delta +\(4×4\) · \(4×1\) = 4×1$", text, re.M)
    assert re.search(r"^ +l2_error = y − l2 +4×1, target", text, re.M)


def test_a_step_of_a_batch_has_the_shapes_of_the_batch() -> None:
    text = Network([3, 4, 1]).program("math", training=Training(epochs=1, batch_size=2))
    assert "(2×3) · (3×4) = 2×4" in text


@pytest.mark.parametrize("signs", [["A · B"], ["ΔA"], ["U(0, 1)"]])
def test_the_signs_that_a_program_has_are_explained(signs: list[str]) -> None:
    head = Network([3, 4, 1]).program("math").partition("At the start")[0]
    assert all(f"    {sign} " in head for sign in signs)
    assert "meanᵢ" not in head


def test_one_line_is_one_element_for_pages() -> None:
    network, training = NetworkSpec(3, (Dense(4), Dense(1))), Training(steps=1)
    program = training_program(network, training)
    shapes = check(program)
    for line in program.lines:
        found = ElementTree.fromstring(MathmlPrinter().math(line, shapes))
        assert found.tag == "{http://www.w3.org/1998/Math/MathML}math"
    update = next(line for line in program.lines if line.target == "syn1" and line.phase != "init")
    found = ElementTree.fromstring(MathmlPrinter().math(update, shapes))
    assert "".join(found.itertext()) == "Δsyn1=l1\u22a4·l2_delta"


EVIL = r"""</p><script>x</script> \input{/etc/passwd} $x$ % & # _ ^ ~ {"'<é>"""


def test_words_about_data_stay_words() -> None:
    data = Data(np.eye(3), np.ones((3, 1)), EVIL)
    net = Network([3, 2, 1])
    page = ElementTree.fromstring(net.program("mathml", data=data))
    assert EVIL in "".join(page.itertext())
    assert not [*page.iter("script")]
    assert r"\textbackslash{}input\{/etc/passwd\}" in net.program("latex", data=data)


@pytest.mark.skipif(PDFLATEX is None, reason="there is no pdflatex")
def test_latex_compiles_and_no_equation_is_too_wide(tmp_path: Path) -> None:
    network = Network(4, [Dense(4, "gelu", bias=True), Dense(3, "softmax")], loss="cross_entropy")
    data = Data(np.eye(4), np.eye(4)[:, :3], EVIL)
    training = Training(epochs=9, batch_size=3, schedule="one_cycle", clip_norm=1, clip_value=0.1)
    text = network.program("latex", training=training, data=data)
    (tmp_path / "net.tex").write_text(text, encoding="utf-8")
    words = [str(PDFLATEX), "-interaction=nonstopmode", "-halt-on-error", "net.tex"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, check=False, timeout=60)
    said = done.stdout.decode(errors="replace")
    assert done.returncode == 0, said[-2000:]
    assert "Overfull" not in said
