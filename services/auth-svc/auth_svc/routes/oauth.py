"""The OAuth end points (RFC 6749, 7009, 7636, 9207): for browsers that log in, and for programs that get tokens."""

from __future__ import annotations

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from auth_svc.domain.oauth_refusals import OAuthErrorCode, OAuthRefusal
from auth_svc.domain.parameters import ACCESS_TOKEN_LIFETIME
from auth_svc.domain.refusals import Refusal
from auth_svc.flows import grants
from auth_svc.flows.authorization import NOT_SENT_BACK, AuthorizationRequest, authorize
from auth_svc.flows.clients import authenticate
from auth_svc.flows.grants import Asking, CodeGrant
from auth_svc.flows.tokens import Granted
from auth_svc.parts import Parts
from auth_svc.routes import problems
from auth_svc.routes.browsers import OTHER_SITE, refuse_all_but_pages
from auth_svc.routes.client_authentication import CHALLENGE, credentials_in
from auth_svc.routes.metadata import AUTHORIZE_PATH, GRANT_TYPES, REVOKE_PATH, TOKEN_PATH
from auth_svc.routes.origin import SESSION_COOKIE, RequestOrigin
from chassis.http.api import Api
from chassis.http.telemetry import RequestTrace
from chassis.http.values import ExactModel
from chassis.unit_of_work import Work
from contracts.access import AUTHORIZE

_UNSUPPORTED_GRANT = OAuthRefusal(
    OAuthErrorCode.UNSUPPORTED_GRANT_TYPE, f"Send as grant_type one of {', '.join(GRANT_TYPES)}."
)
_NO_TOKEN = OAuthRefusal(OAuthErrorCode.INVALID_REQUEST, "Send the token.")
_NO_CODE = OAuthRefusal(OAuthErrorCode.INVALID_REQUEST, "Send code, redirect_uri and code_verifier.")
_NO_REFRESH_TOKEN = OAuthRefusal(OAuthErrorCode.INVALID_REQUEST, "Send refresh_token.")


class OAuthError(ExactModel):
    """Why no token is given (RFC 6749 §5.2)."""

    error: OAuthErrorCode = Field(examples=["invalid_grant"])
    error_description: str = Field(examples=["It is unknown, over, used already, or was given to another client."])


class _ClientForm(BaseModel):
    """`client_secret` is read to be refused: secrets come by HTTP Basic only."""

    client_id: str | None = Field(
        default=None, description="Of a public client, which sends no secret", examples=["portal"]
    )
    client_secret: str | None = Field(default=None, description="Never here: by HTTP Basic", examples=[None])


class TokenForm(_ClientForm):
    """What tokens are asked for with. Which fields are needed depends on `grant_type`."""

    grant_type: str | None = Field(default=None, examples=["authorization_code"])
    code: str | None = Field(default=None, examples=["4mXhJ8cTLC8BqOQ0PxyGfS8tBqS3JX8m2Qh0p1nUuFo"], repr=False)
    redirect_uri: str | None = Field(default=None, examples=["https://mijn.example.org/callback"])
    code_verifier: str | None = Field(
        default=None, examples=["dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"], repr=False
    )
    refresh_token: str | None = Field(
        default=None, examples=["l1B2vCjXfUn6fX2QkV8Sx5xT9JwA6lPp5H4Y4wS0ceM"], repr=False
    )
    scope: str | None = Field(default=None, examples=["account:read sessions:end"])


class RevocationForm(_ClientForm):
    """A token that is not needed any more."""

    token: str | None = Field(default=None, examples=["l1B2vCjXfUn6fX2QkV8Sx5xT9JwA6lPp5H4Y4wS0ceM"], repr=False)
    token_type_hint: str | None = Field(default=None, examples=["refresh_token"])


class AccessToken(ExactModel):
    """An access token (RFC 9068) of a client that acts for itself."""

    access_token: str = Field(examples=["eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.e30.c2ln"], repr=False)
    token_type: str = Field(default="Bearer", examples=["Bearer"])
    expires_in: int = Field(description="Seconds", examples=[300])
    scope: str = Field(description="What was granted: this may be less than was asked for", examples=["account:read"])


class Tokens(AccessToken):
    """Tokens of a client that acts for somebody. The refresh token is used up by its first use."""

    refresh_token: str = Field(examples=["l1B2vCjXfUn6fX2QkV8Sx5xT9JwA6lPp5H4Y4wS0ceM"], repr=False)


