"""Style sheet, scripts, templates and the policy of the page: all of them inside it."""

from __future__ import annotations

import base64
import hashlib
import importlib.resources

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from reports.payload import embedded
from reports.theme import hue, hues
from reports.wording import counted, visible

# In the order of the page; a later file may use what an earlier one defines.
STYLES = (
    "base", "figures", "chart", "curves", "matrix", "board", "cost", "compare", "models", "anatomy",
    "gallery", "tuning", "warnings", "media",
)  # fmt: skip
SCRIPTS = (
    "core", "theme", "board", "cost", "chart", "atlas", "gallery", "curves", "compare", "matrix", "models",
    "wrong", "errors", "ready",
)  # fmt: skip


def templates() -> Environment:
    """Return the page's templates, in which every text is visible and escaped.

    Their globals are `style` and `script`, whole, and `policy`, which allows these two by their hashes.
    """
    found = Environment(
        loader=FunctionLoader(lambda name: text_of("templates", name)),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: visible(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = "\n".join([hues(), *(text_of("styles", f"{name}.css") for name in STYLES)])
    script = "\n".join(text_of("scripts", f"{name}.js") for name in SCRIPTS)
    found.filters |= {"counted": counted, "hue": hue, "embedded": embedded}
    parts = {"style": style, "script": script, "policy": policy(style, script)}
    found.globals |= {name: Markup(text) for name, text in parts.items()}
    return found


def policy(style: str, script: str, **more: str) -> str:
    """Return a Content-Security-Policy: this style sheet, this script, images inside, nothing else.

    Parameters
    ----------
    style, script : str
        Content of the elements, to the byte.
    **more : str
        Further directives, underscores for hyphens, such as ``connect_src="'self'"``.
    """
    directives = {
        "default-src": "'none'",
        "img-src": "data:",
        "style-src": f"'sha256-{digest(style)}'",
        "script-src": f"'sha256-{digest(script)}'",
        "base-uri": "'none'",
        "form-action": "'none'",
    } | {name.replace("_", "-"): value for name, value in more.items()}
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def digest(text: str) -> str:
    """Return what a policy allows a text by: its SHA-256 in base 64."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def text_of(folder: str, name: str) -> str:
    """Return a file that the package ships."""
    return importlib.resources.files("reports").joinpath(folder, name).read_text(encoding="utf-8")
