"""A trained model as one page that predicts, without a server or a network: a form, the JavaScript
of the model, and a self-test. Its policy allows this one script and nothing from elsewhere."""

from __future__ import annotations

import html
import json
from typing import Any

from syn0.printers import runtime
from syn0.printers.base import UnsupportedError
from syn0.printers.javascript_module import JavaScriptModule
from syn0.printers.module import Module, Sample, answers_to
from syn0.printers.safe import digest, script_text

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }
h1 { font-size: 1.2rem; }
form { display: grid; gap: .75rem 1.5rem; }
form { grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); }
label { display: flex; flex-direction: column; font-size: .9rem; overflow-wrap: anywhere; }
input, select { font: inherit; padding: .25rem; max-width: 100%; }
output { display: block; border-top: 1px solid #999; margin-top: 2rem; }
output p { font-size: 1.5rem; margin: 1rem 0; overflow-wrap: anywhere; }
th { font-weight: normal; text-align: left; padding-right: 2rem; }
td { padding-right: 1rem; font-variant-numeric: tabular-nums; }
footer { color: #666; font-size: .9rem; margin-top: 2rem; }
@media (prefers-color-scheme: dark) { :root { color-scheme: dark; } footer { color: #aaa; } }
"""

PAGE = """\
<!DOCTYPE html>
<!-- Predicts in any browser that opens it. It needs nothing else, and asks for nothing. -->
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<h1>{title}</h1>
<form></form>
<output></output>
<footer></footer>
<script>{script}</script>
</body>
</html>
"""

MOST_FIELDS = 1000
"""Of a form."""


class HtmlModule(JavaScriptModule):
    """Prints trained models as pages."""

    language, ending, shows = "html", ".html", False

    def predicting(self, module: Module, sample: Sample) -> str:
        """See `ModulePrinter.predicting`."""
        fields = fields_of(module, sample)
        if len(fields) > MOST_FIELDS:
            raise UnsupportedError(
                f"the html printer writes a form of at most {MOST_FIELDS:,} fields, not of "
                f"{len(fields):,}"
            )
        matrix = sample.matrix
        known = {
            "FIELDS": fields,
            "CLASSES": [str(label) for label in module.classes],
            "BY_NAME": bool(module.order),
            "TRIED": list(sample.rows) if matrix is None else matrix.tolist(),
            "EXPECTED": answers_to(module, sample),
        }
        constants = (f"const {name} = JSON.parse({json.dumps(json.dumps(value))});"
                     for name, value in known.items())  # fmt: skip
        code = [
            *self.model(module, "const predict", ["wrong_row"]),
            *constants,
            *runtime.called("page.js", ["page"]),
        ]
        script = script_text("\n" + "\n".join(code) + "\n")
        policy = (
            f"default-src 'none'; script-src '{digest(script)}'; style-src '{digest(STYLE)}'; "
            "img-src data:; base-uri 'none'; form-action 'none'"
        )
        title = html.escape(module.title)
        return PAGE.format(policy=policy, title=title, style=STYLE, script=script)


def fields_of(module: Module, sample: Sample) -> list[dict[str, Any]]:
    """What the form asks for, beginning with a row of the sample in which nothing is missing."""
    if not module.order:
        width = module.given[0].width
        row = [0.0] * width if sample.matrix is None else sample.matrix[0].tolist()
        return [field(f"{place + 1}", value) for place, value in enumerate(row)]
    texts = module.known_texts
    whole = (row for row in sample.rows if None not in row.values())
    start = next(whole, dict.fromkeys(module.order))
    return [
        field(column, start[column], [x for x in texts[given.name] if x] if given.texts else None)
        for column, given, _ in module.columns
    ]


def field(name: str, value: Any, choices: list[str] | None = None) -> dict[str, Any]:
    """One field of the form."""
    found = {"name": name, "value": value, "step": "any"}
    return found if choices is None else {**found, "choices": choices}
