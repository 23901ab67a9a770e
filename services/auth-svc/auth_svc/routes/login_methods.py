"""Which ways to log in there are, and what to do where one is not taken here: before anybody has logged in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from auth_svc.parts import Parts
from auth_svc.routes.advice import Advice
from chassis.http.api import Api
from chassis.http.values import ExactModel
from contracts.access import READ_METADATA


class LoginMethod(ExactModel):
    """One way to log in."""

    name: Literal["sms", "authenticator_app", "passkey", "pin", "digid"] = Field(
        description="Besides the password: a code by SMS or of an app; in its place: a passkey, or a device's PIN",
        examples=["sms"],
    )
    is_accepted: bool = Field(examples=[True])
    explanation: Advice


class LoginMethods(ExactModel):
    """All that people come with, those that are not taken as well."""

    methods: Sequence[LoginMethod]


def login_methods(phone: str) -> LoginMethods:
    """Return every method with what a customer should know of it. `phone` is the insurer's."""
    return LoginMethods(
        methods=(
            LoginMethod(
                name="sms",
                is_accepted=True,
                explanation=Advice(
                    nl=(
                        "U logt in met uw e-mailadres en wachtwoord, en daarna met een code die wij u per sms sturen.",
                        "Voor online toegang hebt u een mobiel nummer nodig.",
                        f"Hebt u dat niet, dan helpen wij u telefonisch: {phone}.",
                    ),
                    en=(
                        "You log in with your e-mail address and password, then with a code that we send you by SMS.",
                        f"Online access needs a mobile number. If you have none, we help you by phone: {phone}.",
                    ),
                ),
            ),
            LoginMethod(
                name="authenticator_app",
                is_accepted=True,
                explanation=Advice(
                    nl=("Veiliger dan sms: een app op uw telefoon toont de code. Stel hem in nadat u bent ingelogd.",),
                    en=("Safer than SMS: an app on your phone shows the code. Set it up once you have logged in.",),
                ),
            ),
            LoginMethod(
                name="passkey",
                is_accepted=True,
                explanation=Advice(
                    nl=("Het veiligst: uw vingerafdruk, gezicht of toestel, zonder wachtwoord en zonder code.",),
                    en=("The safest: your fingerprint, face or device, without a password and without a code.",),
                ),
            ),
            LoginMethod(
                name="pin",
                is_accepted=True,
                explanation=Advice(
                    nl=("In de app, op een toestel waarop u al eens met een code hebt ingelogd.",),
                    en=("In the app, on a device on which you have logged in with a code before.",),
                ),
            ),
            LoginMethod(
                name="digid",
                is_accepted=False,
                explanation=Advice(
                    nl=(
                        "DigiD werkt hier niet: het hoort bij de portal van de zorgverzekering.",
                        "Log hier in met uw e-mailadres en wachtwoord, of activeer eerst uw account.",
                    ),
                    en=(
                        "DigiD does not work here: it belongs to the portal of the health insurance.",
                        "Log in here with your e-mail address and password, or activate your account first.",
                    ),
                ),
            ),
        )
    )


class LoginMethodRoutes:
    """Tells how to log in."""

    def __init__(self, parts: Parts) -> None:
        self._phone = parts.settings.insurer_phone

    def declare(self, api: Api) -> None:
        """Add the route to `api`."""
        api.get("/login-methods", operation=READ_METADATA)(self.list_login_methods)

    async def list_login_methods(self) -> LoginMethods:
        """List the ways to log in, and those that are not taken here, each with what to do."""
        return login_methods(self._phone)
