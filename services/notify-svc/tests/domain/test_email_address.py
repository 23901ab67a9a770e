from __future__ import annotations

import pytest

from notify_svc.domain.email_address import BadAddressError, parse_address


@pytest.mark.parametrize(
    "address", ["a@b.nl\nBcc: x@y.nl", "a@b\x00.nl", "a,b@c.nl", "a@b@c.nl", "a@", "@b.nl", "jörg@b.nl"]
)
def test_an_address_that_could_break_a_header_is_refused(address: str) -> None:
    with pytest.raises(BadAddressError):
        parse_address(address)


def test_a_domain_outside_ascii_is_written_as_dns_knows_it() -> None:
    assert parse_address("jan@exämple.nl").addr_spec == "jan@xn--exmple-cua.nl"
