"""What every figure offers: the table that it shows, and the drawing of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from markupsafe import Markup

from reports import theme
from reports.wording import visible

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


class Display(Protocol):
    """A table that can be drawn."""

    def frame(self) -> pd.DataFrame:
        """Return the tidy table behind the figure, with named columns."""

    def plot(self, ax: Axes) -> None:
        """Draw the table on axes."""


@dataclass(frozen=True)
class Picture:
    """A finished figure on the page.

    Parameters
    ----------
    markup : Markup
        Inline SVG.
    title, caption : str
        Plain text above and below it.
    """

    markup: Markup
    title: str
    caption: str = ""


@dataclass(frozen=True)
class Table:
    """A table of display strings; the first column heads its rows.

    Parameters
    ----------
    caption : str
    columns : tuple of str
    rows : tuple of tuple of str
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, caption: str, frame: pd.DataFrame) -> Table:
        """Return a frame of display strings as a table."""
        rows = tuple(tuple(str(value) for value in row) for row in frame.itertuples(index=False))
        return cls(caption, tuple(frame.columns), rows)


def picture(
    plot: Callable[[Axes], Any],
    name: str,
    title: str,
    caption: str = "",
    *,
    about: str = "",
    size: tuple[float, float] = theme.SIZE,
) -> Picture:
    """Draw one set of axes and return it as a picture.

    Parameters
    ----------
    plot : callable
        Usually the bound `plot` of a display.
    name : str
        Unique on the page; the ids inside the SVG derive from it.
    title, caption : str
    about : str
        What the figure shows, for those who cannot see it; the title by default.
    size : tuple of float
        Width and height in inches.
    """
    with theme.applied():
        figure = theme.figure(size)
        plot(figure.subplots())
        markup = theme.svg(figure, name, visible(about or title))
    return Picture(Markup(markup), title, caption)
