#!/usr/bin/env python3
"""Reads a workbook with openpyxl and holds it against the package that it was made from.

Usage: workbook.py WORKBOOK PACKAGE

What a reader that is not ours sees: the sheets, no formula, every identifier as text, as many rows as the package has, in
its order, and the instant of the audit as the time of its making.
"""

import csv
import json
import re
import sys
from datetime import datetime
from pathlib import Path

import openpyxl

DEVICE = re.compile(r"([0-9A-F]{2}-){7}[0-9A-F]{2}")
FORMS = {
    "device_id": DEVICE,
    "mpan": re.compile(r"[0-9]{13}"),
    "digital_signature_entity": DEVICE,
    "key_agreement_entity": DEVICE,
    "digital_signature_key": re.compile(r"[0-9A-F]{16}"),
    "key_agreement_key": re.compile(r"[0-9A-F]{16}"),
    "observed_at": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z"),
}
MOST_CHARACTERS = 32767


def expect(what, found, expected):
    if found != expected:
        raise SystemExit(f"{what}: found {found!r}, expected {expected!r}")


def plain(value):
    """A value as it was meant: the form has escapes for what XML has no place for, which openpyxl leaves."""
    if not isinstance(value, str):
        return value
    return re.sub("_x([0-9A-F]{4})_", lambda escape: chr(int(escape[1], 16)), value)


def cells(book):
    """The values of each sheet, row by row; checks what holds for each cell."""
    sheets = {}
    for sheet in book:
        rows = []
        for row in sheet.iter_rows():
            for cell in row:
                where = f"{sheet.title}!{cell.coordinate}"
                if cell.data_type not in ("s", "inlineStr", "n"):
                    raise SystemExit(f"{where}: data type {cell.data_type}")
                if cell.value is None:
                    continue
                if cell.hyperlink is not None or cell.is_date:
                    raise SystemExit(f"{where}: a link or a date")
                if not isinstance(cell.value, str) and sheet.title != "Summary":
                    raise SystemExit(f"{where}: {cell.value!r} is no text")
                if isinstance(cell.value, str) and len(cell.value.encode("utf-16-le")) > 2 * MOST_CHARACTERS:
                    raise SystemExit(f"{where}: {len(cell.value)} characters")
            rows.append(tuple(plain(cell.value) for cell in row))
        sheets[sheet.title] = rows
    return sheets


def records(rows):
    header, *body = rows
    records = [dict(zip(header, ("" if value is None else value for value in row))) for row in body]
    for record in records:
        for column, form in FORMS.items():
            value = record.get(column, "")
            if value and not form.fullmatch(value):
                raise SystemExit(f"{column}: {value!r} is no {form.pattern}")
    return records


def findings(package):
    with open(package / "findings.csv", encoding="utf-8", newline="") as file:
        # Only a CSV needs the apostrophe in front of what looks like a formula.
        bare = re.compile(r"'(?=[ \u00a0]*[=+\-@\t\r\n])")
        return [{key: bare.sub("", value, count=1) for key, value in row.items()} for row in csv.DictReader(file)]


def main(workbook, package):
    package = Path(package)
    manifest = json.loads((package / "manifest.json").read_text(encoding="utf-8"))
    # JSON Lines end at LF; other ends of lines may stand in a name.
    lines = (package / "devices.jsonl").read_bytes().split(b"\n")
    devices = [json.loads(line) for line in lines if line]
    to_mend = [row for row in devices if row.get("remedy") is not None]

    book = openpyxl.load_workbook(workbook)
    expect("created", book.properties.created, datetime.fromisoformat(manifest["as_of"].rstrip("Z")))
    sheets = cells(book)
    expect("first sheets", list(sheets)[:2], ["Summary", "Findings"])

    summary = sheets["Summary"]
    expect("as of", summary[0][:2], ("as of", manifest["as_of"]))
    begin = next(number for number, row in enumerate(summary) if row[0] == "dno")
    end = next(number for number, row in enumerate(summary) if number > begin and row[0] == "all")
    expect("meters", summary[end][6], len(devices))
    expect("meters by operator", sum(row[6] for row in summary[begin + 1 : end]), len(devices))
    begin = next(number for number, row in enumerate(summary) if row[0] == "must act")
    owners = {}
    for row in summary[begin + 1 :]:
        if row[0] is None:
            break
        owners[row[3]] = owners.get(row[3], 0) + row[2]
    expect("sheets", sorted(list(sheets)[2:]), sorted(owners))

    by_device = {}
    for name, meters in owners.items():
        found = records(sheets[name])
        expect(f"rows of {name}", len(found), meters)
        by_device.update((record["device_id"], record) for record in found)
    expect("meters to mend", len(by_device), len(to_mend))
    compared = 0
    for row in to_mend:
        record = by_device[row["device_id"]]
        for column, value in [
            ("mpan", row.get("mpan")),
            ("dno", row.get("dno")),
            ("supplier", row.get("supplier")),
            ("model", row.get("model")),
            ("verdict", row["verdict"]),
            ("action", row["remedy"]["action"]),
            ("digital_signature_entity", row["cells"][0].get("entity")),
            ("key_agreement_key", row["cells"][1].get("key")),
        ]:
            expect(f"{row['device_id']} {column}", record[column], value or "")
            compared += 1

    expected = findings(package)
    found = records(sheets["Findings"])
    expect("findings", len(found), len(expected))
    for one, other in zip(found, expected):
        for column, value in other.items():
            expect(f"finding {column}", one[column], value)
            compared += 1
    print(f"{workbook}: {len(sheets)} sheets, {len(by_device)} meters to mend, {len(found)} findings, {compared} cells compared")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(sys.argv[1], sys.argv[2])
