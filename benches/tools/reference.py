"""The small tables that every tool joins with: who is who, whose key it is, and what follows for whom.

They are made of the directory and of the table of certificates, both of some hundred rows, so they cost nothing. The
millions of rows are joined, sorted out and counted by the tools.
"""

import csv
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

USAGES = ("digitalSignature", "keyAgreement")
# A grade is a place among the verdicts; of two cells the greater counts, and scope stands above both.
VERDICTS = ("correct", "not-known", "missing", "wrong", "out-of-scope")
NOT_KNOWN, OUT_OF_SCOPE = VERDICTS.index("not-known"), VERDICTS.index("out-of-scope")
# Before commissioning, or after the device has left the network.
OUT_OF_SERVICE = ("Pending", "Whitelisted", "InstalledNotCommissioned", "Decommissioned", "Withdrawn")
# Of the first twelve digits of an MPAN; their sum modulo 11 and then 10 is the thirteenth.
MPAN_WEIGHTS = (3, 5, 7, 13, 17, 19, 23, 29, 31, 37, 41, 43)
ZERO = ("00-00-00-00-00-00-00-00", "0000000000000000")


class Arguments(NamedTuple):
    """Where an estate and the table of certificates lie, and where the verdicts go."""

    cells: str
    estate: str
    registration: str
    directory: str
    certificates: str
    as_of: str
    out: str


class Reference(NamedTuple):
    """What is known beside the estate and its records.

    A *holding* is the number of what can stand in a cell: the holder of the entity with what certificates say of the
    key. There are some ninety.
    """

    # Party, and whether it is a user of the DCC.
    parties: list[tuple[str, bool]]
    # First two digits of an MPAN, and the party they belong to.
    distributors: list[tuple[int, str]]
    # Entity, key and usage to holding, for every entity and every key that anybody knows.
    known: list[tuple[str, str, str, int]]
    # Entity to holding, for keys that nobody knows.
    entities: list[tuple[str, int]]
    # The holding of an entity and a key that nobody knows.
    unlisted: int
    # The holding of a cell that has no trust anchor.
    absent: int
    # Party and holding to grade.
    verdicts: list[tuple[str, int, int]]


def arguments() -> Arguments:
    """The arguments of a tool: estate folder, table of certificates, instant of the audit, output."""
    folder, certificates, as_of, out = sys.argv[1:]
    names = ("cells.csv", "estate.csv", "registration.csv", "directory.toml")
    return Arguments(*(str(Path(folder, name)) for name in names), certificates, as_of, out)


def reference(directory: str, certificates: str) -> Reference:
    """Reads the directory and the table of certificates."""
    listed = tomllib.loads(Path(directory).read_text(encoding="utf-8"))
    with open(certificates, encoding="utf-8", newline="") as file:
        held = [row for row in csv.DictReader(file) if row["holds"] == "true"]

    holders = {entity["id"]: party["id"] for party in listed["party"] for entity in party["entities"]}
    holders |= {entity["id"]: "supplier" for supplier in listed["supplier"] for entity in supplier["entities"]}
    holders |= {broker["entity"]: "broker" for broker in listed["access_control_broker"]}

    numbers: dict[tuple[str, str], int] = {}

    def holding(entity: str, key: str) -> int:
        return numbers.setdefault((holders.get(entity, "nobody"), key), len(numbers))

    roles: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for row in held:
        roles.setdefault((row["entity"], row["key"]), []).append((row["role"], row["usage"]))
    absent = numbers.setdefault(("broker", "absent"), len(numbers))
    known = [(*ZERO, usage, absent) for usage in USAGES]
    everybody = sorted(holders.keys() | {row["entity"] for row in held})
    for entity in everybody:
        for key in sorted({row["key"] for row in held}):
            certified = roles.get((entity, key), [])
            for usage in USAGES:
                known.append((entity, key, usage, holding(entity, standing(certified, usage))))
    entities = [(entity, holding(entity, "unknown")) for entity in everybody]
    unlisted = numbers.setdefault(("nobody", "unknown"), len(numbers))
    parties = listed["party"]
    return Reference(
        [(party["id"], party["expects_certificates"]) for party in parties],
        [(distributor, party["id"]) for party in parties for distributor in party["distributor_ids"]],
        known,
        entities,
        unlisted,
        absent,
        [
            (party["id"], number, VERDICTS.index(judge(party["id"], party["entities_complete"], *held)))
            for party in parties
            for held, number in numbers.items()
        ],
    )


def standing(certified: list[tuple[str, str]], usage: str) -> str:
    """What the certificates of an entity say of its key, of which there may be several, in a cell of a usage."""
    roles = {role for role, _ in certified}
    if "accessControlBroker" in roles:
        return "broker"
    if ("networkOperator", usage) in certified:
        return "own"
    return "other-role" if roles - {"networkOperator"} else "other"


def judge(party: str, entities_complete: bool, holder: str, key: str) -> str:
    """The verdict on a cell where a party is expected."""
    if "broker" in (holder, key):
        return "missing"
    if holder == party:
        return {"own": "correct", "unknown": "not-known"}.get(key, "wrong")
    if holder != "nobody" or key == "other-role" or entities_complete:
        return "wrong"
    return "not-known"
