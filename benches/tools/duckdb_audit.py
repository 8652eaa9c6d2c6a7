"""The verdict on every meter of an estate, by DuckDB."""

import duckdb
from reference import arguments, reference

# What each of the two cells holds by its newest record; rows that cannot be read as a state count as not there.
HELD = """
create temp table held as
select
    device_id,
    arg_max(holding, seen) filter (key_usage = 'digitalSignature') as signature,
    arg_max(holding, seen) filter (key_usage = 'keyAgreement') as agreement,
from (
    select
        device_id,
        key_usage,
        coalesce(observed_at, '-infinity') as seen,
        if(status = 'success', coalesce(known.holding, entities.holding, $unlisted), $absent)::smallint as holding,
    from read_csv($cells, header = true, columns = {
        'device_id': 'varchar', 'observed_at': 'timestamp', 'role': 'varchar', 'key_usage': 'varchar',
        'cell_usage': 'varchar', 'status': 'varchar', 'entity_id': 'varchar', 'key_id': 'varchar'
    })
    left join known using (entity_id, key_id, key_usage)
    left join entities using (entity_id)
    where role = 'networkOperator'
        and cell_usage = 'management'
        and (observed_at is null or observed_at <= $as_of::timestamp)
        and (
            status in ('trustAnchorNotFound', 'noTrustAnchor')
            or (
                status = 'success'
                and (
                    known.holding is not null
                    or (
                        regexp_full_match(entity_id, '([0-9A-F]{2}-){7}[0-9A-F]{2}')
                        and regexp_full_match(key_id, '[0-9A-F]{16}')
                    )
                )
            )
        )
)
group by device_id
"""

# The operator by registration, else by the estate, else by the first digits of a sound MPAN.
VERDICTS = """
copy (
    with meters as (
        select
            device_id,
            device_type in ('ESME', 'SAPC')
                and device_status not in
                    ('Pending', 'Whitelisted', 'InstalledNotCommissioned', 'Decommissioned', 'Withdrawn')
                and smets_version <> 'SMETS1' as in_scope,
            case
                when (
                    (mpan // 1000000000000) * 3 + (mpan // 100000000000 % 10) * 5 + (mpan // 10000000000 % 10) * 7
                    + (mpan // 1000000000 % 10) * 13 + (mpan // 100000000 % 10) * 17 + (mpan // 10000000 % 10) * 19
                    + (mpan // 1000000 % 10) * 23 + (mpan // 100000 % 10) * 29 + (mpan // 10000 % 10) * 31
                    + (mpan // 1000 % 10) * 37 + (mpan // 100 % 10) * 41 + (mpan // 10 % 10) * 43
                ) % 11 % 10 = mpan % 10
                then mpan
            end as mpan,
            network_operator,
        from read_csv($estate, header = true, columns = {
            'device_id': 'varchar', 'device_type': 'varchar', 'device_status': 'varchar', 'smets_version': 'varchar',
            'mpan': 'bigint', 'secondary_mpan': 'varchar', 'export_mpan': 'varchar', 'network_operator': 'varchar',
            'supplier': 'varchar', 'manufacturer': 'varchar', 'model': 'varchar', 'firmware': 'varchar',
            'region': 'varchar'
        })
    ),
    registration as (
        select mpan, network_operator
        from read_csv($registration, header = true, columns = {
            'mpan': 'bigint', 'network_operator': 'varchar', 'supplier': 'varchar'
        })
    ),
    graded as (
        select
            meters.device_id,
            case
                when not in_scope or not parties.expects_certificates then 4
                else greatest(coalesce(on_signature.grade, 1), coalesce(on_agreement.grade, 1))
            end as grade,
        from meters
        left join registration on registration.mpan = meters.mpan
        left join distributors on distributors.distributor = meters.mpan // 100000000000
        left join parties on parties.party = coalesce(
            registration.network_operator, nullif(meters.network_operator, ''), distributors.party)
        left join held on held.device_id = meters.device_id
        left join verdicts as on_signature
            on on_signature.party = parties.party and on_signature.holding = held.signature
        left join verdicts as on_agreement
            on on_agreement.party = parties.party and on_agreement.holding = held.agreement
    )
    -- A device may be listed twice. Rows of which something else follows decide nothing.
    select
        device_id,
        ['correct', 'not-known', 'missing', 'wrong', 'out-of-scope']
            [if(min(grade) = max(grade), any_value(grade), 1) + 1] as verdict,
    from graded
    group by device_id
    order by device_id
) to $out (format csv, header true)
"""


def main() -> None:
    """Makes the small tables, joins, and writes."""
    given = arguments()
    known = reference(given.directory, given.certificates)
    database = duckdb.connect()
    for table, columns, rows in (
        ("known", "entity_id varchar, key_id varchar, key_usage varchar, holding smallint", known.known),
        ("entities", "entity_id varchar, holding smallint", known.entities),
        ("verdicts", "party varchar, holding smallint, grade tinyint", known.verdicts),
        ("parties", "party varchar, expects_certificates boolean", known.parties),
        ("distributors", "distributor bigint, party varchar", known.distributors),
    ):
        database.execute(f"create temp table {table} ({columns})")
        values = ", ".join(f"unnest(${place + 1})" for place in range(len(rows[0])))
        database.execute(f"insert into {table} select {values}", [list(column) for column in zip(*rows, strict=True)])
    cells = {"cells": given.cells, "as_of": given.as_of, "unlisted": known.unlisted, "absent": known.absent}
    database.execute(HELD, cells)
    files = {"estate": given.estate, "registration": given.registration, "out": given.out}
    database.execute(VERDICTS, files)


main()
