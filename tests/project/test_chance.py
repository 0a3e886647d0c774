"""A run of the suite depends on the code alone: not on chance, and not on the machine's pace."""

import re
from pathlib import Path

from hypothesis import settings

TESTS = Path(__file__).parents[1]


def test_examples_of_properties_are_the_same_in_every_run_and_have_no_deadline():
    fixed, random = map(settings.get_profile, ("fixed", "random"))
    assert (fixed.derandomize, random.derandomize) == (True, False)
    assert fixed.deadline is random.deadline is None


def test_what_tests_draw_they_draw_from_a_seed():
    drawn = "normal|uniform|rand|randn|random|randint|choice|permutation|shuffle"
    seedless = rf"default_rng\(\)|RandomState\(\)|Random\(\)|np\.random\.({drawn})\("
    files = TESTS.rglob("*.py")
    assert [p for p in files if re.search(seedless, p.read_text(encoding="utf-8"), re.M)] == []
