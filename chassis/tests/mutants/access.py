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
)
