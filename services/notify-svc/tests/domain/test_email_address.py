from __future__ import annotations

from email.errors import MessageError
from email.headerregistry import Address

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from notify_svc.domain.email_address import BadAddressError, BadDomainError, parse_address


@pytest.mark.parametrize(
    "address",
    ["a@b.nl\nBcc: x@y.nl", "a@b\x00.nl", "a,b@c.nl", "a@b@c.nl", "a@", "@b.nl", "jörg@b.nl", "jörg@bücher.nl"],
)
def test_an_address_that_could_break_a_header_is_refused(address: str) -> None:
    with pytest.raises(BadAddressError) as refused:
        parse_address(address)

    assert not isinstance(refused.value, BadDomainError)


@pytest.mark.parametrize(
    ("address", "as_dns_knows_it"),
    [
        ("jan@exämple.nl", "jan@xn--exmple-cua.nl"),
        ("jan@straße.de", "jan@xn--strae-oqa.de"),
        ("jan@strasse.de", "jan@strasse.de"),
        ("jan@βόλος.com", "jan@xn--nxasmm1c.com"),
        ("jan@MÜNCHEN.DE", "jan@xn--mnchen-3ya.de"),
        ("jan@xn--mnchen-3ya.de", "jan@xn--mnchen-3ya.de"),
        ("Jan@EXAMPLE.org", "Jan@example.org"),
        ("jan@例子。中国", "jan@xn--fsqu00a.xn--fiqs8s"),
    ],
)
def test_a_domain_is_written_as_dns_knows_it(address: str, as_dns_knows_it: str) -> None:
    assert parse_address(address).addr_spec == as_dns_knows_it


@pytest.mark.parametrize(
    "domain",
    ["☃.net", "a_b.nl", "-a.nl", "a-.nl", "。nl", "xn--a.nl", "xn--", "[127.0.0.1]", "x" * 64 + ".nl", "ab.nl" * 60],
)
def test_a_domain_that_cannot_be_registered_is_refused_without_repeating_it(domain: str) -> None:
    with pytest.raises(BadDomainError) as refused:
        parse_address(f"jan@{domain}")

    assert domain not in str(refused.value)


@given(
    st.from_regex(r"[ -~]{1,12}@[ -~]{1,12}", fullmatch=True)
    | st.from_regex(r"[a-z.+_!]{1,9}@[a-z0-9.-]{1,12}", fullmatch=True)
)
@example("a..b@example.org")
@example(".a@example.org")
@example("a@example.org\n")
@example("a(comment)@example.org")
@example("0@[")
def test_an_ordinary_address_is_read_as_the_library_reads_it(text: str) -> None:
    try:
        expected = Address(addr_spec=text)
    except (MessageError, ValueError, IndexError, AttributeError):
        with pytest.raises(BadAddressError):
            parse_address(text)
        return
    try:
        found = parse_address(text)
    except BadAddressError:
        return
    assert found.username == expected.username
    assert found.domain == expected.domain.lower()
