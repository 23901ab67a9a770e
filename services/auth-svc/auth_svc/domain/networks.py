"""The networks that an address belongs to: whoever has one address of a household has all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

_PREFIXES = {4: (32, 24), 6: (64, 56, 48)}
_UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Network:
    """`name` is as it is written, with its length: 192.0.2.0/24."""

    name: str
    prefix: int


def networks_of(address: str) -> Sequence[Network]:
    """Return the networks by which requests of `address` are counted, the smallest first.

    An IPv4 address that is written as IPv6 is one of IPv4. What is no address shares one network with all its like.
    """
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return (Network(_UNKNOWN, _PREFIXES[4][0]),)
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    return [Network(str(ip_network((parsed, prefix), strict=False)), prefix) for prefix in _PREFIXES[parsed.version]]
