#!/usr/bin/env python3
"""Which types of other crates stand in the public signatures of ours.

In: the folder of rustdoc's JSON, `<crate>.json` for each of CRATES. Out: exit code 1 and a line for each type or trait that is
not allowed, each one that is allowed for nothing, and each error that is not `#[non_exhaustive]`.

Rustdoc leaves out what can't be reached from outside, and its JSON changes with every nightly. All that is used of it is how it
writes a path in a signature, the table of paths, and attributes.
"""

import json
import pathlib
import sys

CRATES = [
    "dno_audit_types",
    "dno_audit_gbcs",
    "dno_audit_smki",
    "dno_audit_intake",
    "dno_audit_audit",
    "dno_audit_report",
    "dno_audit_views",
    "dno_audit",
]

STANDARD = {"std", "core", "alloc"}

# What may stand in a signature, and why: traits of serde, whose promise is as old as ours. They are those of serde_core, which
# serde hands on.
ALLOWED = {
    "serde_core::ser::Serialize": "rows and what came out are written in the user's own form",
    "serde_core::ser::Serializer": "the same, in the method of the trait",
    "serde_core::de::Deserialize": "rows are read back",
    "serde_core::de::Deserializer": "the same, in the method of the trait",
    "serde_core::de::DeserializeOwned": "readers of rows are one for all kinds of them",
}


def paths_in(value):
    """The ids of all paths below a value."""
    if isinstance(value, dict):
        if "path" in value and "id" in value:
            yield value["id"]
        for member in value.values():
            yield from paths_in(member)
    elif isinstance(value, list):
        for member in value:
            yield from paths_in(member)


def is_given_by_compiler(inner):
    """Whether an implementation is one of auto traits, or of a trait for everything: nobody wrote it."""
    implementation = inner.get("impl", {})
    return implementation.get("is_synthetic") or implementation.get("blanket_impl") is not None


def is_open(item):
    return any("non_exhaustive" in json.dumps(attribute) for attribute in item["attrs"])


def main(folder):
    faults, seen, errors, items = [], set(), 0, 0
    for crate in CRATES:
        document = json.loads((folder / f"{crate}.json").read_text())
        table, crates = document["paths"], document["external_crates"]
        names = {0: crate} | {int(number): entry["name"] for number, entry in crates.items()}
        for item in document["index"].values():
            inner = item["inner"]
            if item["crate_id"] != 0 or is_given_by_compiler(inner):
                continue
            items += 1
            name = item["name"] or "impl"
            place = f"{(item['span'] or {}).get('filename', crate)}: {name}"
            if "enum" in inner and name.endswith(("Error", "Fault")):
                errors += 1
                if not is_open(item):
                    faults.append(f"{place} is an error and not #[non_exhaustive]")
            used = set(paths_in(inner)) | ({inner["use"]["id"]} if "use" in inner else set())
            for number in used:
                entry = table.get(str(number))
                if entry is None or names[entry["crate_id"]] in STANDARD | set(CRATES):
                    continue
                path = "::".join(entry["path"])
                seen.add(path)
                if path not in ALLOWED:
                    faults.append(f"{place} shows {path}")
    faults += [f"{path} is allowed and stands nowhere" for path in ALLOWED if path not in seen]
    if items < 1000 or errors < 10:
        faults.append(f"only {items} items and {errors} errors were looked at")
    for fault in sorted(set(faults)):
        print(fault)
    print(f"{items} items, {errors} errors; of other crates: {', '.join(sorted(seen)) or 'nothing'}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
