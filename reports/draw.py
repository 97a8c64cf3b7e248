"""The section of a served report in which one draws, and its place in the page."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bench.errors import FolderError
from reports.assets import digest, templates, text_of

POLICY = re.compile(r'(<meta http-equiv="Content-Security-Policy" content=")([^"]*)(">)')
LINK = '<a href="#draw">Draw</a>'


@dataclass(frozen=True)
class Guest:
    """A model that answers, as it is shown."""

    name: str
    family: str
    hue: int


@dataclass(frozen=True)
class Drawing:
    """What the section says and offers.

    Parameters
    ----------
    guests : tuple of Guest
        In the order of the page.
    canvas : tuple of int
        Height and width of what is drawn on, in pixels.
    seen : tuple of int
        Height and width of what the models see.
    plain : bool
        Whether the data's images have a plain background, so that a drawing is fitted to theirs.
    missing : dict of str to tuple of str
        Why models cannot answer -> their names.
    command : str
        What makes them answer.
    obstacle : str
        Why nothing can be drawn, or "".
    """

    guests: tuple[Guest, ...] = ()
    canvas: tuple[int, int] = (1, 1)
    seen: tuple[int, int] = (1, 1)
    plain: bool = True
    missing: dict[str, tuple[str, ...]] = field(default_factory=dict)
    command: str = ""
    obstacle: str = ""


def with_drawing(page: str, drawing: Drawing) -> tuple[str, str]:
    """Return a stored report with the section at its end, and the policy under which it works.

    Parameters
    ----------
    page : str
        As it is stored, which stays as it is.
    drawing : Drawing

    Raises
    ------
    FolderError
        If the page is no report that this version has written.
    """
    head, found, rest = page.partition("</head>")
    policy = POLICY.search(head)
    before, end, after = rest.rpartition("</main>")
    if not (found and end and policy):
        raise FolderError("report.html is no report of this version; write it anew with `bench report`")
    style, script = text_of("styles", "draw.css"), text_of("scripts", "draw.js")
    allowed = _extended(policy[2], style, script)
    section = templates().get_template("draw.html.j2").render(drawing=drawing)
    extra = f"<script>{script}</script>" if drawing.guests else ""
    head = POLICY.sub(lambda match: match[1] + allowed + match[3], head, count=1)
    body = f"{before.replace('</div></nav>', f'{LINK}</div></nav>', 1)}{section}{end}{after}"
    return f"{head}<style>{style}</style>{found}{body.replace('</body>', f'{extra}</body>')}", allowed


def _extended(policy: str, style: str, script: str) -> str:
    """Return a policy that allows one more style sheet and script, and questions to its own server."""
    parts = (part.split() for part in policy.split(";") if part.strip())
    directives = {words[0]: words[1:] for words in parts}
    for name, text in (("style-src", style), ("script-src", script)):
        known = [source for source in directives.get(name, []) if source != "'none'"]
        directives[name] = [*known, f"'sha256-{digest(text)}'"]
    directives["connect-src"] = ["'self'"]
    return "; ".join(" ".join([name, *sources]) for name, sources in directives.items())
