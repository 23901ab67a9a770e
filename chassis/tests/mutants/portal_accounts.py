"""Mutants of the portal's rooms for logging in, the account and changes of insurances."""

from __future__ import annotations

from functools import partial

from mutants.mutant import Mutant

_Mutant = partial(Mutant, package="portal_svc")
_LOGIN = "test_login.py"
_ACCOUNT = "test_account.py"

MUTANTS = (
    _Mutant(
        "portal: connections to services keep the cookies of whoever logs in",
        "clients/services.py",
        "                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),",
        "                cookies=CookieJar(),",
        f"{_LOGIN}::test_connections_to_services_keep_no_cookie_of_anybody",
    ),
    _Mutant(
        "portal: a login leads wherever the address says",
        "web/at_auth.py",
        '    is_authorization = back.startswith("/oauth/authorize?") and back.isprintable()\n',
        "    is_authorization = bool(back)\n",
        f"{_LOGIN}::test_a_login_leads_to_auth_or_in_from_the_start_and_nowhere_else",
    ),
    _Mutant(
        "portal: a password loses the blanks around it",
        "rooms/login.py",
        'await exactly(visit, "password"), visit.form.get("back")',
        'visit.form.get("password"), visit.form.get("back")',
        f"{_LOGIN}::test_password_and_code_lead_on_to_what_one_logged_in_for_with_the_cookies_of_auth",
    ),
    _Mutant(
        "portal: what one cookie keeps is read from another",
        "web/sealed_cookies.py",
        '    return found if found.pop("cookie", "") == name else {}\n',
        "    return found\n",
        f"{_ACCOUNT}::test_a_secret_is_read_from_its_own_cookie_alone",
    ),
    _Mutant(
        "portal: who has shown who they are may change more than one thing",
        "web/logins.py",
        "    cookies.forget(response, _IDENTITY)\n",
        "",
        f"{_ACCOUNT}::test_another_address_is_asked_for_with_the_version_that_was_seen",
    ),
    _Mutant(
        "portal: showing who one is leads wherever the address says",
        "rooms/account.py",
        'return path if re.fullmatch(_NEEDS_IDENTITY, path) else "/account"\n',
        "return path\n",
        f"{_ACCOUNT}::test_nobody_is_led_from_showing_who_they_are_to_another_page",
    ),
    _Mutant(
        "portal: after a new password one stays logged in here",
        "rooms/account.py",
        "            await visit.sessions.end(visit.session)\n",
        "            pass\n",
        f"{_ACCOUNT}::test_a_new_password_logs_out_here_as_well",
    ),
    _Mutant(
        "portal: a change that nobody made is said to be done",
        "rooms/changes.py",
        "    if not is_made and not ends:\n",
        "    if shown is None:\n",
        "test_changes.py::test_nothing_is_said_to_be_done_that_is_not",
    ),
    _Mutant(
        "portal: a form of a change that is sent twice is two requests",
        "clients/changes.py",
        'change-previews", asked, key=key)',
        'change-previews", asked, key=__import__("uuid").uuid4())',
        "test_changes.py::test_a_form_that_is_sent_twice_is_one_request",
    ),
)
