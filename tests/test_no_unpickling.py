"""No file that the project reads is ever unpickled."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = {
    "pickle",
    "cPickle",
    "_pickle",
    "cloudpickle",
    "dill",
    "joblib",
    "shelve",
    "marshal",
    "torch",
    "pandas",
}
READERS = {"load", "loads", "Unpickler", "read_pickle", "open", "jit"}
SOURCES = sorted(
    path for folder in ("bench", "reports", "estimators") for path in (ROOT / folder).rglob("*.py")
)


def unpicklings(text: str) -> list[str]:
    """Return every expression of a program that may unpickle."""
    tree = ast.parse(text)
    names = {
        (name.asname or name.name).split(".")[0]: name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for name in node.names
    }
    return [ast.unparse(node) for node in ast.walk(tree) if _unpickles(node, names)]


def _unpickles(node: ast.AST, names: dict[str, str]) -> bool:
    if isinstance(node, ast.ImportFrom):
        return node.module in MODULES and any(name.name in READERS for name in node.names)
    if isinstance(node, ast.keyword):
        return node.arg == "allow_pickle" and getattr(node.value, "value", True) is not False
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return names.get(node.value.id) in MODULES and node.attr in READERS
    if isinstance(node, ast.Call) and ast.unparse(node.func) in ("np.load", "numpy.load"):
        return "allow_pickle" not in {keyword.arg for keyword in node.keywords}
    return False


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_unpickled(path):
    assert unpicklings(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "text",
    [
        "import pickle\npickle.loads(x)",
        "import pickle as p\np.Unpickler(x)",
        "from joblib import load",
        "import joblib\njoblib.load(x)",
        "import torch\ntorch.load(x)",
        "import pandas as pd\npd.read_pickle(x)",
        "np.load(x)",
        "np.load(x, allow_pickle=True)",
        "np.load(x, allow_pickle=wish)",
    ],
)
def test_the_search_finds_what_unpickles(text):
    assert len(unpicklings(text)) == 1


def test_the_search_lets_pass_what_does_not():
    assert unpicklings("import pickle\npickle.dumps(x)\nnp.load(x, allow_pickle=False)\nopen(x)") == []
