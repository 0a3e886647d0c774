"""Files that the page saves: the program, the model, and the page itself."""

from __future__ import annotations

import base64
import html
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from syn0.models import Network
from syn0.printers import PRINTERS, Data
from syn0.printers.safe import digest
from syn0.view import STATIC
from syn0.view.page_run import PageRun
from syn0.view.recording import recording

if TYPE_CHECKING:
    from syn0.view.session import Session

Download = tuple[str, str, bytes]
"""A file's name, its kind and its content."""


def program_file(run: PageRun, language: str) -> Download:
    """The program in a language, with its data where they fit into a text."""
    made = run.made
    examples = made.examples
    try:
        data = Data(examples.X, examples.y, f"from {run.recipe['data']['id']}")
    except ValueError:
        data = None
    content = made.network.program(language, training=made.training, data=data)
    name = f"syn0-{made.network.spec}{PRINTERS[language].ending}"
    return name, "text/plain", content.encode()


def model_file(run: PageRun) -> Download:
    """The network as it stands, as `syn0.load` reads it."""
    network = Network.from_record(run.made.network.record())
    timeline = run.timeline
    done = run.step + (run.line == run.last_line)
    timeline.go(done)
    network.keep(timeline.run, best=False)
    with tempfile.TemporaryDirectory(prefix="syn0-play-") as folder:
        path = Path(folder) / "model.safetensors"
        network.save(path)
        content = path.read_bytes()
    return f"syn0-{network.spec}.safetensors", "application/octet-stream", content


def page_file(session: Session) -> Download:
    """One HTML file that holds the page and a recording, and asks for nothing."""
    script = (STATIC / "page.js").read_text(encoding="utf-8").replace("</script", "<\\/script")
    style = (STATIC / "page.css").read_text(encoding="utf-8").replace("</style", "<\\/style")
    taken = base64.b64encode(recording(session)).decode()
    policy = (
        f"default-src 'none'; script-src '{digest(script)}'; style-src '{digest(style)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    title = html.escape(f"syn0: {session.run.made.network.spec}")
    content = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n"
        f'<link rel="icon" href="data:,">\n<style>{style}</style>\n</head>\n<body>\n'
        '<div id="syn0"></div>\n'
        f'<script id="recording" type="text/plain">{taken}</script>\n'
        f"<script>{script}</script>\n</body>\n</html>\n"
    )
    return f"syn0-{session.run.made.network.spec}.html", "text/html", content.encode()
