"""A process that saves is killed at a random moment: SIGKILL, SIGTERM and SIGINT.

Whatever the moment, the file is the old one or the new one, with its mode and owner; what was said
to be saved is there; nothing else is left but a temporary file, which a later save removes. A run
that keeps checkpoints goes on from the latest of them, all of which are whole, to the same model.
"""

import os
import random
import shutil
import signal
import stat
import tempfile
import time
from pathlib import Path

from syn0 import load
from syn0.files.atomic import TEMPORARY, write_whole
from syn0.models import latest_checkpoint
from syn0.training.keeper import NAME, steps_in
from tests.campaigns import Outcome
from tests.campaigns._warm import SAVED, SAVING, Warm

SHORT = 12

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
MODE = 0o640
OWNER = (12345, 23456) if os.geteuid() == 0 else (os.geteuid(), os.getegid())

OLD = b"what was there before"
STEPS = 300

STATUSES = {
    signal.SIGKILL: {-signal.SIGKILL},
    signal.SIGTERM: {-signal.SIGTERM, 128 + signal.SIGTERM},
    signal.SIGINT: {-signal.SIGINT, 128 + signal.SIGINT},
}
"""How a process ends by a signal: killed, or with the status that shells have for it."""

MODEL = "train digits --epochs 1 --hidden 4 --out model"
COMMANDS = {
    "train": f"train xor --net 3-4-1 --steps {STEPS} --report-every 100 --engine numpy --out train",
    "predict": "predict model digits --out predict",
    "export": "export model --out export",
}
"""Each writes a file of its own name."""

KEEPING = f"train xor --net 3-4-1 --steps {STEPS} --report-every 9 --engine numpy --out kept"
KEEPS = "--checkpoint run --checkpoint-every 10epochs --keep 2"

STOPPED = {("train", signal.SIGTERM), ("train", signal.SIGINT)}
"""What ends early, with what was learned."""


def run(seed: int, count: int) -> Outcome:
    """Kill processes amid saves, half of them commands and half that save without end."""
    outcome, chance = Outcome(), random.Random(seed)  # noqa: S311
    with tempfile.TemporaryDirectory() as name, Warm(Path(name)) as warm:
        cases = Cases(Path(name), warm, chance, outcome)
        for number in range(count):
            try:
                (cases.command, cases.saves, cases.keeps)[number % 3]()
            except AssertionError as fault:
                cases.clear()
                outcome.faults.append(f"case {number} of seed {seed}: {fault}")
    return outcome


