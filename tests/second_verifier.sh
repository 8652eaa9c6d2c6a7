#!/usr/bin/env bash
# Holds the second verifier to real packages and slices, whole and damaged: it has to say yes to each that is whole and no
# to each that is not. usage: second_verifier.sh DNOAUDIT
set -euo pipefail
dnoaudit=$(realpath "$1")
tests=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

second() {
    python3 "$tests/second_verifier.py" "$1" --key "$tests/cli/auditor.pem" >verdict 2>&1
}

whole() {
    second "$1" || { echo "$1 is whole: $(<verdict)"; exit 1; }
    "$dnoaudit" verify "$1" --key "$tests/cli/auditor.pem" >verdict || { cat verdict; exit 1; }
    checked=$((checked + 1))
}

damaged() {
    local first=0 other=0
    second "$1" || first=$?
    "$dnoaudit" verify "$1" --key "$tests/cli/auditor.pem" >/dev/null || other=$?
    ((first == 1 && other == 4)) || { echo "$2: the second verifier ends with $first, dnoaudit with $other"; exit 1; }
    seen=$((seen + 1))
}

checked=0 seen=0
"$dnoaudit" demo --devices 400 --out demo --quiet >/dev/null
printf 'a secret of this run' >run.key
for key in "" "--run-key run.key"; do
    # 3: the demonstration has meters that are not known.
    # shellcheck disable=SC2086
    "$dnoaudit" audit --config demo/audit.toml --out report --quiet --sign-key "$tests/cli/auditor-key.pem" $key \
        >/dev/null || (($? == 3))
    whole report
    # shellcheck disable=SC2086
    "$dnoaudit" merge report --out merged --quiet --sign-key "$tests/cli/auditor-key.pem" $key >/dev/null
    whole merged
    cmp report/manifest.json merged/manifest.json
    for tree in dno supplier; do
        mapfile -t parties < <(sed 's/^{"party":"\([^"]*\)".*/\1/' "report/$tree-leaves.jsonl")
        for party in "${parties[@]}"; do
            "$dnoaudit" slice report "--$tree" "$party" --out "slice-$tree" --quiet >/dev/null
            whole "slice-$tree"
        done
    done
done
"$dnoaudit" slice report --dno LOND --out slice-dno --quiet >/dev/null

for folder in report slice-dno slice-supplier; do
    for file in "$folder"/*; do
        size=$(stat -c %s "$file")
        cp "$file" kept
        for place in 0 $((size / 3)) $((size / 2)) $((size - 1)); do
            ((size > 0)) || continue
            octet=$(od -An -tu1 -j "$place" -N 1 kept | tr -d ' ')
            # shellcheck disable=SC2059
            printf "$(printf '\\%03o' $((octet ^ 1)))" | dd of="$file" bs=1 seek="$place" conv=notrunc status=none
            damaged "$folder" "$file, octet $place"
            cp kept "$file"
        done
        rm "$file"
        damaged "$folder" "$file is gone"
        cp kept "$file"
    done
    : >"$folder/more"
    damaged "$folder" "$folder with a file more"
    rm "$folder/more"
    # A row less, and a row twice.
    cp "$folder/devices.jsonl" kept
    sed -i 1d "$folder/devices.jsonl"
    damaged "$folder" "$folder without its first row"
    sed 1p kept >"$folder/devices.jsonl"
    damaged "$folder" "$folder with its first row twice"
    cp kept "$folder/devices.jsonl"
    whole "$folder"
done
echo "the second verifier: $checked whole and $seen damaged folders told apart"
