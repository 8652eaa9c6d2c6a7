#!/usr/bin/env bash
# Fills corpus/<target>/ with the test data of the repository, and with reference files where there are some.
set -euo pipefail
shopt -s nullglob
cd "$(dirname "${BASH_SOURCE[0]}")"

data=../testdata
reference=../../shared/reference

# copy TARGET FILE...: seeds are named by their content, as libFuzzer names its own finds.
copy() {
    local target=$1 file
    shift
    mkdir -p "corpus/$target"
    for file in "$@"; do
        cp -- "$file" "corpus/$target/$(sha1sum <"$file" | cut -d' ' -f1)"
    done
}

# binary FILE...: one seed for each line of hex.
binary() {
    local scratch digits
    scratch=$(mktemp)
    mkdir -p corpus/message
    for file in "$@"; do
        while IFS= read -r line || [[ -n $line ]]; do
            digits=$(tr -cd '0-9A-Fa-f' <<<"$line" | tr a-f A-F)
            [[ $line == D* || $line == d* ]] && ((${#digits} % 2 == 0)) || continue
            basenc --base16 --decode <<<"$digits" >"$scratch"
            copy message "$scratch"
        done <"$file"
    done
    rm -f "$scratch"
}

hex=("$data"/records/gbcs/*.hex "$reference"/messages/*.HEX)
binary "${hex[@]}"
copy certificate "$data"/pki/*.{der,pem,crl} "$data"/pki/defects/* "$reference"/certificates/*.pem
copy crl "$data"/pki/*.crl "$data"/cases/*/*.crl
copy records "${hex[@]}" "$data"/records/{cells,messages}-csv/*.csv corpus/message/*
copy estate "$data"/records/{estate,registration}-csv/*.csv
copy jsonl "$data"/records/tables/*.jsonl
copy sheet "$data"/records/tables/*.{xlsx,ods}
copy parquet "$data"/records/tables/*.parquet
copy directory "$data"/directory.toml
copy xml "$data"/records/{duis,mmc}/*.xml "$data"/pki/repository/*.xml "$reference"/duis/*
copy containers "$data"/records/packed/*
copy waivers "$data"/waivers.toml
for file in "$data"/golden/format-1/*/*; do
    case $file in
    *.jsonl) head -n 3 "$file" >corpus/lines && copy package corpus/lines && rm corpus/lines ;;
    *) copy package "$file" ;;
    esac
done

for target in corpus/*/; do
    seeds=("$target"*)
    echo "${#seeds[@]} seeds in fuzz/$target"
    ((${#seeds[@]} > 0))
done
