"""Keys for ES256, and access tokens signed by them in the form of RFC 9068."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from joserfc import jws
from joserfc.jwk import ECKey

ALGORITHM = "ES256"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key just made. `public_key` is a JWK as it is listed, `private_key` one in JSON, to be sealed at once."""

    kid: str
    private_key: bytes = field(repr=False)
    public_key: Mapping[str, object]


def new_key() -> NewKey:
    """Return a key whose id is its thumbprint (RFC 7638)."""
    key = ECKey.generate_key("P-256")
    kid = key.thumbprint()
    return NewKey(
        kid=kid,
        private_key=json.dumps(key.as_dict(private=True)).encode(),
        public_key={**key.as_dict(private=False), "kid": kid, "use": "sig", "alg": ALGORITHM},
    )


def signed(claims: Mapping[str, object], *, kid: str, private_key: bytes) -> str:
    """Return an access token. Its header says algorithm, type and key, and nothing that a verifier would refuse."""
    header = {"alg": ALGORITHM, "typ": "at+jwt", "kid": kid}
    key = ECKey.import_key(json.loads(private_key))
    return jws.serialize_compact(header, json.dumps(claims).encode(), key, algorithms=[ALGORITHM])
