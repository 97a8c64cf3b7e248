"""A kit of csv files whose lines are odd: their ends, blank ones, immense ones, and few of many columns."""

import pytest
from kit import cases, check, table

from bench.datasets import load
from bench.errors import DataError

TWO = [[1.0], [2.0]]
AB = ["a", "b"]
ROWS = "label,x\na,1\nb,2\n"

GOOD = [
    table("blank line of a carriage return", "id,label,x\n1,a,1\n\r,b,2\n", X=TWO, y=AB),
    table("carriage returns and quotes", 'id,label,x\r"1",a,1\r\r,"b\r""c""",2\r', X=TWO, y=["a", 'b\r"c"']),
    table("blank quotes before the head", '\ufeff""\n" "\nlabel,0\na,1\nb,2\n', X=TWO, y=AB),
]

REFUSED = [
    table("number of many digits and a letter", f"label,x\na,1\nb,{'1' * 100_000}x\n", "holds '111"),
    table("name of many digits and a letter", f"{'1' * 100_000}x,a,label\n0,1,2\n1,2,3\n", "has 1; use"),
    table(
        "truth values and carriage returns", "label,x\ra,True\rb,False\n", "line 2, column 'x' holds 'True'"
    ),
    table("field lost after a blank line", "id,label,x\r1,a,3\r\r,a,b,4\r2,b,5\r", "line 4 has 4 fields"),
    table("field lost and quotes", 'id,label,x\r1,a,3\r\r,"a",b,4\r2,b,5\r', "line 4 has 4 fields"),
    table("form feed before the head", "\f" + "\n" + ROWS, "column 1 has no name"),
    table("odd space before the head", "\u00a0\nlabel,0,1\na,5,6\nb,7,8\n", "column 1 has no name"),
    table("form feed between rows", "x,label\n1,a\n\f\n2,b\n", "line 3 has 1 fields"),
    table("form feed before ids", "id,label\n1,a\n\v\n2,b\n", "has no column beside its label"),
    table("commas without end", "," * 1_000_000, "has a line of 1,000,001 columns where 200,000 can be read"),
    table("commas without end in a row", ROWS + "," * 200_000 + "\n", "has a line of 200,001 columns"),
    table(
        "padded labels", f"label,x\n{'a' * 256},1\n" + "b,2\n" * 300_000, "too much to be kept; shorten it"
    ),
]


@cases(*GOOD)
def test_what_is_meant_is_read(case, tmp_path):
    check(case, tmp_path)


@cases(*REFUSED)
def test_what_is_wrong_is_said(case, tmp_path):
    check(case, tmp_path)


def test_few_rows_of_many_columns_are_the_same_data(write_csv):
    header = ["label", *(f"f{number}" for number in range(1_500))]
    rows = [["a", *(f" {number}.5e-1" for number in range(1_500))], ["b\n", *[-0.0] * 1_500]]
    wide, long = (load(write_csv(header, rows * n_copies)) for n_copies in (1, 200))
    assert (wide.X.tolist(), wide.y.tolist()) == (long.X[:2].tolist(), long.y[:2].tolist())
    assert wide.X.dtype == long.X.dtype
    with pytest.raises(DataError, match="line 2, column 'f1499' is empty; make it a finite number"):
        load(write_csv(header, [["a", *[1] * 1_499, ""], rows[1]]))
