"""Measures the audit of synthetic estates beside other tools, and compares the verdicts of all. See estate.md.

In: sizes of estates. Out: a Markdown account on standard output, progress on standard error. Run by run.sh.
"""

import argparse
import csv
import fcntl
import importlib.metadata
import itertools
import json
import os
import shutil
import sys
from pathlib import Path

from account import CORES, LARGE, ONE_THREAD, SHA256, TWO_THREADS, Measured, account
from process import Failed, Run, emptied, measured, output, said
from verdicts import compare, write_verdicts

HERE = Path(__file__).resolve().parent
TARGET = HERE.parent / "target"
WORK = TARGET / "benches"
REPORT = WORK / "report"
SCRATCH = WORK / "scratch"
THEIRS = SCRATCH / "verdicts.csv"
OURS = WORK / "verdicts.csv"
CERTIFICATES = WORK / "certificates.csv"
AS_OF = "2026-01-01T00:00:00Z"
# Each tool by its name, with its package and the stem of its script.
TOOLS = {"DuckDB": "duckdb", "polars": "polars", "pandas": "pandas"}
# Estates up to this size are kept for the next run; a greater one is removed when it was measured, and pandas, which
# holds every row as it is, is left out.
KEPT = LARGE
# Octets for each meter, rounded up: inputs by form, a report, and the verdicts while they are sorted.
OCTETS = {"cells-2": 390, "cells-10": 1_450, "hex": 380, "report": 1_120, "beside": 100}


def main() -> None:
    """Measures every size and prints the account."""
    parser = argparse.ArgumentParser(prog="benches/run.sh", description=__doc__)
    parser.add_argument("meters", nargs="*", type=int, default=[300_000, 3_000_000])
    parser.add_argument("--rounds", type=int, help="3 if not said, and 1 above three million meters")
    parser.add_argument("--binaries", type=Path, default=TARGET / "release", help="folder of dnoaudit and testgen")
    parser.add_argument("--write", action="store_true", help="put the figures into estate.md too")
    given = parser.parse_args()
    sizes = sorted(set(given.meters))
    if sizes[0] < 1 or (given.rounds is not None and given.rounds < 1):
        parser.error("numbers of meters and rounds are at least 1")
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    WORK.mkdir(parents=True, exist_ok=True)
    # Held until the process ends. Two runs would take each other's files and time.
    lock = open(WORK / "lock", "w", encoding="ascii")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Failed("another run is at work in target/benches") from None
    check_disk(sizes)
    binaries, load = given.binaries.resolve(), os.getloadavg()[0]
    try:
        estates = [
            measure(binaries, meters, form, given.rounds or (3 if meters <= KEPT else 1))
            for meters, form in estates_of(sizes)
        ]
    finally:
        shutil.rmtree(REPORT, ignore_errors=True)
        shutil.rmtree(SCRATCH, ignore_errors=True)
    versions = [f"{tool} {importlib.metadata.version(package)}" for tool, package in TOOLS.items()]
    versions.insert(0, output([binaries / "dnoaudit", "--version"]).strip())
    text = account(estates, ", ".join(versions), load)
    print(text)
    if given.write:
        write_figures(text)


def estates_of(sizes: list[int]) -> list[tuple[int, str]]:
    """The estates to measure, by size and form: one with ten cells to a meter, unless all are too large for that."""
    estates = [(size, form) for size in sizes for form in ("cells-2", "hex")]
    if sizes[0] <= KEPT:
        estates.insert(1, (sizes[0], "cells-10"))
    return estates


def check_disk(sizes: list[int]) -> None:
    """Refuses sizes for which there is not enough free disk."""
    kept = [(size, form) for size, form in estates_of(sizes) if size <= KEPT]
    needed = sum(size * OCTETS[form] for size, form in kept if not folder(size, form).exists())
    needed += sizes[-1] * (OCTETS["report"] + OCTETS["beside"])
    if sizes[-1] > KEPT:
        needed += sizes[-1] * max(OCTETS["cells-2"], OCTETS["hex"])
    free = shutil.disk_usage(WORK).free
    if free < needed:
        raise Failed(f"{needed / 1e9:.1f} GB of free disk are needed, and there are {free / 1e9:.1f} GB")


def folder(meters: int, form: str) -> Path:
    """Where an estate lies."""
    return WORK / f"estate-{meters}-{form}"


def measure(binaries: Path, meters: int, form: str, rounds: int) -> Measured:
    """Measures all programs on one estate, in turn, and compares what they say."""
    estate = made(binaries / "testgen", meters, form)
    emptied(SCRATCH)
    if form != "hex":
        write_certificates(binaries / "dnoaudit", estate)
    inputs = sorted(path for path in estate.rglob("*") if path.is_file())
    programs = commands(binaries / "dnoaudit", meters, form, estate, inputs)
    runs: dict[str, list[Run]] = {program: [] for program in programs}
    seal, report = None, 0
    for number in range(rounds):
        for program, command in programs.items():
            if len(runs[program]) < number:
                continue  # It did not finish in an earlier round and would not in this one.
            shutil.rmtree(REPORT, ignore_errors=True)
            THEIRS.unlink(missing_ok=True)
            done = measured(command, inputs, SCRATCH)
            took = f"{done[0].wall:.2f} s" if done else "killed"
            said(f"{meters} meters, {form}, round {number + 1}: {program}, {took}")
            if done is None and program in TOOLS:
                continue
            if done is None:
                raise Failed(f"{program} was killed, most likely because memory ran out")
            run, printed = done
            runs[program].append(run)
            if program in TOOLS:
                compare(OURS, THEIRS, program)
            elif program in (TWO_THREADS, ONE_THREAD):
                # The audit prints the digest of its manifest, and has to make the same report every time.
                if seal is None:
                    seal, report = printed, sum(path.stat().st_size for path in REPORT.iterdir())
                    write_verdicts(REPORT / "devices.jsonl", OURS, SCRATCH)
                elif seal != printed:
                    raise Failed(f"{program} made another report than the run before it")
    octets = sum(path.stat().st_size for path in inputs)
    if meters > KEPT:
        shutil.rmtree(estate)
    return Measured(meters, form, octets, report, runs)


