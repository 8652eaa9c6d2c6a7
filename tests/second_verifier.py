#!/usr/bin/env python3
"""A second verifier of report packages and slices, written from docs/report-format.md alone.

usage: second_verifier.py FOLDER [--key PUBLIC.pem]

Prints what holds and ends with 0, or says what does not and ends with 1. It uses the standard library, and
`cryptography` for the signature only.
"""

import argparse
import base64
import hashlib
import json
import os
import stat
import sys

VERDICTS = ("correct", "missing", "not-known", "out-of-scope", "wrong")
OUTCOMES = ("duplicate", "not-relevant", "quarantined", "superseded", "used")
PACKAGE = {
    "certificates.jsonl", "configuration.json", "devices.jsonl", "dno-leaves.jsonl", "findings.csv",
    "not-in-estate.jsonl", "quarantine.jsonl", "rules.json", "summary.json", "supplier-leaves.jsonl",
}
SLICE = {"devices.jsonl", "findings.csv", "rules.json", "summary.json"}
NOBODY = {"dno": "unassigned", "supplier": "unknown"}
MAX_LINE = 64 * 1024 * 1024
HEADER = (
    "dno,device_id,mpan,supplier,verdict,severity,rule,title,evidence,rule_remedy,remedy_party,remedy_who,"
    "service_request,action,waiver\r\n"
)


class Bad(Exception):
    """Something does not hold."""


def need(holds, what):
    if not holds:
        raise Bad(what)


# Canonical form


def unique(pairs):
    members = dict(pairs)
    need(len(members) == len(pairs), "a member stands twice")
    return members


def refuse(text):
    raise Bad(f"the number {text} is not whole")


