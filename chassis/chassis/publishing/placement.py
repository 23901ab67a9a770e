"""Which partition a key belongs to: what every Kafka client chooses unless it is told otherwise.

That is a promise to whoever else writes to a topic, or reads one partition of it: murmur2 as in Kafka's Java client.
aiokafka computes it in pure Python, byte by byte, which cost more than building the record. Here all keys of a batch
that are of one length, and nearly all keys are UUIDs, are hashed side by side: every key has a lane of 64 bits in one
large integer, and Python multiplies all lanes in one step. A product of two 32-bit numbers never leaves its lane.
"""

from __future__ import annotations

import sys
from array import array
from collections import defaultdict
from collections.abc import Mapping, Sequence
from struct import unpack

_SEED, _FACTOR, _32_BITS = 0x9747B28C, 0x5BD1E995, 0xFFFFFFFF
_SIGN_BIT_CLEARED = 0x7FFFFFFF


def hashes_of(keys: Sequence[bytes]) -> Mapping[bytes, int]:
    """Return the murmur2 hash of every key, 0 to 2**31 - 1 as Kafka's clients use it."""
    of_length: defaultdict[int, list[bytes]] = defaultdict(list)
    for key in dict.fromkeys(keys):
        of_length[len(key)].append(key)
    hashes: dict[bytes, int] = {}
    for length, same_length in of_length.items():
        hashes.update(zip(same_length, _murmur2(same_length, length=length), strict=True))
    return hashes


def _murmur2(keys: Sequence[bytes], *, length: int) -> Sequence[int]:
    count = len(keys)
    one = _lanes([1] * count)
    all_32 = one * _32_BITS
    padded = -length % 4
    whole, per_key = length // 4, (length + padded) // 4
    words = unpack(f"<{count * per_key}I", b"".join([key.ljust(length + padded, b"\0") for key in keys]))
    hashed = one * (_SEED ^ length)
    for number in range(whole):
        mixed = _lanes(words[number::per_key]) * _FACTOR & all_32
        mixed ^= mixed >> 24 & one * (_32_BITS >> 24)
        hashed = (hashed * _FACTOR ^ mixed * _FACTOR) & all_32
    if padded:
        hashed = (hashed ^ _lanes(words[whole::per_key])) * _FACTOR & all_32
    hashed ^= hashed >> 13 & one * (_32_BITS >> 13)
    hashed = hashed * _FACTOR & all_32
    hashed ^= hashed >> 15 & one * (_32_BITS >> 15)
    return array("Q", (hashed & one * _SIGN_BIT_CLEARED).to_bytes(8 * count, sys.byteorder))


def _lanes(words: Sequence[int]) -> int:
    """Put every 32-bit word into a lane of its own."""
    return int.from_bytes(array("Q", words), sys.byteorder)
