"""Packs record batches by the quickest level of lz4.

aiokafka 0.14.0 packs by level 9, as brokers do, and has no setting for it: ten times the time for a tenth fewer bytes.
No report of it is known. A broker keeps what it is sent, unless its topics name a compression of their own.
"""

from __future__ import annotations

from functools import partial

from aiokafka import codec
from aiokafka.record import default_records
from aiokafka.record._crecords import default_records as compiled_default_records

_LEVEL = 1


def pack_quickly() -> None:
    """For every producer of this process: aiokafka has no setting of one producer."""
    for module in (default_records, compiled_default_records):
        module.lz4_encode = partial(codec.lz4_encode, level=_LEVEL)