def canonical(value):
    if isinstance(value, dict):
        members = sorted(value.items(), key=lambda member: member[0].encode("utf-16-be"))
        return "{" + ",".join(f"{canonical(name)}:{canonical(item)}" for name, item in members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def parse(octets, where):
    try:
        text = octets.decode("utf-8")
        value = json.loads(text, object_pairs_hook=unique, parse_float=refuse, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise Bad(f"{where}: {error}") from None
    need(canonical(value) == text, f"{where}: not in canonical form")
    return value


def members(value, where, *names):
    need(isinstance(value, dict), f"{where}: no object")
    need(set(value) == set(names), f"{where}: members {sorted(value)}, expected {sorted(names)}")
    return [value[name] for name in names]


def is_count(value):
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 64


def is_digest(value):
    return isinstance(value, str) and len(value) == 64 and set(value) <= set("0123456789abcdef")


# Trees


def leaf_hash(octets):
    return hashlib.sha256(b"\x00" + octets).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """The roots of the full subtrees, with their numbers of leaves."""

    def __init__(self):
        self.full = []
        self.leaves = 0

    def push(self, digest):
        size = 1
        self.leaves += 1
        while self.full and self.full[-1][0] == size:
            digest = node_hash(self.full.pop()[1], digest)
            size *= 2
        self.full.append((size, digest))

    def root(self):
        if not self.full:
            return hashlib.sha256(b"").digest()
        digest = self.full[-1][1]
        for _, left in reversed(self.full[:-1]):
            digest = node_hash(left, digest)
        return digest


def climb(digest, position, size, path):
    """The root to which a path of siblings, the lowest first, leads; by the split of RFC 6962 section 2.1.1."""
    need(0 <= position < size, "no such place in the tree")
    sides = []
    while size > 1:
        left = 1 << ((size - 1).bit_length() - 1)
        if position < left:
            sides.append("right")
            size = left
        else:
            sides.append("left")
            position, size = position - left, size - left
    need(len(sides) == len(path), "the audit path has another length")
    for side, sibling in zip(reversed(sides), path):
        digest = node_hash(digest, sibling) if side == "right" else node_hash(sibling, digest)
    return digest


# Files


def folder_files(folder):
    names = set()
    for entry in os.scandir(folder):
        need(stat.S_ISREG(entry.stat(follow_symlinks=False).st_mode), f"{entry.name} is no regular file")
        names.add(entry.name)
    return names


def whole(folder, name):
    with open(os.path.join(folder, name), "rb") as file:
        return file.read()


def check_entry(folder, name, entry):
    lined = name.endswith(".jsonl")
    where = f"the entry of {name}"
    names = ("bytes", "lines", "sha256") if lined else ("bytes", "sha256")
    members(entry, where, *names)
    digest, size, lines = hashlib.sha256(), 0, 0
    with open(os.path.join(folder, name), "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
            size += len(block)
            lines += block.count(b"\n")
    need(size == entry["bytes"] and digest.hexdigest() == entry["sha256"], f"{name} is not what its digest says")
    need(not lined or lines == entry["lines"], f"{name} has {lines} lines")


def rows(folder, name):
    with open(os.path.join(folder, name), "rb") as file:
        number = 0
        while line := file.readline(MAX_LINE + 1):
            number += 1
            need(line.endswith(b"\n"), f"{name} line {number} is cut short or too long")
            yield number, line[:-1], parse(line[:-1], f"{name} line {number}")


def text_or_null(value):
    return value is None or isinstance(value, str)


class Parties:
    """The rows of each party of a tree."""

    def __init__(self, tree):
        self.tree = tree
        self.trees = {}

    def push(self, row, digest):
        party = row[self.tree] if row[self.tree] is not None else NOBODY[self.tree]
        tree, verdicts = self.trees.setdefault(party, (Tree(), dict.fromkeys(VERDICTS, 0)))
        tree.push(digest)
        verdicts[row["verdict"]] += 1
        return party

    def leaf(self, party):
        tree, verdicts = self.trees[party]
        return {"party": party, "root": tree.root().hex(), "rows": tree.leaves, "verdicts": verdicts}


def device_rows(folder):
    """Rows in order: by expected party, then by device, each device once."""
    before = ("", "")
    for number, octets, row in rows(folder, "devices.jsonl"):
        where = f"devices.jsonl line {number}"
        need(isinstance(row, dict), f"{where}: no object")
        need(text_or_null(row.get("dno")) and text_or_null(row.get("supplier")), f"{where}: party")
        need(row.get("verdict") in VERDICTS and isinstance(row.get("device_id"), str), f"{where}: verdict or device")
        row.setdefault("dno", None)
        row.setdefault("supplier", None)
        place = (row["dno"] if row["dno"] is not None else NOBODY["dno"], row["device_id"])
        need(place > before, f"{where}: out of order, or a device twice")
        before = place
        yield octets, row


# What both have


def check_manifest(octets):
    manifest = parse(octets, "manifest.json")
    need(isinstance(manifest, dict), "manifest.json: no object")
    need(manifest.get("format") == "dno-audit report" and manifest.get("format_version") == 1, "another format")
    members(
        manifest, "manifest.json", "as_of", "configuration_sha256", "counts", "files", "format", "format_version",
        "inputs", "rule_set", "seal", "tool",
    )
    counts = manifest["counts"]
    members(counts, "counts", "meters", "not_in_estate", "records", "verdicts")
    members(counts["verdicts"], "verdicts", *VERDICTS)
    need(all(map(is_count, counts["verdicts"].values())), "a verdict has no count")
    need(sum(counts["verdicts"].values()) == counts["meters"], "verdicts do not add up to meters")
    total = dict.fromkeys(OUTCOMES + ("total",), 0)
    for entry in manifest["inputs"]:
        records = entry["records"]
        members(records, "records", *OUTCOMES, "total")
        need(sum(records[name] for name in OUTCOMES) == records["total"], "records of an input do not add up")
        need(sum(entry.get("not_relevant", {}).values()) == records["not-relevant"], "not_relevant does not add up")
        for name in total:
            total[name] += records[name]
    need(total == counts["records"], "the inputs do not add up to counts.records")
    files = manifest["files"]
    need(set(files) == PACKAGE, "the manifest lists other files")
    seal = manifest["seal"]
    members(seal, "seal", "dno", "supplier")
    for tree in seal.values():
        members(tree, "a root", "parties", "root")
        need(is_count(tree["parties"]) and is_digest(tree["root"]), "a root is none")
    for name, count in (
        ("devices.jsonl", counts["meters"]),
        ("not-in-estate.jsonl", counts["not_in_estate"]),
        ("quarantine.jsonl", counts["records"]["quarantined"]),
        ("dno-leaves.jsonl", seal["dno"]["parties"]),
        ("supplier-leaves.jsonl", seal["supplier"]["parties"]),
    ):
        need(files[name].get("lines") == count, f"{name} does not have {count} lines")
    need(files["configuration.json"]["sha256"] == manifest["configuration_sha256"], "two digests of configuration")
    need(files["rules.json"]["sha256"] == manifest["rule_set"]["sha256"], "two digests of the rules")
    return manifest


def check_attestation(octets, manifest, manifest_octets, key):
    envelope = parse(octets, "attestation.dsse.json")
    payload, kind, signatures = members(envelope, "the envelope", "payload", "payloadType", "signatures")
    need(kind == "application/vnd.in-toto+json" and len(signatures) == 1, "another envelope")
    keyid, signature = members(signatures[0], "the signature", "keyid", "sig")
    payload = base64.b64decode(payload, validate=True)
    need(base64.b64encode(payload).decode() == envelope["payload"], "payload is not canonical base64")
    statement = parse(payload, "the statement")
    chain = statement.get("predicate", {}).get("certificates")
    predicate = {
        "as_of": manifest["as_of"],
        "meters": manifest["counts"]["meters"],
        "roots": {tree: manifest["seal"][tree]["root"] for tree in ("dno", "supplier")},
        "rule_set": manifest["rule_set"]["version"],
    }
    if chain is not None:
        predicate["certificates"] = chain
    expected = {
        "_type": "https://in-toto.io/Statement/v1",
        "predicate": predicate,
        "predicateType": "https://dno-audit.invalid/attestation/report/v1",
        "subject": [{"digest": {"sha256": hashlib.sha256(manifest_octets).hexdigest()}, "name": "manifest.json"}],
    }
    need(statement == expected, "the statement is about another manifest")
    if key is None:
        return "signature not checked: no key"
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    with open(key, "rb") as file:
        public = serialization.load_pem_public_key(file.read())
    der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    need(hashlib.sha256(der).hexdigest() == keyid, "signed with another key")
    signed = b"DSSEv1 %d %s %d " % (len(kind), kind.encode(), len(payload)) + payload
    octets = base64.b64decode(signature, validate=True)
    need(base64.b64encode(octets).decode() == signature, "sig is not canonical base64")
    try:
        public.verify(octets, signed, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise Bad("the signature does not verify") from None
    return "signed with the key given"


def check_names(names, wanted, optional):
    need(not wanted - names, f"missing: {sorted(wanted - names)}")
    need(not names - wanted - optional, f"not of the report: {sorted(names - wanted - optional)}")


# A package


def check_package(folder, manifest, names):
    check_names(names, PACKAGE | {"manifest.json"}, {"attestation.dsse.json"})
    for name, entry in manifest["files"].items():
        check_entry(folder, name, entry)
    by_tree = {tree: Parties(tree) for tree in ("dno", "supplier")}
    verdicts = dict.fromkeys(VERDICTS, 0)
    for octets, row in device_rows(folder):
        digest = leaf_hash(octets)
        for parties in by_tree.values():
            parties.push(row, digest)
        verdicts[row["verdict"]] += 1
    need(verdicts == manifest["counts"]["verdicts"], "the rows have other verdicts")
    summary = parse(whole(folder, "summary.json"), "summary.json")
    need(summary["counts"] == manifest["counts"], "the summary has other counts")
    configuration = parse(whole(folder, "configuration.json"), "configuration.json")
    need(manifest["as_of"] == summary["as_of"] == configuration["as_of"], "another instant")
    for tree, parties in by_tree.items():
        top, found = Tree(), {}
        for number, octets, leaf in rows(folder, f"{tree}-leaves.jsonl"):
            where = f"{tree}-leaves.jsonl line {number}"
            need(isinstance(leaf, dict) and leaf.get("party") in parties.trees, f"{where}: no such party")
            need(not found or max(found) < leaf["party"], f"{where}: out of order")
            salt = leaf.pop("salt", None)
            need(salt is None or is_digest(salt), f"{where}: salt")
            need(leaf == parties.leaf(leaf["party"]), f"{where}: not that of the rows")
            found[leaf["party"]] = leaf["verdicts"]
            top.push(leaf_hash(octets))
        need(set(found) == set(parties.trees), f"{tree}: a party has no leaf")
        root = manifest["seal"][tree]
        need(top.leaves == root["parties"] and top.root().hex() == root["root"], f"{tree}: another root")
        need(summary[f"by_{tree}"] == found, f"summary by_{tree}")
    return f"package: {manifest['counts']['meters']} rows"


# A slice


def safe(text):
    rest = text.lstrip(" \u00a0")
    return "'" + text if rest[:1] in tuple("=+-@\t\r\n") and rest else text


def field(text):
    text = safe(text)
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\r\n') else text


def finding_lines(row, rules):
    remedy = row["remedy"] or {}
    for finding in row.get("findings", []):
        if finding["severity"] == "information":
            continue
        rule = rules[finding["rule"]]
        names = sorted(finding["evidence"], key=lambda name: name.encode())
        evidence = "; ".join(f"{name}: {finding['evidence'][name]}" for name in names)
        fields = [
            row["dno"] or "", row["device_id"], row["mpan"] or "", row["supplier"] or "", row["verdict"],
            finding["severity"], finding["rule"], rule["title"], evidence, rule["remedy"], remedy.get("party", ""),
            remedy.get("who", ""), remedy.get("service_request", ""), remedy.get("action", ""),
            finding.get("waiver", ""),
        ]
        yield ",".join(map(field, fields)) + "\r\n"


def check_slice(folder, manifest, names):
    part = parse(whole(folder, "slice.json"), "slice.json")
    members(part, "slice.json", "files", "format", "format_version", "leaf", "path", "position", "tree")
    need(part["format"] == "dno-audit slice" and part["format_version"] == 1, "another format of slice")
    tree, leaf = part["tree"], part["leaf"]
    need(tree in NOBODY, "no such tree")
    names_of_leaf = {"party", "root", "rows", "verdicts"}
    need(set(leaf) - {"salt"} == names_of_leaf and is_count(part["position"]), "slice.json: leaf or position")
    need(all(map(is_digest, part["path"])), "slice.json: path")
    root = manifest["seal"][tree]
    path = [bytes.fromhex(digest) for digest in part["path"]]
    digest = climb(leaf_hash(canonical(leaf).encode()), part["position"], root["parties"], path)
    need(digest.hex() == root["root"], "the leaf is no part of the report")

    wanted = SLICE | ({"others.jsonl"} if tree == "dno" else set())
    need(set(part["files"]) == wanted, "slice.json lists other files")
    check_names(names, wanted | {"manifest.json", "slice.json"}, {"attestation.dsse.json"})
    for name, entry in part["files"].items():
        check_entry(folder, name, entry)
    need(part["files"]["rules.json"]["sha256"] == manifest["rule_set"]["sha256"], "other rules than the report's")
    table = parse(whole(folder, "rules.json"), "rules.json")
    rules = {rule["id"]: rule for rule in table}

    parties = Parties(tree)
    groups = {"by_dno": {}, "by_region": {}, "by_supplier": {}}
    failed = dict.fromkeys(rules, 0)
    findings = hashlib.sha256(HEADER.encode())
    for octets, row in device_rows(folder):
        need(parties.push(row, leaf_hash(octets)) == leaf["party"], "a row of another party")
        for group, name in (
            ("by_dno", row["dno"] if row["dno"] is not None else NOBODY["dno"]),
            ("by_region", row.get("region", "unknown")),
            ("by_supplier", row["supplier"] if row["supplier"] is not None else NOBODY["supplier"]),
        ):
            groups[group].setdefault(name, dict.fromkeys(VERDICTS, 0))[row["verdict"]] += 1
        for finding in row.get("findings", []):
            need(finding["rule"] in rules, f"no rule {finding['rule']}")
            failed[finding["rule"]] += 1
        for line in finding_lines(row, rules):
            findings.update(line.encode())
    own = parties.leaf(leaf["party"])
    if "salt" in leaf:
        own["salt"] = leaf["salt"]
    need(own == leaf, "the rows are not those of the leaf: something is missing or was added")
    summary = {
        "as_of": manifest["as_of"], "findings": failed, "meters": leaf["rows"], "party": leaf["party"], "tree": tree,
        "verdicts": leaf["verdicts"], **groups,
    }
    need(parse(whole(folder, "summary.json"), "summary.json") == summary, "summary.json does not follow from the rows")
    need(findings.hexdigest() == part["files"]["findings.csv"]["sha256"], "findings.csv does not follow from the rows")
    if tree == "dno":
        for number, _, row in rows(folder, "others.jsonl"):
            members(row, "others.jsonl", "cells", "device_id", "dno", "reasons", "remedy", "supplier", "verdict")
            holders = [cell.get("holder") for cell in row["cells"]]
            stranger = leaf["party"] in holders and row["dno"] != leaf["party"]
            need(stranger, f"others.jsonl line {number} does not name the party as a stranger")
    return f"slice: {leaf['rows']} rows of {tree} {leaf['party']}"


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder")
    arguments.add_argument("--key")
    options = arguments.parse_args()
    try:
        names = folder_files(options.folder)
        need("manifest.json" in names, "there is no manifest.json")
        octets = whole(options.folder, "manifest.json")
        manifest = check_manifest(octets)
        signed = "not signed"
        if "attestation.dsse.json" in names:
            attestation = whole(options.folder, "attestation.dsse.json")
            signed = check_attestation(attestation, manifest, octets, options.key)
        else:
            need(options.key is None, "there is no signature")
        check = check_slice if "slice.json" in names else check_package
        print(f"{check(options.folder, manifest, names)}; {signed}")
    except Bad as error:
        print(f"{options.folder}: {error}")
        return 1
    except (KeyError, TypeError, AttributeError, ValueError, OSError) as error:
        print(f"{options.folder}: not of the form of a report: {type(error).__name__}: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
