"""The verdict on every meter of an estate, by polars: one lazy plan, run in its streaming engine."""

import polars as pl
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

# A state and its time as one number, so that the newest state is the greatest number.
HOLDINGS = 1024


def held(given: Arguments, known: Reference) -> pl.LazyFrame:
    """What each of the two cells holds by its newest record; rows that cannot be read as a state count as not there."""
    small = pl.LazyFrame(
        known.known,
        schema={"entity_id": pl.String, "key_id": pl.String, "key_usage": pl.String, "holding": pl.Int64},
        orient="row",
    )
    entities = pl.LazyFrame(known.entities, schema={"entity_id": pl.String, "of_entity": pl.Int64}, orient="row")
    seen = pl.col("observed_at").str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_unit="ms")
    holding = pl.coalesce("holding", "of_entity", pl.lit(known.unlisted))
    of_usage = [("signature", "digitalSignature"), ("agreement", "keyAgreement")]
    return (
        pl.scan_csv(given.cells, infer_schema=False)
        .filter(pl.col("role") == "networkOperator", pl.col("cell_usage") == "management")
        .filter(pl.col("observed_at").is_null() | (pl.col("observed_at") <= given.as_of))
        .filter(
            pl.col("status").is_in(["trustAnchorNotFound", "noTrustAnchor"])
            | (
                (pl.col("status") == "success")
                & pl.col("entity_id").str.contains("^([0-9A-F]{2}-){7}[0-9A-F]{2}$")
                & pl.col("key_id").str.contains("^[0-9A-F]{16}$")
            )
        )
        .join(small, on=["entity_id", "key_id", "key_usage"], how="left")
        .join(entities, on="entity_id", how="left")
        .select(
            "device_id",
            "key_usage",
            state=seen.dt.epoch("ms").fill_null(0) * HOLDINGS
            + pl.when(pl.col("status") == "success").then(holding).otherwise(known.absent),
        )
        .group_by("device_id")
        .agg(
            (pl.col("state").filter(pl.col("key_usage") == usage).max() % HOLDINGS).alias(name)
            for name, usage in of_usage
        )
    )


def meters(given: Arguments, known: Reference) -> pl.LazyFrame:
    """Each row of the estate with its operator: by registration, else by the row, else by a sound MPAN."""
    mpan = pl.col("mpan").cast(pl.Int64)
    digits = [mpan // 10 ** (12 - place) % 10 for place in range(13)]
    check = pl.sum_horizontal(digit * weight for digit, weight in zip(digits, MPAN_WEIGHTS, strict=False)) % 11 % 10
    registration = pl.scan_csv(given.registration, infer_schema=False).select(
        pl.col("mpan").cast(pl.Int64), registered="network_operator"
    )
    distributors = pl.LazyFrame(
        known.distributors, schema={"distributor": pl.Int64, "distributor_party": pl.String}, orient="row"
    )
    parties = pl.LazyFrame(known.parties, schema={"party": pl.String, "expects": pl.Boolean}, orient="row")
    return (
        pl.scan_csv(given.estate, infer_schema=False)
        .select(
            "device_id",
            "network_operator",
            mpan=pl.when(check == digits[12]).then(mpan),
            in_scope=pl.col("device_type").is_in(["ESME", "SAPC"])
            & ~pl.col("device_status").is_in(OUT_OF_SERVICE)
            & (pl.col("smets_version") != "SMETS1"),
        )
        .with_columns(distributor=pl.col("mpan") // 10**11)
        .join(registration, on="mpan", how="left")
        .join(distributors, on="distributor", how="left")
        .select(
            "device_id",
            "in_scope",
            party=pl.coalesce("registered", "network_operator", "distributor_party"),
        )
        .join(parties, on="party", how="left")
    )


def main() -> None:
    """Joins, and writes."""
    given = arguments()
    known = reference(given.directory, given.certificates)
    verdicts = pl.LazyFrame(
        known.verdicts, schema={"party": pl.String, "holding": pl.Int64, "grade": pl.Int64}, orient="row"
    )
    plan = meters(given, known).join(held(given, known), on="device_id", how="left")
    for cell in ("signature", "agreement"):
        graded = verdicts.rename({"holding": cell, "grade": f"on_{cell}"})
        plan = plan.join(graded, on=["party", cell], how="left")
    in_scope = pl.col("in_scope") & pl.col("expects").fill_null(True)
    grades = [pl.col(f"on_{cell}").fill_null(NOT_KNOWN) for cell in ("signature", "agreement")]
    plan = plan.select("device_id", grade=pl.when(in_scope).then(pl.max_horizontal(grades)).otherwise(OUT_OF_SCOPE))
    # A device may be listed twice. Rows of which something else follows decide nothing.
    low, high = pl.col("grade").min(), pl.col("grade").max()
    plan = (
        plan.group_by("device_id")
        .agg(grade=pl.when(low == high).then(low).otherwise(NOT_KNOWN))
        .select("device_id", verdict=pl.col("grade").replace_strict(range(len(VERDICTS)), list(VERDICTS)))
        .sort("device_id")
    )
    plan.sink_csv(given.out, engine="streaming")


main()
