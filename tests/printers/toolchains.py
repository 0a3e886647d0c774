"""Compilers of the languages that programs are printed in: many programs become one executable,
since starting a compiler costs more than a program does."""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path


def heads(texts: Sequence[str], word: str) -> list[str]:
    """The lines that begin with a word, of all texts, each once."""
    return sorted({line for text in texts for line in text.splitlines() if line.startswith(word)})


def without(texts: Sequence[str], word: str) -> Iterator[str]:
    """The texts without these lines."""
    return (re.sub(rf"^{word}.*\n", "", text, flags=re.MULTILINE) for text in texts)


def written(parts: Sequence[str], source: Path) -> None:
    """Write the last of the texts, and beside it those that it includes: GCC looks again and again
    at the lines of what it warns of, and takes twice as long where all stand in one long file."""
    *included, main = parts
    for number, part in enumerate(included):
        (source.parent / f"part{number}").write_text(part, encoding="utf-8")
    source.write_text(main, encoding="utf-8")


def inclusions(parts: Sequence[str]) -> list[str]:
    """The lines that include the parts, as `written` names them."""
    return [f'#include "part{number}"' for number in range(len(parts))]


def namespaces(texts: Sequence[str]) -> list[str]:
    """C++ programs, each in a namespace of its own, and what includes them; the first argument
    chooses."""
    parts = []
    for number, body in enumerate(without(texts, "#include")):
        body = body.replace("int main() {", "int run() {").rstrip().removesuffix("}")
        parts.append(f"namespace p{number} {{\n{body}    return 0;\n}}\n}}\n")
    calls = ", ".join(f"p{number}::run" for number in range(len(texts)))
    all_runs = f"int (*all[])() = {{{calls}}};"
    main = f"int main(int, char **words) {{ {all_runs} return all[std::atoi(words[1])](); }}"
    headers = [*heads(texts, "#include"), "#include <cstdlib>"]
    return [*parts, "\n".join([*headers, *inclusions(parts), main, ""])]


C_WORDS = {
    "char", "const", "double", "enum", "float", "int", "long", "return", "static", "typedef",
    "void", "break", "continue", "do", "else", "for", "if", "sizeof", "while",
    "int32_t", "int64_t", "uint32_t", "uint64_t", "INFINITY", "NAN", "NULL", "printf", "time",
    "cos", "exp", "expm1", "fabs", "floor", "fmod", "log", "log1p", "pow", "sqrt", "tanh",
}  # fmt: skip
"""Words of C and of its library; a program's own are others."""


def renamed(texts: Sequence[str]) -> list[str]:
    """C programs in which names of their own begin with their number, and what includes them; the
    first argument chooses. All must ask for the same headers, so that none is compiled by
    another's."""
    (asked,) = {tuple(heads([text], "#")) for text in texts}
    parts = []
    for number, body in enumerate(without(texts, "#")):
        code = re.sub(r'/\*.*?\*/|"[^"]*"', "", body, flags=re.DOTALL)
        names = sorted({*re.findall(r"\b[A-Za-z_]\w*", code)} - C_WORDS)
        defined = [f"#define {name} p{number}_{name}" for name in names]
        undefined = [f"#undef {name}" for name in names]
        parts.append("\n".join([*defined, body, *undefined, ""]))
    calls = ", ".join(f"p{number}_main" for number in range(len(texts)))
    all_runs = f"int (*all[])(void) = {{{calls}}};"
    main = (
        f"int main(int count, char **words) {{ {all_runs} return all[atoi(words[count - 1])](); }}"
    )
    included = [*asked, "#include <stdlib.h>", *inclusions(parts)]
    return [*parts, "\n".join([*included, main, ""])]


def emulated(texts: Sequence[str]) -> list[str]:
    """CUDA programs for a C++ compiler, which runs the threads of their block on this machine."""
    launched = [text.replace("train<<<1, THREADS>>>();", "launch(train);") for text in texts]
    shim = (Path(__file__).parent / "cuda_here.hpp").as_posix()
    *parts, main = namespaces(launched)
    return [*parts, f'#include "{shim}"\n{main}']


def modules_of_rust(texts: Sequence[str]) -> list[str]:
    """Rust programs in one file, each in a module of its own."""
    parts = [
        f"mod p{number} {{\n{text.replace('fn main() {', 'pub fn main() {')}}}\n"
        for number, text in enumerate(texts)
    ]
    calls = ", ".join(f"p{number}::main" for number in range(len(texts)))
    main = (
        f"fn main() {{ let all: [fn(); {len(texts)}] = [{calls}]; "
        "all[std::env::args().nth(1).unwrap().parse::<usize>().unwrap()](); }"
    )
    return ["\n".join([*parts, main, ""])]


def classes_of_d(texts: Sequence[str]) -> list[str]:
    """D programs in one file, each in a struct of its own, in which everything is static."""
    parts = [
        f"struct p{number} {{ static:\n{text.replace('void main() {', 'void run() {')}}}\n"
        for number, text in enumerate(without(texts, "import"))
    ]
    calls = ", ".join(f"&p{number}.run" for number in range(len(texts)))
    main = (
        "void main(string[] words) { import std.conv : to; void function()[] all = "
        f"[{calls}]; all[words[1].to!int](); }}"
    )
    return ["\n".join([*heads(texts, "import"), *parts, main, ""])]


@dataclass(frozen=True)
class Toolchain:
    """How a language's programs are compiled.

    Attributes:
        language: as `--to` names it.
        compilers: commands, of which the first that is found is taken.
        options: further words of the command; "{source}" and "{program}" stand for files.
        joined: makes one source of several texts: the last, which may include the others.
    """

    language: str
    suffix: str
    compilers: tuple[str, ...]
    options: tuple[str, ...]
    joined: Callable[[Sequence[str]], list[str]]

    @property
    def compiler(self) -> str | None:
        """The compiler, if one is here."""
        return next(filter(None, map(shutil.which, self.compilers)), None)

    def compiled(self, texts: Sequence[str], folder: Path, *more: str) -> Path:
        """One executable of all texts."""
        source, program = folder / f"net.{self.suffix}", folder / "net"
        written(self.joined(texts), source)
        options = [word.format(source=source, program=program) for word in self.options]
        command = [str(self.compiler), *options, *more]
        made = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert made.returncode == 0, made.stderr[:4000]
        assert made.stderr == "", made.stderr[:4000]
        return program

    def printed(self, program: Path, number: int = 0, threads: int = 1) -> str:
        """What one of the texts prints, in a block of so many threads if it is one of CUDA's."""
        done = subprocess.run(
            [program, str(number)], env={"THREADS": str(threads)},
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout


WARNED = ("-Wall", "-Wextra", "-Werror", "-ffp-contract=off")

TOOLCHAINS = {
    tool.language: tool
    for tool in (
        Toolchain("cpp", "cpp", ("g++", "clang++"),
                  ("-std=c++17", "-O0", *WARNED, "-o", "{program}", "{source}"), namespaces),
        Toolchain("cuda", "cpp", ("g++", "clang++"),
                  ("-std=c++20", "-O0", *WARNED, "-Wno-unused-variable", "-o", "{program}",
                   "{source}", "-pthread"), emulated),
        Toolchain("d", "d", ("ldc2",), ("-O0", "-w", "-of={program}", "{source}"), classes_of_d),
        Toolchain("rust", "rs", ("rustc",),
                  ("--edition=2021", "-Dwarnings", "-Copt-level=0", "-Cdebuginfo=0", "-o",
                   "{program}", "{source}"), modules_of_rust),
    )
}  # fmt: skip