class Cases:
    """What all cases share: the folder, the process that they are forked from, and chance."""

    def __init__(self, folder: Path, warm: Warm, chance: random.Random, outcome: Outcome) -> None:
        self.folder, self.warm, self.chance, self.outcome = folder, warm, chance, outcome
        self.place = folder / "place"  # where it is killed
        self.place.mkdir()
        self.contents = {path.name: path.read_bytes() for path in (folder / "expected").iterdir()}
        self.commands = [c for c in COMMANDS if c != "export" or "export" in warm.kinds]
        self.takes: dict[str, float] = {}
        self.whole: dict[str, bytes] = {}
        self.undisturbed("model", MODEL)
        self.undisturbed("kept", f"{KEEPING} {KEEPS}")
        self.forget_run()
        for command in self.commands:
            self.undisturbed(command, COMMANDS[command])

    def undisturbed(self, file: str, words: str) -> None:
        """How long a command takes, and what it writes, where nobody kills it."""
        started = time.perf_counter()
        self.warm.start(words=words.split(), out="out", err="err")
        assert self.warm.end() == 0, (self.folder / "err").read_text()
        self.takes[file] = time.perf_counter() - started
        self.whole[file] = (self.folder / file).read_bytes()

    def saves(self) -> None:
        """Kill a process that saves three contents in turns under one name."""
        kind, number = self.chance.choice(self.warm.kinds), self.chance.choice(SIGNALS)
        contents = [self.contents[f"{kind}-{k}"] for k in range(3)]
        path = self.place / kind
        self.lay(path, contents[2])
        self.warm.start(kind=kind, path=str(path))
        time.sleep(self.chance.random() * 0.02)
        status, done = self.warm.kill(number), self.warm.said.count(SAVED)
        assert status in STATUSES[number], f"{kind}, {number.name}: status {status}"
        now = path.read_bytes()
        assert now in (contents[(done - 1) % 3], contents[done % 3]), f"{kind}: neither old nor new"
        self.check_what_is_left(path, contents[(done - 1) % 3])

    def command(self) -> None:
        """Kill a command at some moment, half of the time just as it saves."""
        command, number = self.chance.choice(self.commands), self.chance.choice(SIGNALS)
        path = self.place / command
        self.lay(path, OLD)
        words = COMMANDS[command].split()
        words[-1:] = [str(path), "--force"]
        (self.folder / "err").write_text("")
        self.warm.start(words=words, out="out", err="err")
        if self.chance.random() < 0.5:
            time.sleep(self.chance.random() * self.takes[command])
        else:
            self.warm.hear()
            time.sleep(self.chance.random() * 0.01)
        self.check_end(command, number, self.warm.kill(number), path)
        self.check_what_is_left(path, OLD)

    def keeps(self) -> None:
        """Kill a run that keeps checkpoints, and go on with it from the latest."""
        run = self.folder / "run"
        self.warm.start(words=f"{KEEPING} {KEEPS}".split(), out="out", err="err")
        time.sleep(self.chance.random() * self.takes["kept"])
        self.warm.kill(signal.SIGKILL)
        steps = steps_in(run)
        if steps:
            assert latest_checkpoint(run).damaged == (), "a checkpoint was left damaged"
            assert latest_checkpoint(run).record.checkpoint.step == steps[-1]
            words = "train xor --resume run --out kept --force"
            self.warm.start(words=words.split(), out="out", err="err")
            assert self.warm.end() == 0, (self.folder / "err").read_text()
            assert (self.folder / "kept").read_bytes() == self.whole["kept"], "another model"
        others = [p for p in run.glob("*") if not NAME.fullmatch(p.name)]
        assert all(TEMPORARY.fullmatch(p.name) for p in others), f"{others} were left"
        assert len(others) <= 1, f"{others} were left"
        self.outcome.counts["went on" if steps else "killed before a checkpoint"] += 1
        self.forget_run()

    def forget_run(self) -> None:
        """Remove the checkpoints."""
        shutil.rmtree(self.folder / "run", ignore_errors=True)
        (self.folder / "kept").unlink(missing_ok=True)

    def check_end(self, command: str, number: signal.Signals, status: int, path: Path) -> None:
        """AssertionError unless a command ended as one that gets this signal may."""
        told, now = (self.folder / "err").read_text(), path.read_bytes()
        about = f"{command}, {number.name}, status {status}: "
        assert status in STATUSES[number] | {0}, about + told
        assert "Traceback" not in told, about + told
        assert now != OLD or not (status == 0 or "Saved" in told), about + "nothing was saved"
        if now not in (OLD, self.whole[command]):
            assert (command, number) in STOPPED, about + "neither old nor new"
            assert 0 < load(path).steps_taken < STEPS, about + "it did not stop between steps"

    def clear(self) -> None:
        """Remove what cases left."""
        self.forget_run()
        for path in self.place.iterdir():
            path.unlink()

    def lay(self, path: Path, content: bytes) -> None:
        """Put an old file in a place, with a mode and an owner of its own."""
        path.write_bytes(content)
        path.chmod(MODE)
        os.chown(path, *OWNER)

    def check_what_is_left(self, path: Path, before: bytes) -> None:
        """AssertionError unless the file kept its mode and owner, and a save removes the rest."""
        found = path.stat()
        assert (found.st_uid, found.st_gid) == OWNER, f"{path.name} has another owner"
        assert stat.S_IMODE(found.st_mode) == MODE, f"{path.name} has another mode"
        left = set(self.place.iterdir()) - {path}
        amid = self.warm.said[-1:] == [SAVING] and (left or path.read_bytes() == before)
        self.outcome.counts["killed amid a save" if amid else "killed before or after"] += 1
        for other in left:
            assert TEMPORARY.fullmatch(other.name), f"{other.name} was left"
            os.utime(other, (0, 0))
        write_whole(path, b"")
        assert list(self.place.iterdir()) == [path], "a later save does not remove what was left"
        path.unlink()
