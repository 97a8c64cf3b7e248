"""What stored out-of-fold scores prove: pure functions over what models said about the same rows.

Nothing here fits, reads a file or draws. Functions take an `OutOfFold`, or plain arrays, and return tidy
frames.
"""

from bench.evidence.out_of_fold import OutOfFold

__all__ = ["OutOfFold"]
