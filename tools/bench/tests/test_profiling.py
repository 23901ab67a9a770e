from bench.profiling import Statement, ranked


def test_a_statement_is_ranked_by_what_it_costs_a_claim() -> None:
    statement = Statement(
        database="bench_claims",
        calls=40,
        rows=20_000,
        plan_ms=100.0,
        execute_ms=900.0,
        wal_bytes=20_000_000,
        text="INSERT INTO claim\n    SELECT  $1",
    )

    (_, line) = ranked([statement], claims=20_000).splitlines()

    assert line.split(maxsplit=6) == [
        "50.0",
        "5.0",
        "40",
        "500.0",
        "1000",
        "bench_claims",
        "INSERT INTO claim SELECT $1",
    ]