def made(testgen: Path, meters: int, form: str) -> Path:
    """The folder of an estate, which is made if it is not there."""
    place = folder(meters, form)
    # One that an earlier testgen made may be another estate.
    if place.exists() and place.stat().st_mtime < testgen.stat().st_mtime:
        shutil.rmtree(place)
    if not place.exists():
        said(f"makes {meters} meters, {form}")
        part = emptied(place.with_suffix(".part"))
        kind = ["--form", "hex"] if form == "hex" else ["--cells-per-device", form.removeprefix("cells-")]
        output([testgen, "estate", part, "--devices", str(meters), *kind])
        part.rename(place)
    return place


def write_certificates(dnoaudit: Path, estate: Path) -> None:
    """Writes the table of certificates that the tools join with, out of the report on one meter of the estate.

    Every estate has the same certificates, and a report tells of all of them.
    """
    few = emptied(SCRATCH / "few")
    for name in ("certificates", "trust-anchor.pem", "directory.toml"):
        (few / name).symlink_to(estate / name)
    for name in ("cells.csv", "estate.csv", "registration.csv"):
        with open(estate / name, "rb") as whole:
            (few / name).write_bytes(b"".join(itertools.islice(whole, 2)))
    shutil.rmtree(REPORT, ignore_errors=True)
    output([dnoaudit, "audit", "--config", config(few)])
    with (
        open(REPORT / "certificates.jsonl", encoding="utf-8") as rows,
        open(CERTIFICATES, "w", encoding="utf-8", newline="") as file,
    ):
        table = csv.writer(file)
        table.writerow(["entity", "key", "usage", "role", "holds"])
        for row in map(json.loads, rows):
            if row["kind"] == "organisation":
                holds = "true" if row["path"] == "holds" else "false"
                held = [row["entity_id"], row["subject_key_identifier"]]
                table.writerows([*held, usage, row["role"]["name"], holds] for usage in row["key_usage"])


def commands(dnoaudit: Path, meters: int, form: str, estate: Path, inputs: list[Path]) -> dict[str, list[str | Path]]:
    """What to measure, in the order in which it takes turns."""
    audit: list[str | Path] = [dnoaudit, "audit", "--quiet", "--config", config(estate)]
    programs: dict[str, list[str | Path]] = {
        TWO_THREADS: [*audit, "--threads", str(CORES)],
        ONE_THREAD: [*audit, "--threads", "1"],
    }
    for tool, stem in TOOLS.items():
        if form != "hex" and (tool != "pandas" or meters <= KEPT):
            script = HERE / "tools" / f"{stem}_audit.py"
            programs[tool] = [sys.executable, script, estate, CERTIFICATES, AS_OF, THEIRS]
    programs[SHA256] = [sys.executable, HERE / "tools" / "sha256.py", *inputs]
    return programs


def config(estate: Path) -> Path:
    """Writes the configuration of an audit. Files of messages tell in their first line when they were observed."""
    records = [f'"{estate / "cells.csv"}"']
    if (estate / "messages").exists():
        records = []
        for path in sorted((estate / "messages").iterdir()):
            with open(path, encoding="ascii") as file:
                _, _, at = file.readline().strip().partition(" = ")
            dated = f', observed_at = "{at}"' if at else ""
            records.append(f'{{ path = "{path}"{dated} }}')
    certificates = [estate / "certificates" / "bundle.pem", *sorted((estate / "certificates").glob("*.crl"))]
    written = SCRATCH / f"{estate.name}.toml"
    written.write_text(
        f"""\
as_of = "{AS_OF}"
out = "{REPORT}"
allowed_share = 1.0

[inputs]
records = [{", ".join(records)}]
certificates = [{", ".join(f'"{path}"' for path in certificates)}]
trust_anchors = ["{estate / "trust-anchor.pem"}"]
estate = ["{estate / "estate.csv"}"]
registration = ["{estate / "registration.csv"}"]
directory = ["{estate / "directory.toml"}"]
""",
        encoding="utf-8",
    )
    return written


def write_figures(text: str) -> None:
    """Puts the figures in the place of those in estate.md."""
    page = HERE / "estate.md"
    heading = "## Figures\n"
    before, found, _ = page.read_text(encoding="utf-8").partition(heading)
    if not found:
        raise Failed(f"{page.name} has no line {heading.strip()!r}")
    page.write_text(f"{before}{heading}\n{text}\n", encoding="utf-8")


if __name__ == "__main__":
    try:
        main()
    except Failed as why:
        sys.exit(f"benches: {why}")
