#!/usr/bin/env bash
# Makes the Python environment of the tools that the audit is compared with, and says why if it can't.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
environment=target/benches/python

if ! python3 -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))'; then
    echo 'benches: python3 of version 3.11 or later with venv is needed' >&2
    exit 1
fi
if ! cmp -s benches/requirements.txt "$environment/requirements.txt"; then
    rm -rf "$environment"
    mkdir -p target/benches
    python3 -m venv "$environment"
    "$environment/bin/python" -m pip install --quiet --disable-pip-version-check --requirement benches/requirements.txt
    cp benches/requirements.txt "$environment/requirements.txt"
fi
