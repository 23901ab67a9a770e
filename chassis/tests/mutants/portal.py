"""Mutants of the portal: whose session, whose form, whose page, and what is kept."""

from __future__ import annotations

from functools import partial

from mutants.mutant import Mutant

_Mutant = partial(Mutant, package="portal_svc")
_ENTRY = "test_entry.py"
_FORMS = "test_forms_and_headers.py"
_TOKENS = "test_tokens.py"

MUTANTS = (
    _Mutant(
        "portal: a page is shown to whoever is logged in",
        "domain/audience.py",
        "    return audience is None or (role is not None and role in audience)\n",
        "    return audience is None or role is not None\n",
        "test_access.py::test_each_page_is_seen_by_whom_it_is_for_alone",
    ),
    _Mutant(
        "portal: a code is taken from whoever brings it",
        "rooms/entry.py",
        "    if not is_ours or not visit.parts.oauth.is_issuer",
        "    if not entry or not visit.parts.oauth.is_issuer",
        f"{_ENTRY}::test_who_comes_back_with_something_else_is_not_logged_in",
    ),
    _Mutant(
        "portal: a session never ends by itself",
        "web/sessions.py",
        "is_over=now - stored.used_at >= IDLE or now - stored.began_at >= LONGEST",
        "is_over=now - stored.began_at >= LONGEST",
        f"{_ENTRY}::test_an_hour_without_a_page_ends_a_session",
    ),
    _Mutant(
        "portal: two pages at once renew a token twice",
        "web/sessions.py",
        "                session.tokens = found.tokens\n",
        "",
        f"{_TOKENS}::test_pages_asked_for_at_once_renew_a_token_once",
    ),
    _Mutant(
        "portal: tokens are stored as they are",
        "keys.py",
        "        return self._data_keys(purpose)[0].seal(contents, bound_to=bound_to)\n",
        "        return contents\n",
        f"{_TOKENS}::test_the_database_holds_neither_tokens_nor_what_opens_them",
    ),
    _Mutant(
        "portal: a form of another site is taken",
        "web/answering.py",
        "            _refuse_other_sites(visit.request, portal_url=self._parts.settings.portal_url)\n",
        "",
        f"{_FORMS}::test_a_form_that_another_site_sends_is_not_taken",
    ),
    _Mutant(
        "portal: a form needs no token",
        "web/answering.py",
        "        if visit.form is not EMPTY and not self._is_own_form(visit):\n",
        "        if visit.form is None and not self._is_own_form(visit):\n",
        f"{_FORMS}::test_a_form_with_the_token_of_another_session_is_not_taken",
    ),
    _Mutant(
        "portal: whoever is logged in is sent anywhere",
        "rooms/entry.py",
        'path.startswith("/") and not path.startswith("//")',
        'path.startswith("/")',
        f"{_ENTRY}::test_nobody_is_sent_to_another_host",
    ),
    _Mutant(
        "portal: an answer that comes after the session has ended is dropped",
        "rooms/report.py",
        "        await visit.add_to_draft(kind, **entered)\n",
        "",
        "test_report.py::test_an_answer_that_is_sent_after_the_session_has_ended_is_kept",
    ),
    _Mutant(
        "portal: a photo that is sent twice is there twice",
        "rooms/report.py",
        "            uuid5(visit.form.once, str(place)),\n",
        '            __import__("uuid").uuid4(),\n',
        "test_report.py::test_photos_are_added_under_ids_of_their_sending",
    ),
    _Mutant(
        "portal: a proof that adds up counts as ours",
        "templates/checked.html.j2",
        "{% if checked.is_on_record and not checked.differences %}",
        "{% if not checked.differences %}",
        "test_rain_and_proof.py::test_a_proof_is_right_only_when_it_fits_and_is_on_record",
    ),
)
