#!/usr/bin/env bash
# Holds the recipe for Spark to what it is for: an estate audited in parts gives the report of one audit of all of it.
# usage: check.sh DNOAUDIT. Needs python3 with pyspark, and Java.
set -euo pipefail
dnoaudit=$(realpath "$1")
scale=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

"$dnoaudit" --quiet demo --devices 3000 --out demo >/dev/null
python3 "$scale/spark.py" demo shared 5 "$dnoaudit"
"$dnoaudit" --quiet audit --estate shared/parts/*/*-estate.csv --registration shared/parts/*/*-registration.csv \
    --records shared/parts/*/*-messages.csv --certificates demo/certificates/bundle.pem \
    --trust-anchor demo/trust-anchor.pem --directory demo/directory.toml --as-of 2026-01-01T00:00:00Z \
    --fail-on never --allowed-share 1 --out whole >/dev/null
diff -r whole shared/report
"$dnoaudit" --quiet verify shared/report --inputs "$scratch" >/dev/null
parts=(shared/reports/*)
((${#parts[@]} == 5))
echo "Spark: the reports of ${#parts[@]} parts are, joined, that of one audit"
