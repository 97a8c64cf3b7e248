"""The one look of all figures, and figures as markup that stands alone inside a page."""

from __future__ import annotations

import base64
import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Iterable

SIZE = (4.6, 3.4)
INK = "#1f2733"
MUTED = "#667085"
FAINT = "#c3cad5"
NEUTRAL = "#8fa0b8"
GRID = "#e8ebf0"
# Okabe and Ito's colours without yellow, then Tol's muted ones: told apart by colour-blind readers. The last
# row is for runs of more than a dozen models, whose curves are told apart by their dashes too.
PALETTE = (
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9",
    "#882255", "#117733", "#332288", "#999933", "#44aa99", "#6b7280",
    "#aa4499", "#661100", "#6699cc", "#b8860b", "#e0607e", "#2f4f4f",
)  # fmt: skip
# The same hues, light enough for a dark page.
DARK_PALETTE = (
    "#4aa3df", "#f08c3c", "#3cc79b", "#e09bc2", "#f0b63a", "#7cc8f2",
    "#d0639b", "#4fb574", "#9388e8", "#c2c25e", "#66ccbb", "#a3acba",
    "#d67cc8", "#d4785f", "#8cb8e6", "#dcb04a", "#f08aa2", "#8fb5b5",
)  # fmt: skip
# What the page's style sheet makes of a figure's own colours, so that figures follow its theme.
_ROLES = {
    INK: "--ink",
    MUTED: "--soft",
    FAINT: "--rule",
    GRID: "--line",
    "#ffffff": "--card",
    "white": "--card",
}

_RC = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 8,
    "text.color": INK,
    "text.parse_math": False,
    "text.usetex": False,
    "axes.axisbelow": True,
    "axes.edgecolor": FAINT,
    "axes.facecolor": "none",
    "axes.formatter.use_mathtext": False,
    "axes.grid": True,
    "axes.labelcolor": MUTED,
    "axes.labelsize": 8,
    "axes.linewidth": 0.8,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.facecolor": "none",
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "legend.fontsize": 7.5,
    "legend.edgecolor": "none",
    "legend.facecolor": "white",
    "legend.framealpha": 0.85,
    "lines.linewidth": 1.5,
    "lines.solid_capstyle": "round",
    "savefig.facecolor": "none",
    "svg.fonttype": "none",
    "xtick.color": FAINT,
    "xtick.labelcolor": MUTED,
    "xtick.labelsize": 7.5,
    "xtick.minor.size": 0,
    "ytick.color": FAINT,
    "ytick.labelcolor": MUTED,
    "ytick.labelsize": 7.5,
    "ytick.minor.size": 0,
}


def hue(colour: str) -> str:
    """Return the class by which the page's style sheet gives an element this colour of the palette."""
    return f"hue-{PALETTE.index(colour)}"


def hues_of(names: Iterable[str]) -> dict[str, int]:
    """Return the place of each model's colour in the palette; the same wherever the run's order is given."""
    return {name: i % len(PALETTE) for i, name in enumerate(names)}


def hues() -> str:
    """Return the part of the style sheet that is about colours: of models, and of figures in the dark."""
    both = list(enumerate(zip(PALETTE, DARK_PALETTE, strict=True)))
    variables = "".join(f" --hue-{i}: light-dark({light}, {dark});" for i, (light, dark) in both)
    marks = [f".hue-{i} {{ background: var(--hue-{i}); }}" for i in range(len(PALETTE))]
    roles = _ROLES | {colour: f"--hue-{i}" for i, colour in enumerate(PALETTE)}
    drawn = [
        f'.picture svg [{part}="{colour}"] {{ {part}: var({role}); }}'
        for colour, role in roles.items()
        for part in ("fill", "stroke")
    ]
    return "\n".join([f":root {{{variables} }}", *marks, *drawn])


@contextmanager
def applied() -> Iterator[None]:
    """Draw under the theme; matplotlib's settings are as before afterwards.

    The reader's browser, not matplotlib, chooses the glyphs of the SVG text, so that a glyph that
    matplotlib lacks is no reason to warn.
    """
    with mpl.rc_context(_RC), warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Glyph .* missing from", UserWarning)
        yield


def figure(size: tuple[float, float] = SIZE) -> Figure:
    """Return an empty figure that pyplot does not know of; `size` in inches."""
    drawing = Figure(figsize=size)
    FigureCanvasAgg(drawing)
    return drawing


def svg(drawing: Figure, name: str, label: str) -> str:
    """Return a figure as one ``<svg>`` element for the inside of an HTML page.

    Parameters
    ----------
    drawing : Figure
    name : str
        Unique on the page: all ids derive from it.
    label : str
        Text alternative.

    Returns
    -------
    str
        Without prolog, metadata, style element, namespaces or ids that nothing refers to.
    """
    buffer = io.StringIO()
    # Laid out only now: seaborn draws its heat maps once on its own, which would cost a layout each.
    drawing.set_layout_engine("constrained")
    with mpl.rc_context({"svg.hashsalt": name}):
        drawing.savefig(buffer, format="svg", metadata={"Date": None})
    root = ElementTree.fromstring(buffer.getvalue())
    _simplify(root)
    root.attrib |= {"role": "img", "aria-label": label}
    root.attrib |= {"stroke-linejoin": "round", "stroke-linecap": "butt"}
    return ElementTree.tostring(root, encoding="unicode")


def png(pixels: np.ndarray) -> str:
    """Return an image as a data URI.

    Parameters
    ----------
    pixels : ndarray of shape (height, width) or (height, width, 3), uint8
    """
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "png")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def _simplify(root: ElementTree.Element) -> None:
    for unwanted in ("width", "height", "version"):
        root.attrib.pop(unwanted, None)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag.endswith(("}metadata", "}style")):
                parent.remove(child)
    elements = list(root.iter())
    for element in elements:
        _plain_names(element)
    used = set(_references(elements))
    for element in elements:
        if element.get("id") not in used:
            element.attrib.pop("id", None)


def _plain_names(element: ElementTree.Element) -> None:
    element.tag = element.tag.split("}")[-1]
    element.attrib = {name.split("}")[-1]: value for name, value in element.attrib.items()}
    if "d" in element.attrib:
        element.set("d", " ".join(re.sub(r"(\.\d\d)\d+", r"\1", element.attrib["d"]).split()))
    # The page's policy allows no style but its own sheet; an SVG says the same by attributes.
    for declaration in re.sub(r"'[^']*'(, )?", "", element.attrib.pop("style", "")).split(";"):
        name, _, value = declaration.partition(":")
        element.attrib |= _attributes(name.strip(), value.strip())
    element.tail = None
    if element.tag not in ("text", "tspan"):
        element.text = None


def _attributes(name: str, value: str) -> dict[str, str]:
    """Return a declaration of a style as attributes; only the shorthand of fonts has another name there."""
    if name == "font":
        return dict(zip(("font-size", "font-family"), value.split()[-2:], strict=True))
    return {name: value} if name else {}


def _references(elements: Iterable[ElementTree.Element]) -> Iterator[str]:
    for element in elements:
        for value in element.attrib.values():
            yield from re.findall(r"url\(#([^)]+)\)", value)
        yield element.get("href", "").removeprefix("#")
