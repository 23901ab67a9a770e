"""Mutants of sessions, tokens and keys: each lets somebody in who has stolen something, or keeps everybody out."""

from __future__ import annotations

from functools import partial

from mutants.mutant import Mutant

_Mutant = partial(Mutant, package="auth_svc")

MUTANTS = (
    _Mutant(
        "tokens of auth-svc: a code may be used again",
        "repository/oauth.py",
        sound="UPDATE authorization_code SET used_at = $2 WHERE digest = $1 AND used_at IS NULL",
        broken="UPDATE authorization_code SET used_at = $2 WHERE digest = $1",
        guard="test_oauth.py::test_of_a_hundred_uses_of_a_code_one_succeeds_and_the_session_ends",
    ),
    _Mutant(
        "tokens of auth-svc: a stolen refresh token leaves the session alone",
        "flows/grants.py",
        sound="await sessions.end(work.connection, account_id=session.account_id, session_id=session.session_id)",
        broken="pass",
        guard="test_oauth.py::test_of_a_hundred_uses_of_a_refresh_token_one_succeeds_and_its_family_is_gone",
    ),
    _Mutant(
        "tokens of auth-svc: any method of PKCE will do",
        "domain/pkce.py",
        sound="method == METHOD and challenge is not None",
        broken="challenge is not None",
        guard="test_oauth.py::test_what_a_registered_client_asks_wrongly_it_is_told",
    ),
    _Mutant(
        "tokens of auth-svc: a code is for any client",
        "flows/grants.py",
        sound="or code.client_id != asking.client.client_id",
        broken="or not code.client_id",
        guard="test_oauth.py::test_a_code_is_for_who_asked_for_it",
    ),
    _Mutant(
        "tokens of auth-svc: what is given back leaves no trace",
        "flows/grants.py",
        sound="if session and await oauth.revoke(",
        broken="if session and not await oauth.revoke(",
        guard="test_oauth.py::test_taking_back_is_on_record_once_however_often_it_is_asked",
    ),
    _Mutant(
        "sessions: an idle one goes on",
        "repository/sessions.py",
        sound="now - SESSION_IDLE,\n    )\n    return None if row is None else InUse",
        broken="now - 99 * SESSION_IDLE,\n    )\n    return None if row is None else InUse",
        guard="test_sessions.py::test_a_session_ends_after_an_idle_hour_or_a_day",
    ),
    _Mutant(
        "sessions: any site may end one",
        "routes/sessions.py",
        sound="refuse_other_sites(request, portal_url=self._parts.settings.portal_url)",
        broken="pass",
        guard="test_sessions.py::test_another_site_cannot_log_somebody_out",
    ),
    _Mutant(
        "keys: a new one signs before verifiers have seen it",
        "flows/keys.py",
        sound="max(latest.signs_until, work.now + KEY_LISTED_BEFORE)",
        broken="work.now",
        guard="test_keys.py::test_a_verifier_that_fetches_the_list_every_five_minutes_meets_no_key_it_does_not_know",
    ),
)