class OAuthRoutes:
    """Gives and takes back tokens."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        api.get(
            AUTHORIZE_PATH,
            operation=AUTHORIZE,
            status_code=302,
            changes_because="RFC 6749 sends browsers here by GET, and back with a code that is stored",
            problems=(OTHER_SITE,),
            refusals={400: OAuthError},
        )(self.authorize)
        api.post(
            TOKEN_PATH,
            operation=AUTHORIZE,
            form=True,
            once_by="a code or refresh token is used up by its first use, and a second use ends its session",
            problems=(problems.LIMIT_REACHED,),
            refusals={400: OAuthError, 401: OAuthError},
        )(self.get_tokens)
        api.post(
            REVOKE_PATH,
            operation=AUTHORIZE,
            form=True,
            status_code=200,
            once_by="a token that is taken back stays so",
            problems=(problems.LIMIT_REACHED,),
            refusals={400: OAuthError, 401: OAuthError},
        )(self.revoke_token)

    async def authorize(  # noqa: PLR0913 - the parameters of RFC 6749 and RFC 7636
        self,
        *,
        request: Request,
        work: Work,
        client_id: str | None = None,
        redirect_uri: str | None = None,
        response_type: str | None = None,
        scope: str | None = None,
        state: str | None = None,
        code_challenge: str | None = None,
        code_challenge_method: str | None = None,
    ) -> Response:
        """Go back to a client with a code for it.

        Who is not logged in goes to the portal first, and from there here again: `return` of that address says where.
        An unknown client, or an address that it has not registered, is told here and never followed.
        """
        refuse_all_but_pages(request)
        names = [name for name, _ in request.query_params.multi_items()]
        if len(set(names)) < len(names):
            return _refused(NOT_SENT_BACK)
        asked = AuthorizationRequest(
            client_id=client_id or "",
            redirect_uri=redirect_uri or "",
            response_type=response_type,
            scope=scope,
            state=state,
            code_challenge=code_challenge,
            code_challenge_method=code_challenge_method,
            resume_path=f"{AUTHORIZE_PATH}?{request.url.query}",
        )
        answer = await authorize(work, self._parts, asked, session_secret=request.cookies.get(SESSION_COOKIE, ""))
        return _refused(answer) if isinstance(answer, OAuthRefusal) else RedirectResponse(answer, status_code=302)

    async def get_tokens(
        self, form: TokenForm, request: Request, work: Work, origin: RequestOrigin, trace: RequestTrace
    ) -> Tokens | AccessToken | Response:
        """Get tokens for a code or a refresh token, or as a client for itself.

        A client with a secret sends it by HTTP Basic. Unknown parameters are passed over.
        """
        asking = await self._client_of(form, request, work, origin, trace)
        if not isinstance(asking, Asking):
            return _refused(asking)
        granted = await self._grant(form, work, asking)
        return _told(granted) if isinstance(granted, Granted) else _refused(granted)

    async def revoke_token(
        self, form: RevocationForm, request: Request, work: Work, origin: RequestOrigin, trace: RequestTrace
    ) -> Response:
        """Take back a refresh token, with all that the client was given in the same session.

        An access token is over within minutes by itself; it and what is unknown are answered as what was taken back.
        """
        asking = await self._client_of(form, request, work, origin, trace)
        if not isinstance(asking, Asking):
            return _refused(asking)
        if form.token is None:
            return _refused(_NO_TOKEN)
        refusal = await grants.revoke(work, asking, token=form.token)
        return _refused(refusal) if refusal else Response(status_code=200)

    async def _client_of(
        self, form: _ClientForm, request: Request, work: Work, origin: RequestOrigin, trace: RequestTrace
    ) -> Asking | OAuthRefusal | Refusal:
        credentials = credentials_in(request, client_id=form.client_id, client_secret=form.client_secret)
        client = await authenticate(work, self._parts, credentials, origin=origin, trace=trace)
        if isinstance(client, (OAuthRefusal, Refusal)):
            return client
        return Asking(client=client, origin=origin, trace=trace)

    async def _grant(self, form: TokenForm, work: Work, asking: Asking) -> Granted | OAuthRefusal:
        match form:
            case TokenForm(grant_type="authorization_code", code=str(code)):
                grant = CodeGrant(code=code, redirect_uri=form.redirect_uri, code_verifier=form.code_verifier)
                return await grants.redeem_code(work, self._parts, asking, grant)
            case TokenForm(grant_type="authorization_code"):
                return _NO_CODE
            case TokenForm(grant_type="refresh_token", refresh_token=str(token)):
                return await grants.refresh(work, self._parts, asking, token=token, scope=form.scope)
            case TokenForm(grant_type="refresh_token"):
                return _NO_REFRESH_TOKEN
            case TokenForm(grant_type="client_credentials"):
                return await grants.act_for_itself(work, self._parts, asking, scope=form.scope)
            case _:
                return _UNSUPPORTED_GRANT


def _told(granted: Granted) -> Tokens | AccessToken:
    seconds = int(ACCESS_TOKEN_LIFETIME.total_seconds())
    if granted.refresh_token is None:
        return AccessToken(access_token=granted.access_token, expires_in=seconds, scope=granted.scope)
    return Tokens(
        access_token=granted.access_token,
        expires_in=seconds,
        scope=granted.scope,
        refresh_token=granted.refresh_token,
    )


def _refused(refusal: OAuthRefusal | Refusal) -> Response:
    if isinstance(refusal, Refusal):
        return problems.answer(refusal)
    told = OAuthError(error=refusal.error, error_description=refusal.advice).model_dump(mode="json")
    if refusal.error is OAuthErrorCode.INVALID_CLIENT:
        return JSONResponse(told, status_code=401, headers=CHALLENGE)
    return JSONResponse(told, status_code=400)
