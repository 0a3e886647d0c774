"""Damaged and hostile tables and images: each is read, or ends in one sentence, within bounds.

Files that are right are cut, repeated, and overwritten here and there: CSV of many forms, plain and
packed, IDX, images and Parquet. They are read by processes of their own, which say where they
ended, should one be ended.
"""

import bz2
import gzip
import io
import json
import lzma
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np
import polars as pl
from PIL import Image

from syn0.data import read_table
from tests.campaigns import Outcome

SHORT = 400
BATCH = 5_000
SECONDS = 10  # of a case, on one core
MEGABYTES = 500  # of a batch, beyond what it began with
PARQUET_EVERY = 200  # each is read by yet another process

Draw = np.random.RandomState
PIECES = [
    b",", b";", b"\t", b"|", b'"', b'""', b"\n", b"\r\n", b"\r", b"\0", b"\xff", b"\xfe\xff", b" ",
    b"NA", b"-", b"1e999", b"inf", b"1,234.5", b"0,5", b"(5)", b"12%", b"\xe2\x82\xac", b"x" * 300,
    b"1" * 400, b"\xe2\x80\xae", b"\x1b[2J", b"sep=;\n", b"\xed\xa0\x80",
]  # fmt: skip


def run(seed: int, count: int) -> Outcome:
    """Read `count` mutated files."""
    outcome = Outcome()
    for first in range(0, count, BATCH):
        last = min(first + BATCH, count)
        words = [sys.executable, "-c", "from tests.campaigns.readers import batch; batch()"]
        done = subprocess.run(
            [*words, str(seed), str(first), str(last)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            said = done.stderr.rpartition("\ncase ")[2]  # the case, and what became of it
            outcome.faults.append(f"seed {seed}, case {said}")
            continue
        counts, faults = json.loads(done.stdout)
        outcome.counts.update(counts)
        outcome.faults += faults
    return outcome


def batch() -> None:
    """Read the cases that the command line says; print how they ended."""
    seed, first, last = map(int, sys.argv[1:])
    counts: Counter[str] = Counter()
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        whole = originals(Path(folder))
        before = peak()
        for case in range(first, last):
            sys.stderr.write(f"\rcase {case}")
            draw = Draw([seed, case])
            names = [n for n in whole if n.endswith("parquet") == (case % PARQUET_EVERY == 0)]
            name = names[draw.randint(len(names))]
            path = Path(folder) / f"case-{name}"
            path.write_bytes(mutated(whole[name], draw, is_text=name.endswith("csv")))
            began = time.process_time()
            end = ending_of(path)
            counts["a table" if end is None else "one sentence"] += 1
            if end is not None and not end.startswith("sentence: "):
                faults.append(f"seed {seed}, case {case}, {name}: {end}")
            if (took := time.process_time() - began) > SECONDS:
                faults.append(f"seed {seed}, case {case}, {name}: {took:.0f} s")
        if (grown := peak() - before) > MEGABYTES:
            faults.append(f"seed {seed}, cases {first} to {last}: {grown:.0f} MB")
    print(json.dumps([counts, faults]))


def ending_of(path: Path) -> str | None:
    """None for a table; what was said; or what came out that must not."""
    try:
        table = read_table(path, for_prediction=True)
        return None if len(table) else "a table without rows"
    except (ValueError, OSError) as error:
        said = str(error).replace(str(path.parent), "")
        fits = len(said) < 300 and "Traceback" not in said
        return f"sentence: {said}" if fits else f"{len(said)} characters: {said[:200]}"
    except Exception as error:
        return f"{type(error).__name__}: {str(error)[:200]}"


def originals(folder: Path) -> dict[str, bytes]:
    """Files that are right, by name."""
    draw = Draw(0)
    frame = pl.DataFrame({
        "a": draw.normal(size=40), "b": draw.randint(0, 9, 40),
        "c": draw.choice(["red", "green, or so", 'a "blue"'], 40), "d": draw.rand(40) > 0.5,
    })  # fmt: skip
    text = frame.write_csv().encode()
    numbers = frame.select("a", "b").write_csv(include_header=False).encode()
    packed = folder / "packed.parquet"
    frame.write_parquet(packed)
    plain = io.BytesIO()
    frame.write_parquet(plain, compression="uncompressed", use_pyarrow=False)
    idx = bytes((0, 0, 8, 3, 0, 0, 0, 4, 0, 0, 0, 5, 0, 0, 0, 6)) + draw.bytes(120)
    files = {
        "text.csv": text, "numbers.csv": numbers, "one.csv": b"x\n1\n\n3\n",
        "commas.csv": b"1,5;2,5\n" * 99,
        "text.csv.gz": gzip.compress(text), "text.csv.bz2": bz2.compress(text),
        "text.csv.xz": lzma.compress(text), "t10k-idx3-ubyte": idx,
        "t10k-idx3-ubyte.gz": gzip.compress(idx), "packed.parquet": packed.read_bytes(),
        "plain.parquet": plain.getvalue(),
    }  # fmt: skip
    pixels = Image.fromarray(draw.randint(0, 255, (6, 5, 3)).astype(np.uint8))
    for kind in ("png", "jpeg", "bmp", "gif", "webp", "tiff", "ppm"):
        image = io.BytesIO()
        pixels.save(image, kind)
        files[f"image.{kind}"] = image.getvalue()
    return files


def mutated(content: bytes, draw: Draw, *, is_text: bool) -> bytes:
    """The content with some of its bytes cut, repeated, turned or replaced."""
    for _ in range(1 + draw.randint(4)):
        place = draw.randint(len(content) + 1)
        end = min(len(content), place + draw.randint(1, 12))
        kind = draw.randint(5)
        if kind == 0:
            content = content[:place] + draw.bytes(end - place) + content[end:]
        elif kind == 1:
            content = content[:place] + content[end:]
        elif kind == 2:
            content = content[:end] + content[place:]
        elif kind == 3 and is_text:
            content = content[:place] + PIECES[draw.randint(len(PIECES))] + content[place:]
        else:
            content = content[:place] + bytes((draw.randint(256),)) + content[place + 1 :]
    return content if draw.randint(20) else content[: draw.randint(len(content) + 1)]


def peak() -> float:
    """The most memory that this process took, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
