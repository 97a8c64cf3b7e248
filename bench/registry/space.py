"""How a row of the registry writes the dimensions of its search space."""

from bench.records import Parameter, Scalar


def integer(low: int, high: int, *, log: bool = False) -> Parameter:
    """Return a dimension of whole numbers, both ends included."""
    return Parameter("int", low, high, log)


def real(low: float, high: float, *, log: bool = False) -> Parameter:
    """Return a dimension of real numbers."""
    return Parameter("float", low, high, log)


def choice(*values: Scalar) -> Parameter:
    """Return a dimension of unordered values."""
    return Parameter("categorical", choices=values)
