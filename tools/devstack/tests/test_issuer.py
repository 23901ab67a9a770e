"""The issuer signs tokens that its listed keys verify, and can be away."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

import pytest
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError
from joserfc.jwk import KeySet

from devstack.outside.issuer import TOKEN_SECONDS, Issuer


def listed(issuer: Issuer) -> KeySet:
    with urllib.request.urlopen(issuer.jwks_url, timeout=5) as answer:  # noqa: S310 - its own address
        return KeySet.import_key_set(json.load(answer))


def claims_of(token: str, issuer: Issuer) -> Mapping[str, Any]:
    return jwt.decode(token, listed(issuer), algorithms=["ES256"]).claims


def test_a_token_says_what_it_was_asked_to_say(issuer: Issuer) -> None:
    claims = claims_of(issuer.token(audience="policy-svc", scopes=("policies:read", "policies:change")), issuer)

    assert claims["iss"] == issuer.name
    assert (claims["aud"], claims["scope"]) == ("policy-svc", "policies:read policies:change")
    assert (claims["role"], claims["relation_number"]) == ("customer", "123456")
    assert claims["exp"] - claims["iat"] == TOKEN_SECONDS
    assert abs(claims["iat"] - time.time()) < TOKEN_SECONDS


def test_a_claim_is_replaced_or_left_out(issuer: Issuer) -> None:
    claims = claims_of(issuer.token(audience="policy-svc", sub=None, exp=1, role="operator"), issuer)

    assert claims["exp"] == 1
    assert "sub" not in claims
    assert "relation_number" not in claims


def test_only_public_halves_are_listed(issuer: Issuer) -> None:
    _, body = issuer.key_set()

    (key,) = json.loads(body)["keys"]
    assert set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"}


def test_keys_are_listed_and_withdrawn(issuer: Issuer) -> None:
    former, following = issuer.signing_key, issuer.list_new_key()
    older, newer = issuer.token(audience="policy-svc"), issuer.token(audience="policy-svc", key=following)
    assert claims_of(older, issuer) != claims_of(newer, issuer)

    issuer.withdraw(former)

    assert claims_of(newer, issuer)
    with pytest.raises(InvalidKeyIdError):
        claims_of(older, issuer)
    with pytest.raises(BadSignatureError):
        claims_of(issuer.token(audience="policy-svc", key=former, header={"kid": following.kid}), issuer)


def test_it_is_away_until_it_starts_again(issuer: Issuer) -> None:
    issuer.stop()
    with pytest.raises(urllib.error.URLError):
        listed(issuer)

    issuer.start()

    assert len(listed(issuer).keys) == 1
    assert issuer.asked == 1
