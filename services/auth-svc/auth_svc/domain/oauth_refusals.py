"""Why no token is given, in the words of RFC 6749 (§4.1.2.1, §5.2)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class OAuthErrorCode(StrEnum):
    """What programs decide by."""

    INVALID_REQUEST = "invalid_request"
    INVALID_CLIENT = "invalid_client"
    INVALID_GRANT = "invalid_grant"
    UNAUTHORIZED_CLIENT = "unauthorized_client"
    UNSUPPORTED_GRANT_TYPE = "unsupported_grant_type"
    UNSUPPORTED_RESPONSE_TYPE = "unsupported_response_type"
    INVALID_SCOPE = "invalid_scope"


@dataclass(frozen=True, slots=True)
class OAuthRefusal:
    """Returned instead of a result. `advice` tells developers what to change and repeats nothing of what was sent."""

    error: OAuthErrorCode
    advice: str


INVALID_CLIENT = OAuthRefusal(
    OAuthErrorCode.INVALID_CLIENT, "Send the client's id and secret by HTTP Basic, or client_id of a public client."
)
INVALID_GRANT = OAuthRefusal(
    OAuthErrorCode.INVALID_GRANT, "It is unknown, over, used already, or was given to another client: log in again."
)
INVALID_SCOPE = OAuthRefusal(
    OAuthErrorCode.INVALID_SCOPE, "Ask for scopes that this client may have, and whoever it acts for as well."
)
UNAUTHORIZED_CLIENT = OAuthRefusal(OAuthErrorCode.UNAUTHORIZED_CLIENT, "This client may not get tokens in this way.")
