"""Runs programs and tells what they took."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple


class Run(NamedTuple):
    """What one run of a program took: seconds, seconds, octets."""

    wall: float
    cpu: float
    peak: int


class Failed(Exception):
    """Something went another way than it must; the message is for whoever started the run."""


def said(what: str) -> None:
    """Progress."""
    print(f"benches: {what}", file=sys.stderr, flush=True)


def output(command: Sequence[str | Path]) -> str:
    """What a command that must succeed prints. An audit with findings ends with 1."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode not in (0, 1):
        raise Failed(f"{command[0]} ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def measured(command: Sequence[str | Path], inputs: Sequence[Path], scratch: Path) -> tuple[Run, str] | None:
    """Runs and measures a program, with the disk at rest and its inputs in the page cache; also what it prints.

    None if it was killed, as the kernel does when memory runs out.
    """
    os.sync()
    read(inputs)
    with open(scratch / "stdout", "wb") as stdout, open(scratch / "stderr", "wb") as stderr:
        began = time.perf_counter()
        child = subprocess.Popen(command, cwd=scratch, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr)
        _, status, used = os.wait4(child.pid, 0)
        wall = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode == -9:
        return None
    # An audit with findings ends with 1.
    if child.returncode not in (0, 1) or (child.returncode == 1 and command[1] != "audit"):
        why = (scratch / "stderr").read_text(encoding="utf-8", errors="replace").strip()
        raise Failed(f"{' '.join(map(str, command))} ended with {child.returncode}: {why[-2000:]}")
    printed = (scratch / "stdout").read_text(encoding="utf-8").strip()
    # Linux tells the peak in KiB.
    return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024), printed


def read(paths: Sequence[Path]) -> None:
    """Reads files to their ends and keeps nothing."""
    buffer = bytearray(1 << 20)
    for path in paths:
        with open(path, "rb", buffering=0) as file:
            while file.readinto(buffer):
                pass


def emptied(folder: Path) -> Path:
    """A folder with nothing in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
