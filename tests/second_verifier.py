#!/usr/bin/env python3
"""A second verifier of report packages and slices, written from docs/report-format.md alone.

usage: second_verifier.py FOLDER... [--key PUBLIC.pem]

Prints a line for each folder: what holds, or what does not. Ends with 0 if all hold, else with 1. It uses the standard
library, and `cryptography` for the signature only.
"""

import argparse
import base64
import hashlib
import json
import os
import re
import stat
import sys
from datetime import datetime, timezone

VERDICTS = ("correct", "missing", "not-known", "out-of-scope", "wrong")
OUTCOMES = ("duplicate", "not-relevant", "quarantined", "superseded", "used")
PACKAGE = {
    "certificates.jsonl", "configuration.json", "devices.jsonl", "dno-leaves.jsonl", "findings.csv",
    "not-in-estate.jsonl", "quarantine.jsonl", "rules.json", "summary.json", "supplier-leaves.jsonl",
}
SLICE = {"devices.jsonl", "findings.csv", "rules.json", "summary.json"}
NOBODY = {"dno": "unassigned", "supplier": "unknown"}
MAX_LINE = 64 * 1024 * 1024
MAX_DOCUMENT = 256 * 1024 * 1024
MAX_SMALL = 1024 * 1024
MAX_GROUPS = 1 << 20
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
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


def is_count(value):
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 64


def is_digest(value):
    return isinstance(value, str) and len(value) == 64 and set(value) <= set("0123456789abcdef")


# Members and values


def is_text(value):
    return isinstance(value, str)


def is_small(value):
    return is_count(value) and value < 1 << 32


def is_true(value):
    return value is True


def is_bool(value):
    return isinstance(value, bool)


def is_eui(value):
    return is_text(value) and re.fullmatch("([0-9A-F]{2}-){7}[0-9A-F]{2}", value) is not None


def is_key(value):
    return is_text(value) and re.fullmatch("[0-9A-F]{16}", value) is not None


def is_mpan(value):
    return is_text(value) and re.fullmatch("[0-9]{13}", value) is not None


def is_ascii(value):
    return is_text(value) and value.isascii()


def instant(value):
    """Milliseconds since 1970, or None."""
    if not is_text(value) or not re.fullmatch(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{3})?Z", value
    ):
        return None
    whole, _, fraction = value[:-1].partition(".")
    if fraction == "000":
        return None
    try:
        at = datetime.strptime(whole, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)
    except ValueError:
        return None
    return int((at - datetime(1970, 1, 1, tzinfo=timezone.utc)).total_seconds()) * 1000 + int(fraction or 0)


def is_instant(value):
    return instant(value) is not None


def word(*words):
    return lambda value: is_text(value) and value in words


def null(spec):
    return lambda value: value is None or fits(value, spec)


def each(names, spec):
    """An object with any members whose names and values are of a kind."""
    return lambda value: isinstance(value, dict) and all(fits(n, names) and fits(v, spec) for n, v in value.items())


def some(spec):
    """A list or an object that is not empty: one that may be absent."""
    return lambda value: fits(value, spec) and len(value) > 0


def fits(value, spec):
    """A predicate, a list of one kind, a tuple of kinds in order, or an object; `?` marks a member that may be absent."""
    if isinstance(spec, dict):
        known = {name.rstrip("?"): name for name in spec}
        needed = {name for name in spec if not name.endswith("?")}
        return (
            isinstance(value, dict)
            and needed <= set(value) <= set(known)
            and all(fits(item, spec[known[name]]) for name, item in value.items())
        )
    if isinstance(spec, list):
        return isinstance(value, list) and all(fits(item, spec[0]) for item in value)
    if isinstance(spec, tuple):
        return isinstance(value, list) and len(value) == len(spec) and all(map(fits, value, spec))
    return spec(value)


VERDICT = word(*VERDICTS)
SEVERITY = word("error", "information", "undetermined", "warning")
ABILITY = word("possible", "blocked", "not-known", "not-applicable")
USAGES = ("digitalSignature", "keyAgreement")


