"""What is asked of passkeys, and whether what they answer is sound: for this portal, by its user, rightly signed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import (
    base64url_to_bytes,
    decode_credential_public_key,
    decoded_public_key_to_cryptography,
    options_to_json_dict,
    parse_client_data_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from auth_svc.domain.parameters import CHALLENGE_LIFETIME
from auth_svc.repository.accounts import Account
from auth_svc.settings import Settings

Credential: TypeAlias = Mapping[str, Any]
"""What a browser's `PublicKeyCredential.toJSON()` returns."""
Options: TypeAlias = dict[str, Any]
"""What a browser's `PublicKeyCredential.parse…OptionsFromJSON()` takes."""

_TIMEOUT_MILLISECONDS: Final = int(CHALLENGE_LIFETIME.total_seconds() * 1000)
# The library's parsers pass on what Python says to bytes that are no CBOR, no JSON, no text or no key.
_UNSOUND: Final = (
    *(WebAuthnException, InvalidSignature, UnsupportedAlgorithm),
    *(ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError),
)


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """This portal, as passkeys know it: they belong to `host`, and are used on pages of `origin` only."""

    host: str
    origin: str

    @classmethod
    def of(cls, settings: Settings) -> RelyingParty:
        """Return what follows from where the portal is."""
        url = urlsplit(settings.portal_url)
        host = url.hostname or ""
        port = "" if url.port in {None, 443} else f":{url.port}"
        return cls(host, f"https://{host}{port}")


def login_options(portal: RelyingParty, challenge: bytes) -> Options:
    """Return what a browser is to ask of any passkey for this portal: nobody says beforehand who logs in."""
    options = generate_authentication_options(
        rp_id=portal.host,
        challenge=challenge,
        timeout=_TIMEOUT_MILLISECONDS,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


def addition_options(portal: RelyingParty, account: Account, challenge: bytes, *, but: Sequence[bytes]) -> Options:
    """Return what a browser is to ask of an authenticator that holds none of the passkeys `but`."""
    options = generate_registration_options(
        rp_id=portal.host,
        rp_name=portal.host,
        user_id=account.account_id.bytes,
        user_name=account.email,
        challenge=challenge,
        timeout=_TIMEOUT_MILLISECONDS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=credential_id) for credential_id in but],
    )
    return options_to_json_dict(options)


def challenge_in(credential: Credential) -> bytes | None:
    """Return the challenge that was signed, if `credential` has the form of one."""
    try:
        return parse_client_data_json(base64url_to_bytes(credential["response"]["clientDataJSON"])).challenge
    except _UNSOUND:
        return None


def credential_id_in(credential: Credential) -> bytes | None:
    """Return which passkey has signed, if `credential` has the form of one."""
    try:
        return base64url_to_bytes(credential["rawId"])
    except _UNSOUND:
        return None


def user_in(credential: Credential) -> bytes | None:
    """Return whose passkey it says it is."""
    try:
        return base64url_to_bytes(credential["response"]["userHandle"])
    except _UNSOUND:
        return None


def verified_login(
    portal: RelyingParty, credential: Credential, *, challenge: bytes, public_key: bytes
) -> VerifiedAuthentication | None:
    """Return what was rightly signed, None when anything is wrong. Whether the count went up is left to the caller."""
    try:
        return verify_authentication_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=portal.host,
            expected_origin=portal.origin,
            credential_public_key=public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except _UNSOUND:
        return None


def verified_addition(portal: RelyingParty, credential: Credential, *, challenge: bytes) -> VerifiedRegistration | None:
    """Return the passkey that was made, None when anything is wrong. Who made the authenticator is not asked."""
    try:
        verified = verify_registration_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=portal.host,
            expected_origin=portal.origin,
            require_user_verification=True,
        )
        # Without attestation nobody has used the key yet: one that is no key would be found out at the first login.
        decoded_public_key_to_cryptography(decode_credential_public_key(verified.credential_public_key))
    except _UNSOUND:
        return None
    return verified
