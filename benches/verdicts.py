"""The verdicts of a report, in the form in which the tools write theirs, and their comparison."""

import filecmp
import itertools
import os
import subprocess
from pathlib import Path

from process import Failed


def write_verdicts(rows: Path, to: Path, scratch: Path) -> None:
    """Writes device and verdict out of the rows of a report, sorted by device."""
    to.write_bytes(b"device_id,verdict\n")
    # Another process, so that the memory of this one stays small: a child's peak is at least its parent's.
    command: list[str | Path] = ["sort", "--temporary-directory", scratch]
    with (
        open(rows, "rb") as lines,
        open(to, "ab") as file,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=file, env=os.environ | {"LC_ALL": "C"}) as sort,
    ):
        assert sort.stdin is not None
        for line in lines:
            sort.stdin.write(member(line, b"device_id") + b"," + member(line, b"verdict") + b"\n")
    if sort.returncode != 0:
        raise Failed(f"sort ended with {sort.returncode}")


def member(row: bytes, name: bytes) -> bytes:
    """The last member of a name in a row, which is a word; far faster than reading the row as JSON."""
    start = row.rindex(b'"' + name + b'":"') + len(name) + 4
    return row[start : row.index(b'"', start)]


def compare(ours: Path, theirs: Path, tool: str) -> None:
    """Fails at the first meter of which a tool says something else."""
    if filecmp.cmp(ours, theirs, shallow=False):
        return
    with open(ours, encoding="ascii") as one, open(theirs, encoding="ascii") as other:
        for left, right in itertools.zip_longest(one, other, fillvalue="nothing"):
            if left != right:
                raise Failed(f"{tool} says {right.strip()} where dnoaudit says {left.strip()}")
