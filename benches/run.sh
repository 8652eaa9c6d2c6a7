#!/usr/bin/env bash
# Measures `dnoaudit audit` beside DuckDB, polars and pandas on synthetic estates, and compares their verdicts.
#
# Usage: benches/run.sh [METERS...] [--rounds N] [--binaries FOLDER] [--write]
#
# METERS are 300000 and 3000000 if not said; 30000000 needs some 49 GB of free disk. --binaries takes dnoaudit and testgen of
# a folder in place of building them. --write puts the figures into benches/estate.md too. See that page.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
benches/environment.sh
case " $* " in
    *' --binaries'*) ;;
    *)
        cargo build --release --locked --package dno-audit-cli --bin dnoaudit
        cargo build --release --locked --package dno-audit-testkit --bin testgen
        ;;
esac
PYTHONDONTWRITEBYTECODE=1 exec target/benches/python/bin/python benches/estate.py "$@"
