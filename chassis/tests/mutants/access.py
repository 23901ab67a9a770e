"""Mutants of what strangers can do: bombs, secrets in texts, dead letters kept too long, access to Kafka."""

from __future__ import annotations

from mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "access: a batch is unpacked whatever its size",
        "workarounds/header_safe_fetch.py",
        "    bounded_unpacking.install()\n",
        "",
        "test_unpacked_size.py::test_a_bomb_is_dead_lettered_without_its_value_and_harms_no_other_record[zstd]",
    ),
    Mutant(
        "access: why the database refuses is told in the words of the driver",
        "database.py",
        '    return (\n        f"DATABASE_URL cannot be used: {describe(error)}; ',
        '    return (\n        f"DATABASE_URL cannot be used: {error}; ',
        "test_passwords_in_errors.py::test_no_part_of_a_password_stands_in_what_stops_the_start",
    ),
    Mutant(
        "access: a database is named by what follows the last @ of its address",
        "database.py",
        '    return plain["place"] if plain else "the address in DATABASE_URL"\n',
        '    return database_url.rpartition("@")[2].partition("?")[0]\n',
        "test_passwords_in_errors.py::test_no_part_of_a_password_stands_in_what_stops_the_start",
    ),
    Mutant(
        "access: why a record is dead-lettered is logged, with the header that it quotes",
        "consuming/batch_processor.py",
        "                code=rejection.code,\n",
        "                code=rejection.code,\n                reason=rejection.reason,\n",
        "test_poison.py::test_what_a_stranger_writes_into_a_record_is_never_logged",
    ),
)
