"""The door believes an access token that its issuer signed for this service and that is not over, and no other."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc.jwk import ECKey, RSAKey
from stepped_time import SteppedTime
from structlog.testing import capture_logs

from chassis.http import tokens
from chassis.http.key_set import KeySet
from chassis.http.problems import Problem
from chassis.http.tokens import LEEWAY_SECONDS, LONGEST_LIFE_SECONDS, MOST_CHARACTERS, Verifier, _Claims
from contracts.access import Role
from devstack.outside.issuer import RELATION_NUMBER, Issuer, new_key

SERVICE = "specimen"
SECRET_SUBJECT = "subject-that-no-log-may-hold"
Forge = Callable[[Issuer], str]


class HostTime:
    """Seconds since 1970, moved by hand."""

    def __init__(self) -> None:
        self.at = time.time()

    def __call__(self) -> float:
        return self.at


def verifier_of(issuer: Issuer, *, now: Callable[[], float] = time.time) -> Verifier:
    return Verifier(KeySet(issuer.jwks_url), issuer=issuer.name, audience=SERVICE, now=now)


def written(value: object) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def claims_of(issuer: Issuer, **changes: Any) -> dict[str, Any]:
    payload = issuer.token(audience=SERVICE).split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return claims | changes


def with_signature(token: str, signature: str) -> str:
    return f"{token.rpartition('.')[0]}.{signature}"


@contextmanager
def refused(reason: str) -> Iterator[None]:
    """Expect 401, the reason in the log and nowhere else, and nothing of the token in either."""
    with capture_logs() as logs, pytest.raises(Problem) as refusal:
        yield
    assert refusal.value.status_code == 401
    assert refusal.value.headers == {"WWW-Authenticate": 'Bearer error="invalid_token"'}
    assert [line["reason"] for line in logs if line["event"] == "token.refused"] == [reason]
    assert SECRET_SUBJECT not in f"{logs}{refusal.value.detail}"
    assert reason not in str(refusal.value.detail)


async def test_a_customer_is_who_the_token_says(issuer: Issuer) -> None:
    token = issuer.token(audience=SERVICE, scopes=("policies:read", "claims:read"), subject="account-7", client="app")

    caller = await verifier_of(issuer).caller_of(token)

    assert (caller.subject, caller.client, caller.role) == ("account-7", "app", Role.CUSTOMER)
    assert caller.relation_number == RELATION_NUMBER
    assert caller.scopes == {"policies:read", "claims:read"}
    assert caller.kind == "customer"


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CUSTOMER])
async def test_everybody_else_has_no_relation_number(issuer: Issuer, role: Role) -> None:
    caller = await verifier_of(issuer).caller_of(issuer.token(audience=SERVICE, role=role, scopes=()))

    assert (caller.role, caller.relation_number, caller.scopes) == (role, None, frozenset())


async def test_a_token_may_be_meant_for_several_services(issuer: Issuer) -> None:
    caller = await verifier_of(issuer).caller_of(issuer.token(audience=["policy-svc", SERVICE]))

    assert caller.role is Role.CUSTOMER


@pytest.mark.parametrize("type_", ["at+jwt", "application/at+jwt", "AT+JWT"])
async def test_both_names_of_the_type_are_known(issuer: Issuer, type_: str) -> None:
    caller = await verifier_of(issuer).caller_of(issuer.token(audience=SERVICE, header={"typ": type_}))

    assert caller.subject == "somebody"


NO_TOKEN = "it has not the form of a signed token"
NO_JSON = "a part is not JSON that has one meaning"
WRONG_HEADER = "its header is not that of an access token signed with ES256"
WRONG_SIGNATURE = "its signature is not by the key it names"
WRONG_CLAIM = "a claim is missing or of another form"


def with_alg_none(issuer: Issuer) -> str:
    return f"{written({'alg': 'none', 'typ': 'at+jwt', 'kid': issuer.signing_key.kid})}.{written(claims_of(issuer))}."


def with_alg_none_and_a_signature(issuer: Issuer) -> str:
    token = with_alg_none(issuer)
    return token + issuer.token(audience=SERVICE).rpartition(".")[2]


def signed_with_the_public_key_as_a_secret(issuer: Issuer) -> str:
    header = {"alg": "HS256", "typ": "at+jwt", "kid": issuer.signing_key.kid}
    signed = f"{written(header)}.{written(claims_of(issuer))}"
    mac = hmac.new(issuer.signing_key.as_pem(private=False), signed.encode(), sha256).digest()
    return f"{signed}.{written(mac)}"


def signed_with_the_public_key_and_as_long_as_es256(issuer: Issuer) -> str:
    token = signed_with_the_public_key_as_a_secret(issuer)
    mac = base64.urlsafe_b64decode(token.rpartition(".")[2] + "=")
    return with_signature(token, written(mac + mac))


def named_es384(issuer: Issuer) -> str:
    _, claims, signature = issuer.token(audience=SERVICE).split(".")
    header = written({"alg": "ES384", "typ": "at+jwt", "kid": issuer.signing_key.kid})
    return f"{header}.{claims}.{signature}"


def signed_by_somebody_else(issuer: Issuer) -> str:
    stranger = new_key()
    return issuer.token(audience=SERVICE, key=stranger, header={"kid": issuer.signing_key.kid})


def with_the_id_of_another_listed_key(issuer: Issuer) -> str:
    return issuer.token(audience=SERVICE, header={"kid": issuer.list_new_key().kid})


def with_the_key_in_the_header(issuer: Issuer) -> str:
    stranger = new_key()
    return issuer.token(audience=SERVICE, key=stranger, header={"jwk": stranger.as_dict(private=False)})


def with_the_address_of_the_keys_in_the_header(issuer: Issuer) -> str:
    return issuer.token(audience=SERVICE, header={"jku": issuer.jwks_url})


def with_claims_of_one_and_the_signature_of_another(issuer: Issuer) -> str:
    return with_signature(
        issuer.token(audience=SERVICE, relation_number="654321"), issuer.token(audience=SERVICE).rpartition(".")[2]
    )


def with_a_claim_twice(issuer: Issuer) -> str:
    text = json.dumps(claims_of(issuer))
    return issuer.sign((text[:-1] + ', "relation_number": "654321"}').encode())


def with_a_header_field_twice(issuer: Issuer) -> str:
    _, claims, signature = issuer.token(audience=SERVICE).split(".")
    kid = issuer.signing_key.kid
    header = f'{{"alg": "none", "alg": "ES256", "typ": "at+jwt", "kid": "{kid}"}}'.encode()
    return f"{written(header)}.{claims}.{signature}"


def with_a_deep_header(issuer: Issuer) -> str:
    return f"{written(b'[' * 1_500)}.{issuer.token(audience=SERVICE).partition('.')[2]}"


def with_a_signature_of_zeros(issuer: Issuer) -> str:
    return with_signature(issuer.token(audience=SERVICE), "A" * 86)


def with_a_signature_written_another_way(issuer: Issuer) -> str:
    token = issuer.token(audience=SERVICE)
    return token[:-1] + {"A": "B", "Q": "R", "g": "h", "w": "x"}[token[-1]]


FORGED: Mapping[str, tuple[Forge, str]] = {
    "alg none": (with_alg_none, NO_TOKEN),
    "alg none with a signature": (with_alg_none_and_a_signature, WRONG_HEADER),
    "HS256 with the public key": (signed_with_the_public_key_as_a_secret, NO_TOKEN),
    "HS256 as long as ES256": (signed_with_the_public_key_and_as_long_as_es256, WRONG_HEADER),
    "another algorithm of curves": (named_es384, WRONG_HEADER),
    "a token of another type": (lambda issuer: issuer.token(audience=SERVICE, header={"typ": "JWT"}), WRONG_HEADER),
    "no type": (lambda issuer: issuer.token(audience=SERVICE, header={"typ": None}), WRONG_HEADER),
    "no key id": (lambda issuer: issuer.token(audience=SERVICE, header={"kid": None}), WRONG_HEADER),
    "signed by somebody else": (signed_by_somebody_else, WRONG_SIGNATURE),
    "the id of another listed key": (with_the_id_of_another_listed_key, WRONG_SIGNATURE),
    "the id of no key": (
        lambda issuer: issuer.token(audience=SERVICE, header={"kid": "nobody's"}),
        "the issuer lists no such key",
    ),
    "a key in the header": (with_the_key_in_the_header, WRONG_HEADER),
    "an address of keys in the header": (with_the_address_of_the_keys_in_the_header, WRONG_HEADER),
    "claims of one, signature of another": (with_claims_of_one_and_the_signature_of_another, WRONG_SIGNATURE),
    "a signature of zeros": (with_a_signature_of_zeros, WRONG_SIGNATURE),
    "a signature written another way": (with_a_signature_written_another_way, NO_TOKEN),
    "a claim twice": (with_a_claim_twice, NO_JSON),
    "a header field twice": (with_a_header_field_twice, NO_JSON),
    "a deep header": (with_a_deep_header, NO_JSON),
    "deep claims": (lambda issuer: issuer.sign(b'{"a":' + b"[" * 1_000 + b"]" * 1_000 + b"}"), NO_JSON),
    "claims in a list": (lambda issuer: issuer.sign(b"[]"), "a part is not a JSON object"),
    "claims that are no JSON": (lambda issuer: issuer.sign(b"somebody"), NO_JSON),
    "claims that are no UTF-8": (lambda issuer: issuer.sign(b'{"sub": "\xff"}'), NO_JSON),
    "a header that is no object": (lambda _: f"{written('a')}.e30.{'A' * 86}", "a part is not a JSON object"),
    "a header that is no base64": (lambda _: f"a.e30.{'A' * 86}", "a part is not in base64url"),
    "nothing": (lambda _: "", NO_TOKEN),
    "a word": (lambda _: "secret", NO_TOKEN),
    "four parts": (lambda issuer: issuer.token(audience=SERVICE) + ".e30", NO_TOKEN),
    "no claims": (lambda _: f"{written({})}..{'A' * 86}", NO_TOKEN),
    "letters that are not ASCII": (lambda issuer: "é" + issuer.token(audience=SERVICE), NO_TOKEN),
    "a line break behind it": (lambda issuer: issuer.token(audience=SERVICE) + "\n", NO_TOKEN),
    "huge": (lambda issuer: issuer.token(audience=SERVICE, more="a" * MOST_CHARACTERS), "it is too long"),
}


@pytest.mark.parametrize(("forge", "reason"), FORGED.values(), ids=FORGED)
async def test_what_the_issuer_did_not_sign_as_an_access_token_is_refused(
    issuer: Issuer, forge: Forge, reason: str
) -> None:
    token = forge(issuer)
    verifier = verifier_of(issuer)

    for _ in range(2):
        with refused(reason):
            await verifier.caller_of(token)


async def test_a_key_of_another_kind_is_no_key_here(issuer: Issuer) -> None:
    issuer.answer = lambda: (
        200,
        json.dumps(
            {
                "keys": [
                    issuer.signing_key.as_dict(private=False),
                    {**ECKey.generate_key("P-384", private=False).as_dict(), "kid": "curve"},
                    {**RSAKey.generate_key(2048, private=False).as_dict(), "kid": "rsa"},
                    {"kty": "oct", "k": "c2VjcmV0", "kid": "secret"},
                    {**new_key().as_dict(private=False), "kid": "encryption", "use": "enc"},
                    {**new_key().as_dict(private=True), "kid": "private"},
                ]
            }
        ).encode(),
    )
    verifier = verifier_of(issuer)

    assert (await verifier.caller_of(issuer.token(audience=SERVICE))).role is Role.CUSTOMER
    for kid in ("curve", "rsa", "secret", "encryption", "private"):
        with refused("the issuer lists no such key"):
            await verifier.caller_of(issuer.token(audience=SERVICE, header={"kid": kid}))


WRONG_CLAIMS: Mapping[str, tuple[Mapping[str, Any], str]] = {
    "another issuer": ({"iss": "https://evil.example"}, "somebody else has issued it"),
    "the issuer among others": ({"iss": ["https://evil.example"]}, WRONG_CLAIM),
    "another service": ({"aud": "policy-svc"}, "it is meant for another service"),
    "a service called almost so": ({"aud": f"{SERVICE}-svc"}, "it is meant for another service"),
    "no service": ({"aud": []}, "it is meant for another service"),
    "a customer without relation number": (
        {"relation_number": None},
        "a customer has a relation number, and nobody else has",
    ),
    "a customer with an empty relation number": ({"relation_number": ""}, WRONG_CLAIM),
    "a relation number that is a number": ({"relation_number": 123456}, WRONG_CLAIM),
    "a handler with a relation number": (
        {"role": "claims-handler"},
        "a customer has a relation number, and nobody else has",
    ),
    "a customer in a team": ({"team": "storm"}, "a customer works in no team"),
    "a team without a name": ({"role": "claims-handler", "relation_number": None, "team": ""}, WRONG_CLAIM),
    "a role that does not exist": ({"role": "root"}, WRONG_CLAIM),
    "two roles": ({"role": ["customer", "operator"]}, WRONG_CLAIM),
    "scopes in a list": ({"scope": ["policies:read"]}, WRONG_CLAIM),
    "an end that is text": ({"exp": "4102444800"}, WRONG_CLAIM),
    "an end that is true": ({"exp": True}, WRONG_CLAIM),
    "an end with a fraction": ({"exp": time.time() + 100.5}, WRONG_CLAIM),
    "an end beyond all numbers": ({"exp": 10**30}, NO_JSON),
    "a subject without a name": ({"sub": ""}, WRONG_CLAIM),
    **{
        f"no {claim}": ({claim: None}, WRONG_CLAIM)
        for claim in ("iss", "sub", "aud", "exp", "iat", "jti", "client_id", "role")
    },
}


@pytest.mark.parametrize(("wrong", "reason"), WRONG_CLAIMS.values(), ids=WRONG_CLAIMS)
async def test_what_was_issued_for_somebody_or_something_else_is_refused(
    issuer: Issuer, wrong: Mapping[str, Any], reason: str
) -> None:
    token = issuer.sign(json.dumps(_without_none(claims_of(issuer, sub=SECRET_SUBJECT) | dict(wrong))).encode())

    with refused(reason):
        await verifier_of(issuer).caller_of(token)


def _without_none(claims: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in claims.items() if value is not None}


@pytest.mark.parametrize(
    ("moments", "reason"),
    [
        ({"iat": -100, "exp": 1 - LEEWAY_SECONDS}, None),
        ({"iat": -100, "exp": -LEEWAY_SECONDS}, "it has expired"),
        ({"iat": LEEWAY_SECONDS, "exp": 100}, None),
        ({"iat": LEEWAY_SECONDS + 1, "exp": 100}, "it is not valid yet"),
        ({"iat": 0, "nbf": LEEWAY_SECONDS, "exp": 100}, None),
        ({"iat": 0, "nbf": LEEWAY_SECONDS + 1, "exp": 100}, "it is not valid yet"),
        ({"iat": 0, "exp": LONGEST_LIFE_SECONDS}, None),
        ({"iat": 0, "exp": LONGEST_LIFE_SECONDS + 1}, "it is issued for too long a time, or for none"),
        ({"iat": 10, "exp": 10}, "it is issued for too long a time, or for none"),
    ],
)
async def test_a_token_counts_from_its_beginning_to_its_end_with_a_leeway_for_clocks(
    issuer: Issuer, moments: Mapping[str, Any], reason: str | None
) -> None:
    now = HostTime()
    at = int(now.at)
    now.at = float(at)
    token = issuer.token(audience=SERVICE, **{name: at + seconds for name, seconds in moments.items()})
    verifier = verifier_of(issuer, now=now)

    if reason is None:
        assert (await verifier.caller_of(token)).subject == "somebody"
    else:
        with refused(reason):
            await verifier.caller_of(token)


async def test_a_verified_token_is_remembered_until_it_is_over(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    verify, verified = tokens._ES256.verify, []

    def count(*given: Any, **more: Any) -> Any:
        verified.append(given)
        return verify(*given, **more)

    monkeypatch.setattr(tokens._ES256, "verify", count)
    now = HostTime()
    verifier = verifier_of(issuer, now=now)
    token = issuer.token(audience=SERVICE, exp=int(now.at) + 60)

    callers = [await verifier.caller_of(token) for _ in range(3)]
    now.at += 60 + LEEWAY_SECONDS

    assert callers == [callers[0]] * 3
    assert len(verified) == 1
    with refused("it has expired"):
        await verifier.caller_of(token)


async def test_no_more_tokens_are_remembered_than_there_is_room_for(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "MOST_REMEMBERED", 3)
    verifier = verifier_of(issuer)
    several = [issuer.token(audience=SERVICE, subject=f"account-{number}") for number in range(5)]

    subjects = [(await verifier.caller_of(token)).subject for token in [*several, *several]]

    assert subjects == [f"account-{number}" for number in range(5)] * 2
    assert len(verifier._remembered) == 3


async def test_nothing_that_is_remembered_could_be_used_as_a_token(issuer: Issuer) -> None:
    verifier = verifier_of(issuer)
    token = issuer.token(audience=SERVICE)

    await verifier.caller_of(token)

    assert token.encode() not in verifier._remembered
    assert token not in repr(verifier._remembered)


async def test_a_remembered_token_of_a_withdrawn_key_counts_no_more(issuer: Issuer) -> None:
    elapsed = SteppedTime()
    keys = KeySet(issuer.jwks_url, elapsed=elapsed)
    verifier = Verifier(keys, issuer=issuer.name, audience=SERVICE)
    stolen = issuer.signing_key
    token = issuer.token(audience=SERVICE)
    await verifier.caller_of(token)

    issuer.signing_key = issuer.list_new_key()
    issuer.withdraw(stolen)
    elapsed.seconds += 300
    await verifier.caller_of(issuer.token(audience=SERVICE))  # asks for the new key, and so learns what is withdrawn

    with refused("the issuer lists no such key"):
        await verifier.caller_of(token)


async def test_another_key_under_the_same_id_verifies_what_it_has_signed_and_nothing_older(issuer: Issuer) -> None:
    elapsed = SteppedTime()
    keys = KeySet(issuer.jwks_url, elapsed=elapsed)
    verifier = Verifier(keys, issuer=issuer.name, audience=SERVICE)
    kid = issuer.signing_key.kid
    token = issuer.token(audience=SERVICE)
    await verifier.caller_of(token)

    issuer.signing_key = ECKey.generate_key("P-256", {"kid": str(kid)})
    issuer.listed = [issuer.signing_key]
    elapsed.seconds += 300
    with refused("the issuer lists no such key"):
        await verifier.caller_of(
            issuer.token(audience=SERVICE, header={"kid": "asked for, so that the list is fetched"})
        )

    with refused(WRONG_SIGNATURE):
        await verifier.caller_of(token)
    assert (await verifier.caller_of(issuer.token(audience=SERVICE))).role is Role.CUSTOMER


async def test_while_no_key_can_be_had_a_token_is_not_to_blame(issuer: Issuer) -> None:
    issuer.stop()
    verifier = verifier_of(issuer)

    for _ in range(2):
        with pytest.raises(Problem) as refusal:
            await verifier.caller_of(issuer.token(audience=SERVICE))
        assert refusal.value.status_code == 503
        assert refusal.value.headers == {"Retry-After": "1"}


EXAMPLES = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
NAMES = st.sampled_from([*_Claims.__struct_fields__, "more"])
VALUES = st.none() | st.booleans() | st.integers() | st.text()
JSON = st.recursive(VALUES, lambda inner: st.dictionaries(NAMES, inner) | st.lists(inner), max_leaves=20)
PAYLOADS = st.binary(max_size=300) | JSON.map(lambda value: json.dumps(value).encode())
ALMOST_TOKENS = st.from_regex(r"[A-Za-z0-9_-]{1,80}\.[A-Za-z0-9_-]{1,80}\.[A-Za-z0-9_-]{85}[AQgw]", fullmatch=True)


def is_refused(verifier: Verifier, token: str) -> bool:
    """Whether the token is refused by 401: nothing else may come of it."""
    with pytest.raises(Problem) as refusal:
        asyncio.run(verifier.caller_of(token))
    return refusal.value.status_code == 401


@pytest.fixture
def verifier(issuer: Issuer) -> Verifier:
    """A verifier that has its keys."""
    verifier = verifier_of(issuer)
    asyncio.run(verifier.caller_of(issuer.token(audience=SERVICE)))
    return verifier


@EXAMPLES
@given(data=st.data())
def test_a_token_with_any_character_changed_is_refused(issuer: Issuer, verifier: Verifier, data: st.DataObject) -> None:
    token = issuer.token(audience=SERVICE)
    place = data.draw(st.integers(min_value=0, max_value=len(token) - 1))
    character = data.draw(st.characters(max_codepoint=255).filter(lambda drawn: drawn != token[place]))

    assert is_refused(verifier, token[:place] + character + token[place + 1 :])


@EXAMPLES
@given(payload=PAYLOADS)
def test_signed_claims_of_any_form_are_refused(issuer: Issuer, verifier: Verifier, payload: bytes) -> None:
    assert is_refused(verifier, issuer.sign(payload))


@EXAMPLES
@given(token=st.text(max_size=200) | ALMOST_TOKENS)
def test_text_of_any_form_is_refused(verifier: Verifier, token: str) -> None:
    assert is_refused(verifier, token)
