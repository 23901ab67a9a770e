"""What programs read before they ask for tokens (RFC 8414), and services before they believe one (RFC 7517)."""

from __future__ import annotations

from pydantic import Field

from auth_svc.domain import pkce
from auth_svc.parts import Parts
from auth_svc.repository import signing_keys
from chassis.http.api import Api
from chassis.http.handler import Reading
from chassis.http.values import ExactModel
from contracts.access import ACCESS, READ_METADATA

JWKS_PATH = "/.well-known/jwks.json"
AUTHORIZE_PATH, TOKEN_PATH, REVOKE_PATH = "/oauth/authorize", "/oauth/token", "/oauth/revoke"
GRANT_TYPES = ("authorization_code", "refresh_token", "client_credentials")


class ServerMetadata(ExactModel):
    """How to get tokens here (RFC 8414 §2)."""

    issuer: str = Field(examples=["https://auth.example.org"])
    authorization_endpoint: str = Field(examples=[f"https://auth.example.org{AUTHORIZE_PATH}"])
    token_endpoint: str = Field(examples=[f"https://auth.example.org{TOKEN_PATH}"])
    revocation_endpoint: str = Field(examples=[f"https://auth.example.org{REVOKE_PATH}"])
    jwks_uri: str = Field(examples=[f"https://auth.example.org{JWKS_PATH}"])
    scopes_supported: list[str] = Field(examples=[["account:read"]])
    response_types_supported: list[str] = Field(examples=[["code"]])
    response_modes_supported: list[str] = Field(examples=[["query"]])
    grant_types_supported: list[str] = Field(examples=[list(GRANT_TYPES)])
    token_endpoint_auth_methods_supported: list[str] = Field(examples=[["client_secret_basic", "none"]])
    revocation_endpoint_auth_methods_supported: list[str] = Field(examples=[["client_secret_basic", "none"]])
    code_challenge_methods_supported: list[str] = Field(examples=[[pkce.METHOD]])
    authorization_response_iss_parameter_supported: bool = Field(
        description="Whether answers to the browser say who gives them (RFC 9207)", examples=[True]
    )


class SigningKeyView(ExactModel):
    """A public key by which tokens are verified (RFC 7517)."""

    kid: str = Field(examples=["5cD1k2QnVXkSsvTjQlDpCYJmKZV1vRrDvnLL0TlnCZg"])
    kty: str = Field(examples=["EC"])
    crv: str = Field(examples=["P-256"])
    x: str = Field(examples=["f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"])
    y: str = Field(examples=["x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"])
    use: str = Field(examples=["sig"])
    alg: str = Field(examples=["ES256"])


class KeySetView(ExactModel):
    """The keys of tokens that are valid now, or will be soon."""

    keys: list[SigningKeyView]


class MetadataRoutes:
    """Tells what is public."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        api.get("/.well-known/oauth-authorization-server", operation=READ_METADATA)(self.read_server_metadata)
        api.get(JWKS_PATH, operation=READ_METADATA)(self.list_signing_keys)

    async def read_server_metadata(self) -> ServerMetadata:
        """Read how to get tokens here."""
        issuer = self._parts.settings.api_issuer or ""
        methods = ["client_secret_basic", "none"]
        return ServerMetadata(
            issuer=issuer,
            authorization_endpoint=issuer + AUTHORIZE_PATH,
            token_endpoint=issuer + TOKEN_PATH,
            revocation_endpoint=issuer + REVOKE_PATH,
            jwks_uri=issuer + JWKS_PATH,
            scopes_supported=sorted({operation.scope for operation in ACCESS if not operation.is_public}),
            response_types_supported=["code"],
            response_modes_supported=["query"],
            grant_types_supported=list(GRANT_TYPES),
            token_endpoint_auth_methods_supported=methods,
            revocation_endpoint_auth_methods_supported=methods,
            code_challenge_methods_supported=[pkce.METHOD],
            authorization_response_iss_parameter_supported=True,
        )

    async def list_signing_keys(self, reading: Reading) -> KeySetView:
        """List the public keys by which access tokens are verified.

        A key is listed a quarter of an hour before it signs, unless another one had to be withdrawn in haste.
        """
        keys = await signing_keys.listed(reading.connection, now=await reading.now())
        return KeySetView(keys=[SigningKeyView.model_validate(key) for key in keys])