def cell(usage):
    return {
        "certificates?": some([is_text]), "entity?": is_eui, "holder?": is_text, "key?": is_key,
        "key_usage": word(usage), "observed_at?": is_instant, "state": word("correct", "missing", "not-known", "wrong"),
    }


CELLS = (cell(USAGES[0]), cell(USAGES[1]))
REMEDY = {
    "action": is_text, "mode?": is_small, "service_request?": is_text, "who?": is_text,
    "party": word(
        "auditor", "dcc", "network-operator", "other-network-operator", "registration-data", "supplier",
        "supplier-in-cell",
    ),
}
ROW = {
    "cells": CELLS, "conditions": [is_text], "device_id": is_eui, "device_status?": is_text, "device_type?": is_text,
    "dno": null(is_text), "effect": {"alerts": ABILITY, "command": ABILITY, "read": ABILITY},
    "evidence": [{
        "at?": is_instant, "input": is_text, "lines": some([is_small]), "outcome": word(*OUTCOMES),
        "says?": some(each(word(*USAGES), [is_text])),
        "source": word("read", "update-response", "update-alert", "dcc", "extract", "command"),
        "grade": word(
            "device-signature-verified", "device-signature-certificate-unproven", "device-message-unchecked",
            "duis-or-mmc-xml", "dcc-alert", "extract-row",
        ),
    }],
    "expectation": word("registration", "estate", "mpan-distributor", "none"),
    "findings?": some([
        {"evidence": each(is_ascii, is_text), "rule": is_text, "severity": SEVERITY, "waiver?": is_text}
    ]),
    "firmware?": is_text, "manufacturer?": is_text, "model?": is_text, "mpan": null(is_mpan), "notes?": some([is_text]),
    "reasons": [is_text], "region?": is_text, "remedy": null(REMEDY), "supplier": null(is_text), "verdict": VERDICT,
    "waived?": is_true,
}
OTHER = {
    "cells": CELLS, "device_id": is_eui, "dno": null(is_text), "reasons": [is_text], "remedy": null(REMEDY),
    "supplier": null(is_text), "verdict": VERDICT,
}
QUARANTINED = {
    "detail": is_text, "device_id?": is_eui, "input": is_text, "line": is_small, "octets?": is_text, "reason": is_text,
    "text?": is_text,
}
NOT_IN_ESTATE = {"device_id": is_eui, "input": is_text, "line": is_small, "records": is_count}
CERTIFICATE = {
    "authority_key_identifier": null(is_text), "entity_id": null(is_text), "issuer": is_text, "key_usage": [is_text],
    "kind": word("organisation", "issuing", "root", "device", "unrecognised"), "not_after": is_instant,
    "not_before": is_instant, "path": is_text, "profile": [is_text],
    "repository?": some([{"manufacturing?": is_bool, "mismatches?": some([is_text]), "status?": is_text}]),
    "revocation?": {
        "at?": is_text, "authority?": is_text, "detail?": is_text, "invalid_since?": is_text, "list?": is_text,
        "reason?": is_text, "status": word("not-revoked", "revoked", "not-known", "trust-anchor"),
    },
    "role": null({"name": null(is_text), "value": is_small}), "serial": is_text, "sha256": is_digest, "subject": is_text,
    "subject_key_identifier": null(is_text), "validity": word("in-force", "expired", "not-yet-valid"),
}
BY_VERDICT = {verdict: is_count for verdict in VERDICTS}
RECORDS = {outcome: is_count for outcome in OUTCOMES + ("total",)}
COUNTS = {"meters": is_count, "not_in_estate": is_count, "records": RECORDS, "verdicts": BY_VERDICT}
ENTRY = {"bytes": is_count, "lines?": is_count, "sha256": is_text}
SEALED = {"parties": is_count, "root": is_digest}
MANIFEST = {
    "as_of": is_instant, "configuration_sha256": is_text, "counts": COUNTS, "files": each(is_text, ENTRY),
    "format": word("dno-audit report"), "format_version": lambda value: is_count(value) and value == 1,
    "inputs": [{
        "bytes": is_count, "name": is_text, "not_relevant?": some(each(is_text, is_count)), "records": RECORDS,
        "role": word("certificates", "directory", "estate", "records", "registration", "trust-anchors", "waivers"),
        "schema_versions?": some(each(is_text, is_count)), "sha256": is_digest,
        "stored?": {"bytes": is_count, "name": is_text, "sha256": is_digest},
    }],
    "rule_set": {"sha256": is_text, "version": is_small}, "seal": {"dno": SEALED, "supplier": SEALED},
    "tool": {"name": is_text, "version": is_text},
}
CONFIGURATION = {
    "accepted_policies": [is_text], "as_of": is_text, "columns": each(is_text, each(is_text, is_text)),
    "expiring_within_days": is_small, "observed_at": each(is_text, is_instant), "sheets?": some(each(is_text, is_text)),
    "stale_after_days": is_small, "zoneless_times": word("refuse", "utc"),
}
RULES = some([{
    "axis": word("condition", "note", *VERDICTS), "citation": is_text, "compares": is_text, "id": is_text,
    "remedy": is_text, "severity": SEVERITY, "since": is_small, "title": is_text,
}])
GROUPS = each(is_text, BY_VERDICT)
SUMMARY = {
    "as_of": is_text, "by_age": GROUPS, "by_dno": GROUPS, "by_grade": GROUPS,
    "by_model": [{
        "counts": BY_VERDICT, "firmware": null(is_text), "manufacturer": null(is_text), "model": null(is_text),
    }],
    "by_region": GROUPS, "by_supplier": GROUPS, "counts": COUNTS,
    "directories": [{"date": is_text, "sha256": is_text, "source": is_text}], "findings": each(is_text, is_count),
    "not_checked": [is_text], "records": each(is_text, is_count),
    "revocation_lists?": some([{
        "entries": is_count, "issuer": is_text, "next_update": null(is_text), "number": null(is_text),
        "sha256": is_text, "this_update": is_text, "use": is_text,
    }]),
    "unattributed_entities": [{"cells": is_count, "dno": is_text, "entity": is_text}],
    "waived?": {"findings": each(is_text, is_count), "verdicts": BY_VERDICT},
    "waivers?": some([{
        "approver": is_text, "expires": is_text, "findings": is_count, "id": is_text, "input": is_text,
        "line": is_small, "reason": is_text, "rule": is_text, "state": word("used", "unused", "expired"),
    }]),
}
LEAF = {"party": is_text, "root": is_text, "rows": is_count, "salt?": is_digest, "verdicts": BY_VERDICT}
PART = {
    "files": each(is_text, ENTRY), "format": word("dno-audit slice"), "leaf": LEAF, "path": [is_digest],
    "format_version": lambda value: is_count(value) and value == 1, "position": is_count, "tree": word("dno", "supplier"),
}
ENVELOPE = {
    "payload": is_text, "payloadType": word("application/vnd.in-toto+json"),
    "signatures": ({"keyid": is_digest, "sig": is_text},),
}


