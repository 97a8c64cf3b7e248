"""Data sets of openml.org, through scikit-learn's own downloader and cache."""

from __future__ import annotations

import http.client
import re
import socket
import urllib.error
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from bench.datasets.assemble import Raw
from bench.datasets.columns import as_pixels, convert, dtype_of, ordered, pixels_shape
from bench.datasets.files import one_line
from bench.errors import DataError, EnvironmentProblem

if TYPE_CHECKING:
    import pandas as pd
    from sklearn.utils import Bunch

_CONNECTION_SECONDS = 30.0
_BROKEN = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, EOFError, zlib.error)
_QUOTES = re.compile(r"^'(.*)'$", re.DOTALL)


def read_openml(address: str, label: str | None, *, images: bool) -> Raw:
    """Read ``NAME`` or ``NAME:VERSION`` from scikit-learn's cache, or download it.

    Labels and nominal features that are written as numbers become numbers.

    Parameters
    ----------
    address : str
        Without a version, openml.org's active one.
    label : str or None
        Column of the labels; None for the target that openml.org names.
    images : bool
        Whether the features are pixels whatever their names.

    Raises
    ------
    DataError
        If there is no such data set, or it holds other things than numbers and one label.
    EnvironmentProblem
        If it is neither in the cache nor to be had from the network.
    """
    where = f"openml:{address}"
    bunch = _fetch(where, *_name_and_version(address), label)
    y = _labels(where, bunch)
    features = ordered(list(bunch.data.columns), images=images)
    X = _numbers(where, bunch.data, features)
    if images:
        X, _ = as_pixels(X, None)
    return Raw(
        where=where,
        X=X,
        y=y,
        feature_names=features,
        image_shape=pixels_shape(features),
    )


def _name_and_version(address: str) -> tuple[str, int | str]:
    name, _, version = address.partition(":")
    if not name or not re.fullmatch(r"|0*[1-9]\d{0,8}", version, re.ASCII):
        raise DataError(f"openml:{address}: is no data set's name; write openml:NAME or openml:NAME:VERSION")
    return name, int(version) if version else "active"


def _fetch(where: str, name: str, version: int | str, label: str | None) -> Bunch:
    from sklearn.datasets import fetch_openml

    with _telling(where):
        return fetch_openml(
            name,
            version=version,
            target_column="default-target" if label is None else label,
            as_frame=True,
            n_retries=1,
            delay=0.1,
            # With pandas 3.1 and its own dtypes, scikit-learn 1.9.1 fails on classes that are numbers
            # (scikit-learn pull request 34902) and deletes the cached file.
            read_csv_kwargs={"dtype": None},
        )


@contextmanager
def _telling(where: str) -> Iterator[None]:
    patience = socket.getdefaulttimeout()
    socket.setdefaulttimeout(_CONNECTION_SECONDS)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "A network error occurred", UserWarning)
            warnings.filterwarnings("ignore", "Invalid cache", RuntimeWarning)
            warnings.filterwarnings("ignore", "Columns .* have mixed types")
            yield
    except urllib.error.HTTPError as error:
        found = f"openml.org answered {error.code} ({error.reason})"
        raise EnvironmentProblem(f"{where}: {found}; try again later, or give a file") from error
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
        found = "is not in scikit-learn's cache and openml.org cannot be reached"
        way = "connect to the network, set SCIKIT_LEARN_DATA to a folder that has it, or give a file"
        raise EnvironmentProblem(f"{where}: {found}; {way}") from error
    except OSError as error:
        way = "set SCIKIT_LEARN_DATA to a folder that can be written"
        raise EnvironmentProblem(f"{where}: scikit-learn's cache fails ({one_line(error)}); {way}") from error
    except _BROKEN as error:
        raise DataError(
            f"{where}: cannot be used ({one_line(error)}); check the name or give a file"
        ) from error
    finally:
        socket.setdefaulttimeout(patience)


def _labels(where: str, bunch: Bunch) -> np.ndarray:
    target = bunch.target
    if target is None or target.ndim != 1:
        raise DataError(f"{where}: openml.org names no single label column; name one with --label")
    if target.isna().any():
        raise DataError(
            f"{where}: row {int(target.isna().argmax()) + 1} has no label; give data without gaps"
        )
    values = np.asarray(target)
    if values.dtype.kind not in "iuf":
        return np.array([_QUOTES.sub(r"\1", str(value)) for value in values])
    if not (np.isfinite(values) & (values == np.floor(values)) & (np.abs(values) < 2**63)).all():
        raise DataError(
            f"{where}: the label {target.name!r} is a measure and not a class; name one with --label"
        )
    return values.astype(np.int64)


def _numbers(where: str, frame: pd.DataFrame, features: tuple[str, ...]) -> np.ndarray:
    dtype = dtype_of(features)
    X = np.empty((len(frame), len(features)), dtype=dtype, order="F")
    for position, name in enumerate(features):
        values = frame[name]
        if getattr(values.dtype, "kind", "O") not in "biuf":
            raise DataError(f"{where}: the column {name!r} holds text; only columns of numbers can be used")
        X[:, [position]] = convert(where, [name], values.to_numpy()[:, np.newaxis], dtype)
    return np.ascontiguousarray(X)
