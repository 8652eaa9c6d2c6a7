"""What was measured, as Markdown: the figures, and each ratio beside its bound."""

import datetime
import os
import platform
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from process import Run

CORES = 2
TWO_THREADS, ONE_THREAD, SHA256 = "dnoaudit", "dnoaudit, one thread", "SHA-256 of the inputs"
# Bounds begin at the first size; the time for certificates and for starting a program counts for too much below.
LARGE, NATIONAL = 3_000_000, 30_000_000


class Measured(NamedTuple):
    """One estate, the size of its inputs and of the report on it, and the runs of each program on it."""

    meters: int
    form: str
    inputs: int
    report: int
    runs: dict[str, list[Run]]

    def median(self, program: str) -> Run | None:
        """The medians of a program's runs; None if it did not run or did not finish."""
        runs = self.runs.get(program)
        return Run(*(statistics.median(values) for values in zip(*runs, strict=True))) if runs else None


class Ratio(NamedTuple):
    """Something that has a bound, at least for some sizes."""

    what: str
    value: float
    unit: str = ""
    bound: float | None = None
    is_least: bool = False

    def cells(self) -> str:
        """The cells of its row."""
        shown, met = "–", ""
        if self.bound is not None:
            shown = f"{'≥' if self.is_least else '≤'} {number(self.bound)}{self.unit}"
            is_met = self.value >= self.bound if self.is_least else self.value <= self.bound
            met = "met" if is_met else "missed"
        return f"{self.what} | {number(self.value)}{self.unit} | {shown} | {met}"


def account(estates: list[Measured], versions: str, load: float) -> str:
    """Everything that was measured."""
    loaded = f", load {load:.1f} when the run began" if load > 1 else ""
    return "\n".join(
        [
            f"{datetime.date.today().isoformat()}, {machine()}{loaded}.",
            f"{versions}, Python {platform.python_version()}.",
            "",
            "| meters | form | inputs | report | rounds |",
            "| ---: | --- | ---: | ---: | ---: |",
            *map(sizes, estates),
            "",
            "| meters | form | program | wall | CPU | peak memory |",
            "| ---: | --- | --- | ---: | ---: | ---: |",
            *(row for estate in estates for row in figures(estate)),
            "",
            "| meters | form | what | measured | bound | |",
            "| ---: | --- | --- | ---: | ---: | --- |",
            *(
                f"| {estate.meters:,} | {estate.form} | {ratio.cells()} |"
                for place, estate in enumerate(estates)
                for ratio in (*ratios(estate), *growth(estates[:place], estate))
            ),
        ]
    )


def sizes(estate: Measured) -> str:
    """The row of an estate."""
    rounds = len(estate.runs[TWO_THREADS])
    inputs, report = (f"{octets / 1e6:,.0f} MB" for octets in (estate.inputs, estate.report))
    return f"| {estate.meters:,} | {estate.form} | {inputs} | {report} | {rounds} |"


def figures(estate: Measured) -> Iterator[str]:
    """A row for each program."""
    for program in estate.runs:
        median = estate.median(program)
        took = "not finished | | "
        if median:
            took = f"{median.wall:.2f} s | {median.cpu:.2f} s | {median.peak / 2**20:,.0f} MiB"
        yield f"| {estate.meters:,} | {estate.form} | {program} | {took} |"


def ratios(estate: Measured) -> Iterator[Ratio]:
    """What is bounded of one estate."""
    two, one, sha256 = (estate.median(program) for program in (TWO_THREADS, ONE_THREAD, SHA256))
    if not two or not one or not sha256:
        return
    large, national = (
        (lambda bound, least=least: bound if estate.meters >= least else None) for least in (LARGE, NATIONAL)
    )
    compared = estate.form == "cells-2"
    if duckdb := estate.median("DuckDB"):
        bound = national(1 / 3) or large(1 / 2)
        yield Ratio("wall to DuckDB's", two.wall / duckdb.wall, bound=bound if compared else None)
        if national(True) and compared:
            yield Ratio("wall where DuckDB takes 47 s", two.wall / duckdb.wall * 47, " s", 25)
        peak = two.peak / duckdb.peak
        yield Ratio("peak memory to DuckDB's", peak, bound=national(1 / 4) if compared else None)
    if polars := estate.median("polars"):
        yield Ratio("wall to polars'", two.wall / polars.wall)
    if pandas := estate.median("pandas"):
        yield Ratio("wall to pandas'", two.wall / pandas.wall, bound=large(1 / 15) if compared else None)
    yield Ratio("peak memory", two.peak / 2**30, " GiB", national(3))
    if estate.form == "hex":
        yield Ratio("wall in proportion to 30 million", two.wall * NATIONAL / estate.meters, " s", large(30))
    yield Ratio("two threads against one", one.wall / two.wall, " times", large(1.7), is_least=True)
    yield Ratio("CPU of two threads to that of one", two.cpu / one.cpu, bound=large(1.15))
    floor = max(sha256.wall, two.cpu / CORES)
    yield Ratio("wall to max(SHA-256, CPU / 2)", two.wall / floor, bound=large(1.5))


def growth(before: list[Measured], estate: Measured) -> Iterator[Ratio]:
    """The wall time against that of the next smaller estate of the same form, of those that were measured before."""
    smaller = next((other for other in reversed(before) if other.form == estate.form), None)
    ours, theirs = estate.median(TWO_THREADS), smaller and smaller.median(TWO_THREADS)
    if smaller and ours and theirs:
        # 12 times for ten times the meters, and in proportion.
        bound = estate.meters / smaller.meters * 1.2 if smaller.meters >= LARGE else None
        yield Ratio(f"wall to that of {smaller.meters:,}", ours.wall / theirs.wall, " times", bound)


def number(value: float) -> str:
    """Three digits that count."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def machine() -> str:
    """The machine, as the system tells it, without its name."""
    models = [line.partition(":")[2].strip() for line in lines("/proc/cpuinfo") if line.startswith("model name")]
    memory = next(int(line.split()[1]) for line in lines("/proc/meminfo") if line.startswith("MemTotal"))
    cores = f"{len(os.sched_getaffinity(0))} of {os.cpu_count()} cores"
    return f"{cores}, {(models or [platform.machine()])[0]}, {memory / 2**20:.0f} GiB of memory, Linux"


def lines(path: str) -> list[str]:
    """The lines of a file of the kernel."""
    return Path(path).read_text(encoding="utf-8").splitlines()
