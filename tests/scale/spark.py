#!/usr/bin/env python3
"""Audits an estate in parts under Apache Spark, and joins the reports of the parts into that of one audit.

spark.py INPUTS SHARED PARTS DNOAUDIT [AS_OF]

INPUTS has the files of `dnoaudit demo`. SHARED is a folder that the driver and all workers see under the same path:
SHARED/parts/N gets the files of each part, SHARED/reports/N its report, SHARED/report the joined one. DNOAUDIT is the
command, by a path that workers have too.
"""

import itertools
import os
import pathlib
import subprocess
import sys
import tempfile

from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as f

TABLES = ["estate", "registration", "messages"]


def first_line(path):
    with open(path, encoding="utf-8") as table:
        return table.readline().rstrip("\n")


def rows(spark, path):
    """The rows of a table as they stand there, without the header."""
    lines = spark.read.text(str(path)).withColumnRenamed("value", "row")
    return lines.where(f.col("row") != first_line(path))


def field(number):
    return f.split("row", ",").getItem(number)


def dealt(spark, inputs, parts):
    """Every row with its table and its part: a metering point and all that is known of it has one part."""

    def part_of(key):
        return f.crc32(key.cast("binary")) % parts

    estate = rows(spark, inputs / "estate.csv").withColumn("device", field(0))
    # A device with several rows goes where the first of them says.
    mpan = f.first(field(4)).over(Window.partitionBy("device").orderBy("row"))
    key = f.when(f.length(mpan) == 13, mpan).otherwise(f.col("device"))
    estate = estate.withColumn("part", part_of(key))
    of_device = estate.select("device", "part").distinct()
    registration = rows(spark, inputs / "registration.csv").withColumn("part", part_of(field(0)))
    messages = rows(spark, inputs / "messages.csv").withColumn("device", field(0))
    messages = messages.join(of_device, "device", "left")
    messages = messages.withColumn("part", f.coalesce("part", part_of(f.col("device"))))
    tables = [estate, registration, messages]
    named = [table.select("part", f.lit(name).alias("table"), "row") for name, table in zip(TABLES, tables)]
    return named[0].unionByName(named[1]).unionByName(named[2])


def put(path, lines):
    """Writes a file beside its place and puts it there: a task may run twice, and at the same time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as new:
        new.writelines(lines)
    os.replace(new.name, path)


def auditor(inputs, shared, headers, dnoaudit, as_of):
    """What a worker does with the rows of a partition, which are sorted by part and table."""

    def audit(partition):
        for part, of_part in itertools.groupby(partition, key=lambda row: row.part):
            folder = shared / "parts" / str(part)
            paths = {table: folder / f"{part}-{table}.csv" for table in TABLES}
            empty = set(TABLES)
            for table, of_table in itertools.groupby(of_part, key=lambda row: row.table):
                put(paths[table], itertools.chain([headers[table]], (row.row + "\n" for row in of_table)))
                empty.remove(table)
            for table in empty:
                put(paths[table], [headers[table]])
            command = [dnoaudit, "--quiet", "audit", "--as-of", as_of]
            command += ["--estate", paths["estate"], "--registration", paths["registration"]]
            command += ["--records", paths["messages"], "--directory", inputs / "directory.toml"]
            command += ["--certificates", inputs / "certificates/bundle.pem"]
            command += ["--trust-anchor", inputs / "trust-anchor.pem"]
            command += ["--fail-on", "never", "--allowed-share", "1", "--out", shared / "reports" / str(part)]
            ended = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
            # A part without any meter is incomplete by itself, and no fault.
            if ended.returncode not in (0, 3):
                raise RuntimeError(f"part {part}: exit code {ended.returncode}: {ended.stderr}")

    return audit


def main():
    inputs, shared, parts, dnoaudit = sys.argv[1:5]
    as_of = sys.argv[5] if len(sys.argv) > 5 else "2026-01-01T00:00:00Z"
    inputs, shared = pathlib.Path(inputs).resolve(), pathlib.Path(shared).resolve()
    parts, dnoaudit = int(parts), str(pathlib.Path(dnoaudit).resolve())
    if (shared / "reports").exists():
        sys.exit(f"{shared}/reports: exists; parts of another run would be joined with those of this one")
    headers = {table: first_line(inputs / f"{table}.csv") + "\n" for table in TABLES}
    spark = SparkSession.builder.appName("dnoaudit").getOrCreate()
    ordered = dealt(spark, inputs, parts).repartition(parts, "part").sortWithinPartitions("part", "table", "row")
    ordered.foreachPartition(auditor(inputs, shared, headers, dnoaudit, as_of))
    spark.stop()
    reports = sorted((shared / "reports").iterdir())
    merge = [dnoaudit, "merge", *reports, "--out", shared / "report", "--inputs", shared / "parts"]
    return subprocess.run(merge, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
