"""The verdict on every meter of an estate, by pandas."""

import numpy as np
import pandas as pd
from reference import (
    MPAN_WEIGHTS,
    NOT_KNOWN,
    OUT_OF_SCOPE,
    OUT_OF_SERVICE,
    VERDICTS,
    Arguments,
    Reference,
    arguments,
    reference,
)


def newest(given: Arguments, known: Reference) -> list[pd.Series]:
    """What each of the two cells of a device holds by its newest record, by device.

    Rows that cannot be read as a state count as not there.
    """
    texts = ["device_id", "role", "key_usage", "cell_usage", "status", "entity_id", "key_id"]
    # The reader knows times by itself, which is faster than doing it afterwards.
    cells = pd.read_csv(given.cells, dtype=dict.fromkeys(texts, str), engine="pyarrow")
    cells = cells[(cells["role"] == "networkOperator") & (cells["cell_usage"] == "management")]
    cells = cells[cells["observed_at"].isna() | (cells["observed_at"] <= pd.Timestamp(given.as_of))]
    success = cells["status"] == "success"
    readable = cells["entity_id"].str.fullmatch("([0-9A-F]{2}-){7}[0-9A-F]{2}", na=False)
    readable &= cells["key_id"].str.fullmatch("[0-9A-F]{16}", na=False)
    cells = cells[success & readable | cells["status"].isin(["trustAnchorNotFound", "noTrustAnchor"])]

    small = pd.DataFrame(known.known, columns=["entity_id", "key_id", "key_usage", "holding"])
    cells = cells.merge(small, on=["entity_id", "key_id", "key_usage"], how="left")
    unknown = cells["holding"].isna()
    of_entity = cells.loc[unknown, "entity_id"].map(dict(known.entities)).fillna(known.unlisted)
    cells.loc[unknown, "holding"] = of_entity
    cells.loc[cells["status"] != "success", "holding"] = known.absent

    cells = cells[["device_id", "key_usage", "observed_at", "holding"]]
    cells = cells.sort_values("observed_at", na_position="first")
    return [
        cells[cells["key_usage"] == usage].drop_duplicates("device_id", keep="last").set_index("device_id")["holding"]
        for usage in ("digitalSignature", "keyAgreement")
    ]


def meters(given: Arguments, known: Reference) -> pd.DataFrame:
    """Each row of the estate with its operator: by registration, else by the row, else by a sound MPAN."""
    columns = ["device_id", "device_type", "device_status", "smets_version", "mpan", "network_operator"]
    estate = pd.read_csv(given.estate, usecols=columns, dtype=str, engine="pyarrow")
    registration = pd.read_csv(given.registration, dtype=str, engine="pyarrow")
    estate["in_scope"] = (
        estate["device_type"].isin(["ESME", "SAPC"])
        & ~estate["device_status"].isin(OUT_OF_SERVICE)
        & (estate["smets_version"] != "SMETS1")
    )

    mpan = estate["mpan"].fillna("0").astype("int64")
    digits = [mpan // 10 ** (12 - place) % 10 for place in range(13)]
    check = sum(digit * weight for digit, weight in zip(digits, MPAN_WEIGHTS, strict=False)) % 11 % 10
    estate["mpan"] = mpan.where((check == digits[12]) & (mpan > 0), -1)
    registered = registration.assign(mpan=registration["mpan"].astype("int64")).set_index("mpan")["network_operator"]
    party = estate["mpan"].map(registered)
    party = party.fillna(estate["network_operator"].replace("", None))
    estate["party"] = party.fillna((estate["mpan"] // 10**11).map(dict(known.distributors)))
    return estate[["device_id", "in_scope", "party"]]


def main() -> None:
    """Joins, and writes."""
    given = arguments()
    known = reference(given.directory, given.certificates)
    estate = meters(given, known)
    verdicts = pd.DataFrame(known.verdicts, columns=["party", "holding", "grade"])
    grade = pd.Series(0, index=estate.index)
    for cell in newest(given, known):
        held = pd.DataFrame({"party": estate["party"], "holding": estate["device_id"].map(cell)})
        on_cell = held.merge(verdicts, on=["party", "holding"], how="left")["grade"].fillna(NOT_KNOWN)
        grade = np.maximum(grade, on_cell)
    expects = estate["party"].map(dict(known.parties)).fillna(True).astype(bool)
    estate["grade"] = grade.where(estate["in_scope"] & expects, OUT_OF_SCOPE).astype("int8")

    # A device may be listed twice. Rows of which something else follows decide nothing.
    estate = estate.sort_values(["device_id", "grade"])[["device_id", "grade"]]
    low = estate.drop_duplicates("device_id", keep="first")
    high = estate.drop_duplicates("device_id", keep="last")
    grades = low["grade"].to_numpy()
    grades = np.where(grades == high["grade"].to_numpy(), grades, NOT_KNOWN)
    pd.DataFrame({"device_id": low["device_id"], "verdict": np.array(VERDICTS, dtype=object)[grades]}).to_csv(
        given.out, index=False
    )


main()