def formed(value, spec, where):
    need(fits(value, spec), f"{where}: a member is missing, unknown or has another form")
    return value


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


def whole(folder, name, most=MAX_DOCUMENT):
    with open(os.path.join(folder, name), "rb") as file:
        octets = file.read(most + 1)
    need(len(octets) <= most, f"{name} is too long")
    return octets


def document(folder, name, spec):
    return formed(parse(whole(folder, name), name), spec, name)


def check_entry(folder, name, entry):
    lined = name.endswith(".jsonl")
    need(("lines" in entry) == lined, f"the entry of {name}")
    digest, size, lines = hashlib.sha256(), 0, 0
    with open(os.path.join(folder, name), "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
            size += len(block)
            lines += block.count(b"\n")
    need(size == entry["bytes"] and digest.hexdigest() == entry["sha256"], f"{name} is not what its digest says")
    need(not lined or lines == entry["lines"], f"{name} has {lines} lines")


def rows(folder, name, spec):
    with open(os.path.join(folder, name), "rb") as file:
        number = 0
        while line := file.readline(MAX_LINE + 1):
            number += 1
            where = f"{name} line {number}"
            need(line.endswith(b"\n"), f"{where} is cut short or too long")
            yield where, line[:-1], formed(parse(line[:-1], where), spec, where)


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


class Rows:
    """What rows are held to, and what follows from them."""

    def __init__(self, manifest, table):
        version = manifest["rule_set"]["version"]
        self.rules = {rule["id"]: (place, rule) for place, rule in enumerate(table)}
        need(len(self.rules) == len(table), "a rule stands twice")
        need(all(1 <= rule["since"] <= version for rule in table), "a rule is younger than the rule set")
        self.inputs = {entry["sha256"] for entry in manifest["inputs"]}
        self.as_of = instant(manifest["as_of"])
        self.place = ("", "")
        self.by = {name: {} for name in ("age", "dno", "model", "region", "supplier")}
        self.failed = dict.fromkeys(self.rules, 0)
        self.waived_by_rule, self.waivers, self.waived = {}, {}, dict.fromkeys(VERDICTS, 0)
        self.findings = hashlib.sha256(HEADER.encode())

    def next(self, where, row):
        verdict = row["verdict"]
        party = {tree: NOBODY[tree] if row[tree] is None else row[tree] for tree in NOBODY}
        place = (party["dno"], row["device_id"])
        need(place > self.place, f"{where}: out of order, or a device twice")
        self.place = place
        for entry in row["evidence"]:
            need(entry["input"] in self.inputs, f"{where}: evidence from no input")
            need(entry["lines"] == sorted(entry["lines"]), f"{where}: lines out of order")
        check_cells(where, row)
        self.check_findings(where, row)
        for group, name in (
            ("dno", party["dno"]), ("supplier", party["supplier"]), ("region", row.get("region", "unknown")),
            ("model", (row.get("manufacturer"), row.get("model"), row.get("firmware"))), ("age", self.age(row)),
        ):
            if name is not None:
                self.by[group].setdefault(name, dict.fromkeys(VERDICTS, 0))[verdict] += 1
                need(len(self.by[group]) <= MAX_GROUPS, f"{where}: too many groups")
        for line in finding_lines(row, self.rules):
            self.findings.update(line.encode())

    def age(self, row):
        seen = [instant(cell["observed_at"]) for cell in row["cells"] if "observed_at" in cell]
        if not seen:
            return None
        days = (self.as_of - max(seen)) // 86_400_000
        limits = ((30, "up-to-30-days"), (90, "up-to-90-days"), (365, "up-to-365-days"))
        return next((name for limit, name in limits if days <= limit), "older")

    def check_findings(self, where, row):
        verdict, before = row["verdict"], -1
        axes, waived = [], []
        for finding in row.get("findings", []):
            need(finding["rule"] in self.rules, f"{where}: no rule {finding['rule']}")
            place, rule = self.rules[finding["rule"]]
            need(place > before, f"{where}: findings out of order")
            before = place
            need(finding["severity"] == rule["severity"], f"{where}: another severity")
            axes.append((rule["axis"], rule["id"]))
            self.failed[rule["id"]] += 1
            if rule["axis"] == verdict:
                waived.append("waiver" in finding)
            if "waiver" in finding:
                self.waived_by_rule[rule["id"]] = self.waived_by_rule.get(rule["id"], 0) + 1
                self.waivers[finding["waiver"]] = self.waivers.get(finding["waiver"], 0) + 1
        need(row["conditions"] == [rule for axis, rule in axes if axis == "condition"], f"{where}: conditions")
        need(row.get("notes", []) == [rule for axis, rule in axes if axis == "note"], f"{where}: notes")
        reasons = [rule for axis, rule in axes if axis == verdict]
        if verdict != "out-of-scope":
            reasons += [rule for axis, rule in axes if axis in VERDICTS and axis != verdict]
        need(row["reasons"] == reasons, f"{where}: reasons")
        need(row.get("waived", False) == (bool(waived) and all(waived)), f"{where}: waived")
        self.waived[verdict] += row.get("waived", False)

    def check_other(self, where, row):
        check_cells(where, row)
        axes = [self.rules[reason][1]["axis"] if reason in self.rules else None for reason in row["reasons"]]
        need(all(axis in VERDICTS for axis in axes), f"{where}: reasons")
        need(len(set(row["reasons"])) == len(axes), f"{where}: a reason twice")


def check_cells(where, row):
    need(all(cell["state"] != "correct" or "holder" not in cell for cell in row["cells"]), f"{where}: holder")


# What both have


def check_manifest(octets):
    manifest = formed(parse(octets, "manifest.json"), MANIFEST, "manifest.json")
    counts = manifest["counts"]
    need(sum(counts["verdicts"].values()) == counts["meters"], "verdicts do not add up to meters")
    total = dict.fromkeys(OUTCOMES + ("total",), 0)
    for entry in manifest["inputs"]:
        records = entry["records"]
        need(sum(records[name] for name in OUTCOMES) == records["total"], "records of an input do not add up")
        need(sum(entry.get("not_relevant", {}).values()) == records["not-relevant"], "not_relevant does not add up")
        for name in total:
            total[name] += records[name]
    need(total == counts["records"], "the inputs do not add up to counts.records")
    places = [(entry["role"], entry["sha256"], entry["name"]) for entry in manifest["inputs"]]
    need(places == sorted(places), "the inputs are out of order")
    files, seal = manifest["files"], manifest["seal"]
    need(set(files) == PACKAGE, "the manifest lists other files")
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


def from_base64(text, where):
    octets = base64.b64decode(text, validate=True)
    need(base64.b64encode(octets).decode() == text, f"{where} is not canonical base64")
    return octets


def check_attestation(octets, manifest, manifest_octets, key):
    envelope = formed(parse(octets, "attestation.dsse.json"), ENVELOPE, "attestation.dsse.json")
    kind, (entry,) = envelope["payloadType"], envelope["signatures"]
    payload = from_base64(envelope["payload"], "payload")
    statement = parse(payload, "the statement")
    chain = statement.get("predicate", {}).get("certificates")
    predicate = {
        "as_of": manifest["as_of"],
        "meters": manifest["counts"]["meters"],
        "roots": {tree: manifest["seal"][tree]["root"] for tree in ("dno", "supplier")},
        "rule_set": manifest["rule_set"]["version"],
    }
    if chain is not None:
        need(fits(chain, some([is_text])), "certificates")
        predicate["certificates"] = chain
    expected = {
        "_type": "https://in-toto.io/Statement/v1",
        "predicate": predicate,
        "predicateType": "https://dno-audit.invalid/attestation/report/v1",
        "subject": [{"digest": {"sha256": hashlib.sha256(manifest_octets).hexdigest()}, "name": "manifest.json"}],
    }
    need(statement == expected, "the statement is about another manifest")
    signature = from_base64(entry["sig"], "sig")

    from cryptography import x509
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, utils

    for number in utils.decode_dss_signature(signature):
        need(0 < number < P256_ORDER, "sig is none of P-256")
    certificates = [x509.load_der_x509_certificate(from_base64(text, "a certificate")) for text in chain or []]
    keys = [certificate.public_key() for certificate in certificates[:1]]
    if key is not None:
        with open(key, "rb") as file:
            public, whose = serialization.load_pem_public_key(file.read()), "the key given"
    elif certificates:
        public, whose = keys[0], "the key of its certificate"
    for public_key in keys:
        p256 = isinstance(public_key, ec.EllipticCurvePublicKey) and isinstance(public_key.curve, ec.SECP256R1)
        need(p256, "the first certificate has another key than one of P-256")
    if key is None and not certificates:
        return "signature not checked: no key"
    der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    need(hashlib.sha256(der).hexdigest() == entry["keyid"], "signed with another key")
    signed = b"DSSEv1 %d %s %d " % (len(kind), kind.encode(), len(payload)) + payload
    try:
        public.verify(signature, signed, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise Bad("the signature does not verify") from None
    return f"signed with {whose}"


def check_names(names, wanted, optional):
    need(not wanted - names, f"missing: {sorted(wanted - names)}")
    need(not names - wanted - optional, f"not of the report: {sorted(names - wanted - optional)}")


# A package


def add_up(groups):
    return {verdict: sum(counts[verdict] for counts in groups.values()) for verdict in VERDICTS}


def check_summary(summary, manifest, held):
    counts, by = manifest["counts"], held.by
    need(summary["counts"] == counts and summary["as_of"] == manifest["as_of"], "the summary has other counts")
    for group in ("dno", "region", "supplier"):
        need(summary[f"by_{group}"] == by[group], f"summary by_{group}")
    dated = {age: found for age, found in summary["by_age"].items() if age not in ("undated", "no-evidence")}
    need(dated == by["age"] and add_up(summary["by_age"]) == counts["verdicts"], "summary by_age")
    need(add_up(summary["by_grade"]) == counts["verdicts"], "summary by_grade")
    order = [(entry["manufacturer"], entry["model"], entry["firmware"]) for entry in summary["by_model"]]
    need(order == sorted(by["model"], key=lambda model: [(name is not None, name or "") for name in model]), "by_model")
    need(all(entry["counts"] == by["model"][model] for entry, model in zip(summary["by_model"], order)), "by_model")
    need(summary["findings"] == held.failed, "summary findings")
    records = {outcome: counts["records"][outcome] for outcome in OUTCOMES}
    for entry in manifest["inputs"]:
        for reason, count in entry.get("not_relevant", {}).items():
            name = f"not-relevant/{reason}"
            records[name] = records.get(name, 0) + count
    need(summary["records"] == records, "summary records")
    need(all(entry["sha256"] in held.inputs for entry in summary["directories"]), "summary directories")
    lists = [entry["sha256"] for entry in summary.get("revocation_lists", [])]
    need(lists == sorted(set(lists)), "summary revocation_lists")
    waivers = summary.get("waivers", [])
    need([entry["id"] for entry in waivers] == sorted({entry["id"] for entry in waivers}), "summary waivers")
    need(set(held.waivers) <= {entry["id"] for entry in waivers}, "a waiver that the summary does not have")
    for entry in waivers:
        count, state = held.waivers.get(entry["id"], 0), entry["state"]
        need(entry["input"] in held.inputs, "a waiver from no input")
        need((count > 0) == (state == "used"), "the state of a waiver")
        need(state == "expired" or count == entry["findings"], "the findings of a waiver")
    waived = {"findings": held.waived_by_rule, "verdicts": held.waived}
    need(summary.get("waived") == (waived if waivers else None), "summary waived")


def check_listings(folder, manifest, held):
    expected = [entry["sha256"] for entry in manifest["inputs"] for _ in range(entry["records"]["quarantined"])]
    starts = {0}
    for entry in manifest["inputs"]:
        starts.add(max(starts) + entry["records"]["quarantined"])
    line = 0
    for place, (where, _, row) in enumerate(rows(folder, "quarantine.jsonl", QUARANTINED)):
        line = 0 if place in starts else line
        need(place < len(expected) and row["input"] == expected[place] and row["line"] >= line, f"{where}: order")
        line = row["line"]
    before = ""
    for where, _, row in rows(folder, "not-in-estate.jsonl", NOT_IN_ESTATE):
        need(row["device_id"] > before and row["records"] > 0 and row["input"] in held.inputs, where)
        before = row["device_id"]
    before = ""
    for where, _, row in rows(folder, "certificates.jsonl", CERTIFICATE):
        need(row["sha256"] > before, f"{where}: order")
        before = row["sha256"]


def check_package(folder, manifest, names):
    check_names(names, PACKAGE | {"manifest.json"}, {"attestation.dsse.json"})
    for name, entry in manifest["files"].items():
        check_entry(folder, name, entry)
    held = Rows(manifest, document(folder, "rules.json", RULES))
    by_tree = {tree: Parties(tree) for tree in ("dno", "supplier")}
    verdicts = dict.fromkeys(VERDICTS, 0)
    for where, octets, row in rows(folder, "devices.jsonl", ROW):
        held.next(where, row)
        digest = leaf_hash(octets)
        for parties in by_tree.values():
            parties.push(row, digest)
        verdicts[row["verdict"]] += 1
    need(verdicts == manifest["counts"]["verdicts"], "the rows have other verdicts")
    for tree, parties in by_tree.items():
        top, found = Tree(), []
        for where, octets, leaf in rows(folder, f"{tree}-leaves.jsonl", LEAF):
            need(leaf["party"] in parties.trees, f"{where}: no such party")
            need(not found or found[-1] < leaf["party"], f"{where}: out of order")
            leaf.pop("salt", None)
            need(leaf == parties.leaf(leaf["party"]), f"{where}: not that of the rows")
            found.append(leaf["party"])
            top.push(leaf_hash(octets))
        need(set(found) == set(parties.trees), f"{tree}: a party has no leaf")
        root = manifest["seal"][tree]
        need(top.leaves == root["parties"] and top.root().hex() == root["root"], f"{tree}: another root")
    check_summary(document(folder, "summary.json", SUMMARY), manifest, held)
    digest = held.findings.hexdigest()
    need(digest == manifest["files"]["findings.csv"]["sha256"], "findings.csv does not follow from the rows")
    check_listings(folder, manifest, held)
    configuration = document(folder, "configuration.json", CONFIGURATION)
    need(configuration["as_of"] == manifest["as_of"], "another instant")
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
        _, rule = rules[finding["rule"]]
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
    part = formed(parse(whole(folder, "slice.json", MAX_SMALL), "slice.json"), PART, "slice.json")
    tree, leaf = part["tree"], part["leaf"]
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
    held = Rows(manifest, document(folder, "rules.json", RULES))
    parties = Parties(tree)
    for where, octets, row in rows(folder, "devices.jsonl", ROW):
        held.next(where, row)
        need(parties.push(row, leaf_hash(octets)) == leaf["party"], f"{where}: a row of another party")
    own = parties.leaf(leaf["party"])
    if "salt" in leaf:
        own["salt"] = leaf["salt"]
    need(own == leaf, "the rows are not those of the leaf: something is missing or was added")
    summary = {
        "as_of": manifest["as_of"], "findings": held.failed, "meters": leaf["rows"], "party": leaf["party"],
        "tree": tree, "verdicts": leaf["verdicts"],
        **{f"by_{group}": held.by[group] for group in ("dno", "region", "supplier")},
    }
    found = whole(folder, "summary.json").decode("utf-8", "replace")
    need(found == canonical(summary), "summary.json does not follow from the rows")
    need(held.findings.hexdigest() == part["files"]["findings.csv"]["sha256"], "findings.csv does not follow")
    if tree == "dno":
        before = ("", "")
        for where, _, row in rows(folder, "others.jsonl", OTHER):
            held.check_other(where, row)
            place = (NOBODY["dno"] if row["dno"] is None else row["dno"], row["device_id"])
            need(place > before, f"{where}: out of order, or a device twice")
            before = place
            holders = [cell.get("holder") for cell in row["cells"]]
            stranger = leaf["party"] in holders and row["dno"] != leaf["party"]
            need(stranger, f"{where} does not name the party as a stranger")
    return f"slice: {leaf['rows']} rows of {tree} {leaf['party']}"


def check_folder(folder, key):
    names = folder_files(folder)
    need("manifest.json" in names, "there is no manifest.json")
    octets = whole(folder, "manifest.json")
    manifest = check_manifest(octets)
    signed = "not signed"
    if "attestation.dsse.json" in names:
        attestation = whole(folder, "attestation.dsse.json", MAX_SMALL)
        signed = check_attestation(attestation, manifest, octets, key)
    else:
        need(key is None, "there is no signature")
    check = check_slice if "slice.json" in names else check_package
    return f"{check(folder, manifest, names)}; {signed}"


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folders", nargs="+", metavar="FOLDER")
    arguments.add_argument("--key")
    options = arguments.parse_args()
    failed = False
    for folder in options.folders:
        try:
            print(f"holds: {folder}: {check_folder(folder, options.key)}")
        except Bad as error:
            failed = True
            print(f"fails: {folder}: {error}")
        except (KeyError, TypeError, AttributeError, ValueError, OSError, RecursionError) as error:
            failed = True
            print(f"fails: {folder}: not of the form of a report: {type(error).__name__}: {error}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
