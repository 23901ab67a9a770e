"""Keys go where every other Kafka client would put them."""

from __future__ import annotations

from uuid import uuid4

import pytest
from aiokafka.partitioner import DefaultPartitioner
from hypothesis import given
from hypothesis import strategies as st

from chassis.publishing.placement import hashes_of

ONE_FOR_EACH_HASH = range(2**31)
"""So many partitions that the partition is the hash."""


def chosen_by_aiokafka(key: bytes) -> int:
    partition: int = DefaultPartitioner()(key, ONE_FOR_EACH_HASH, [])
    return partition


@given(st.lists(st.binary(max_size=70), max_size=30))
def test_any_keys_are_placed_as_aiokafka_places_them(keys: list[bytes]) -> None:
    assert hashes_of(keys) == {key: chosen_by_aiokafka(key) for key in keys}


def test_a_batch_of_identifiers_is_placed_as_aiokafka_places_it() -> None:
    keys = [str(uuid4()).encode() for _ in range(1_000)]

    assert hashes_of(keys) == {key: chosen_by_aiokafka(key) for key in keys}


@pytest.mark.parametrize(
    ("key", "signed_hash"),
    [(b"21", -973932308), (b"foobar", -790332482), (b"a-little-bit-long-string", -985981536), (b"abc", 479470107)],
)
def test_keys_are_hashed_as_the_java_client_hashes_them(key: bytes, signed_hash: int) -> None:
    assert hashes_of([key]) == {key: signed_hash & 0x7FFFFFFF}
