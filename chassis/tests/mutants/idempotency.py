"""Mutants of one effect for one key, of entity tags, and of pages."""

from __future__ import annotations

from mutants.mutant import Mutant

_KEYS = "door/test_idempotency.py"
_PROCESSES = "door/test_idempotency_across_processes.py"
_TAGS = "door/test_preconditions.py"
_PAGES = "door/test_pages.py"

MUTANTS = (
    Mutant(
        "key: nobody waits for the first request",
        "http/kept_answers.py",
        "WHERE pg_try_advisory_xact_lock(lock)) AS locked",
        ") AS locked",
        f"{_KEYS}::test_who_repeats_a_request_that_is_still_being_answered_is_told_to_wait",
    ),
    Mutant(
        "key: all keys have one lock",
        "http/kept_answers.py",
        "pg_try_advisory_xact_lock(lock)",
        "pg_try_advisory_xact_lock(lock & 0)",
        f"{_KEYS}::test_the_key_of_another_caller_that_is_in_use_is_free_for_everybody_else",
    ),
    Mutant(
        "key: the lock outlives the transaction",
        "http/kept_answers.py",
        "pg_try_advisory_xact_lock(lock)",
        "pg_try_advisory_lock(lock)",
        f"{_PROCESSES}::test_a_hundred_uses_of_one_key_at_two_instances_have_one_effect",
    ),
    Mutant(
        "key: the answer is kept after the commit",
        "http/idempotency.py",
        '        crash_point("http.before_commit")\n    crash_point("http.after_commit")\n',
        '        await opened.connection.execute("DELETE FROM messaging.idempotency_key")\n'
        '        crash_point("http.before_commit")\n    crash_point("http.after_commit")\n'
        "    async with work.transaction() as opened:\n"
        "        await _keep(opened, uses, places=fresh, answers=answers)\n",
        f"{_PROCESSES}::test_who_repeats_a_request_whose_answer_died_with_the_process_gets_one_effect_and_its_answer"
        "[http.after_commit-1]",
    ),
    Mutant(
        "key: it is everybody's",
        "http/idempotency.py",
        "return _digest(who, operation.name.encode(), key.encode())",
        "return _digest(operation.name.encode(), key.encode())",
        f"{_KEYS}::test_the_key_of_another_caller_gives_neither_that_answer_nor_a_hint_of_it[subject]",
    ),
    Mutant(
        "key: names run into each other",
        "http/idempotency.py",
        "        digest.update(len(part).to_bytes(8))\n",
        "",
        f"{_KEYS}::test_the_key_of_another_caller_gives_neither_that_answer_nor_a_hint_of_it"
        "[names-that-run-into-each-other]",
    ),
    Mutant(
        "key: it is for all operations",
        "http/idempotency.py",
        "return _digest(who, operation.name.encode(), key.encode())",
        "return _digest(who, key.encode())",
        f"{_KEYS}::test_a_key_belongs_to_one_operation",
    ),
    Mutant(
        "key: one caller fills the table",
        "http/idempotency.py",
        "        elif kept + more[use.caller] >= use.most_a_day:\n",
        "        elif False:\n",
        f"{_KEYS}::test_a_caller_uses_so_many_keys_a_day_and_no_more_and_what_was_sent_is_still_answered",
    ),
    Mutant(
        "key: yesterday's count for ever",
        "http/kept_answers.py",
        "ELSE excluded.keys END",
        "ELSE used.keys + excluded.keys END",
        f"{_KEYS}::test_another_day_has_keys_of_its_own_and_what_is_over_is_deleted",
    ),
    Mutant(
        "key: who may no longer ask is answered again",
        "http/idempotency.py",
        "        await check(opened.connection)\n",
        "",
        "door/test_owner_of_the_act.py::test_an_answer_is_given_again_to_the_owner_alone",
    ),
    Mutant(
        "key: the query is not looked at",
        "http/idempotency.py",
        'request.scope["query_string"]\n',
        'b""\n',
        f"{_KEYS}::test_a_key_of_another_request_is_refused_and_nothing_happens[query]",
    ),
    Mutant(
        "key: the body is not looked at",
        "http/idempotency.py",
        "path, query, await request.body())",
        "path, query)",
        f"{_KEYS}::test_a_key_of_another_request_is_refused_and_nothing_happens[body]",
    ),
    Mutant(
        "key: who has no token learns what others have sent",
        "http/idempotency.py",
        '_digest(b"anonymous", address_of(request.scope).encode(), fingerprint)',
        '_digest(b"anonymous", address_of(request.scope).encode())',
        f"{_KEYS}::test_without_a_token_a_key_belongs_to_an_address_and_a_request",
    ),
    Mutant(
        "key: a failure that a handler returns is kept",
        "http/idempotency.py",
        "if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:",
        "if response.status_code > HTTPStatus.NETWORK_AUTHENTICATION_REQUIRED:",
        f"{_KEYS}::test_a_failure_has_no_effect_and_its_key_is_free[fail-500]",
    ),
    Mutant(
        "key: cookies are kept",
        "http/idempotency.py",
        '"location", "etag")',
        '"location", "etag", "set-cookie")',
        f"{_KEYS}::test_neither_a_caller_nor_a_key_nor_a_cookie_is_stored",
    ),
    Mutant(
        "key: of two keys the first counts",
        "http/idempotency.py",
        "case [key] if",
        "case [key, *_] if",
        f"{_KEYS}::test_without_one_sound_key_nothing_happens[two]",
    ),
    Mutant(
        "key: answers are kept for ever",
        "retention.py",
        "                await clean_up_kept_answers(work=work, stopping=stopping)\n",
        "",
        f"{_KEYS}::test_a_service_deletes_old_answers_again_and_again",
    ),
    Mutant(
        "etag: a weak tag permits to overwrite",
        "http/preconditions.py",
        "if not weak))",
        "))",
        f"{_TAGS}::test_who_has_seen_another_version_is_refused[weak]",
    ),
    Mutant(
        "etag: a comma within a tag separates",
        "http/preconditions.py",
        r'\x21\x23-\x7e\x80-\xff]*")[ \t]*(?=,|$)',
        r'\x21\x23-\x2b\x2d-\x7e\x80-\xff]*")[ \t]*(?=,|$)',
        f"{_TAGS}::test_who_has_seen_the_version_may_change_it[comma-in-a-tag]",
    ),
    Mutant(
        "etag: one line of a list counts",
        "http/preconditions.py",
        '", ".join(lines), 0',
        "lines[0], 0",
        f"{_TAGS}::test_who_has_seen_the_version_may_change_it[lines]",
    ),
    Mutant(
        "page: a cursor fits every list",
        "http/pages.py",
        '[request.scope["path"], filters]',
        "[]",
        f"{_PAGES}::test_a_cursor_belongs_to_its_list_and_its_filters_and_to_any_limit",
    ),
    Mutant(
        "page: whatever is in a cursor is asked for",
        "http/pages.py",
        "not all(map(_can_be_asked_for, position)) or ",
        "",
        f"{_PAGES}::test_a_position_that_was_made_up_is_refused[nul]",
    ),
    Mutant(
        "page: a cursor may be written in several ways",
        "http/pages.py",
        " or self._cursor_of(position) != self.cursor:",
        ":",
        f"{_PAGES}::test_what_is_no_cursor_is_refused",
    ),
    Mutant(
        "page: the last page promises another",
        "http/pages.py",
        "if len(found) == len(shown):",
        "if not found:",
        f"{_PAGES}::test_every_item_is_on_one_page_and_the_last_page_says_so[40-sizes2]",
    ),
)
