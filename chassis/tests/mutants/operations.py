"""Mutants of what operators are told and let do: by the door of every service, and by `water`."""

from __future__ import annotations

from functools import partial

from mutants.mutant import Mutant

_water = partial(Mutant, package="water")
_OPERATIONS = "door/test_operations.py::"

MUTANTS = (
    Mutant(
        "operations: handlers may do what operators may",
        "access.py",
        "    grants = {Role.OPERATOR: Reach.ANY}\n",
        "    grants = dict.fromkeys((Role.OPERATOR, *Role), Reach.ANY)\n",
        "test_access.py::test_the_committed_table_holds_all_that_is_granted_and_nothing_else",
        package="contracts",
    ),
    Mutant(
        "operations: who looks at a dead letter is not on record",
        "operations/routes.py",
        '        log.warning("dead_letter.shown", **_who(dead_letter_id, caller))\n',
        "",
        f"{_OPERATIONS}test_one_is_shown_whole_and_the_log_tells_who_looked",
    ),
    Mutant(
        "operations: the reason of a discard is written into the log",
        "operations/routes.py",
        '        log.warning("dead_letter.discarded", **_who(dead_letter_id, caller))\n',
        '        log.warning("dead_letter.discarded", operator=caller.subject, because=body.reason)\n',
        f"{_OPERATIONS}test_one_is_discarded_with_a_reason_that_stays_on_record_and_out_of_the_log",
    ),
    Mutant(
        "operations: who discarded a dead letter is not stored",
        "consuming/dead_letters.py",
        "discarded_by = $3, discarded_because = $4",
        "discarded_by = left($3, 0), discarded_because = $4",
        f"{_OPERATIONS}test_one_is_discarded_with_a_reason_that_stays_on_record_and_out_of_the_log",
    ),
    Mutant(
        "operations: a discard needs no more than spaces for a reason",
        "operations/views.py",
        r'        pattern=r"\S",' + "\n",
        "",
        f"{_OPERATIONS}test_without_a_reason_nothing_is_discarded",
    ),
    Mutant(
        "operations: contents are searched for names",
        "consuming/dead_letter_pages.py",
        "    except ValueError:\n        return ()\n",
        '    except ValueError:\n        return ((about or "-").encode(),)\n',
        f"{_OPERATIONS}test_one_is_found_by_its_key_its_event_id_or_a_uuid_in_its_contents",
    ),
    Mutant(
        "operations: a list shows an e-mail address that was used as a key",
        "consuming/dead_letter_pages.py",
        'key=identifier_in((key or b"").decode(errors="replace")) or None',
        'key=(key or b"").decode(errors="replace")',
        f"{_OPERATIONS}test_a_list_tells_which_record_why_and_in_which_trace_and_nothing_of_people",
    ),
    Mutant(
        "operations: a dead letter that was closed is replayed",
        "operations/routes.py",
        "        if not letter.is_open:\n            raise Problem(LETTER_CLOSED)\n",
        "",
        f"{_OPERATIONS}test_one_is_replayed_by_the_handlers_as_they_are_now_and_only_once",
    ),
    Mutant(
        "operations: a lag that Kafka does not tell is none",
        "consuming/lag.py",
        "    except (KafkaError, TimeoutError):\n        return None\n",
        "    except (KafkaError, TimeoutError):\n        return 0\n",
        "test_lag.py::test_a_lag_that_kafka_does_not_tell_is_unknown",
    ),
    Mutant(
        "operations: partitions of other instances are left out of the lag",
        "consuming/lag.py",
        "client.partitions_for_topic(topic) or ()",
        "[0]",
        "test_lag.py::test_the_lag_is_that_of_all_partitions_from_where_the_database_stands",
    ),
    _water(
        "water: what a record holds commands the terminal",
        "page.py",
        "        character if character.isprintable() or",
        "        character if True or",
        "test_dead_letters.py::test_a_record_cannot_command_the_terminal_that_shows_it",
    ),
    _water(
        "water: a token that others can read is used",
        "access.py",
        "    if mode & (stat.S_IRWXG | stat.S_IRWXO):\n",
        "    if False:\n",
        "test_access.py::test_a_token_that_others_can_read_is_not_used",
    ),
    _water(
        "water: a rejected report is no longer found once its dead letter is closed",
        "claim_story.py",
        'about=about, closed="true"',
        'about=about, closed="false"',
        "test_claim.py::test_a_report_that_was_rejected_is_found_by_its_id",
    ),
    _water(
        "water: a part of the story that is missing is not named",
        "claim_page.py",
        "    if story.missing:\n",
        "    if False:\n",
        "test_claim.py::test_a_part_that_is_missing_is_named_and_the_rest_is_told",
    ),
    _water(
        "water: a claim of which a service did not tell is called unknown",
        "claim.py",
        "        return NOT_REACHED\n",
        "        return NOT_FOUND\n",
        "test_claim.py::test_where_nothing_is_known_because_a_service_is_away_that_is_said",
    ),
    Mutant(
        "operations: an index that was left invalid stays so",
        "migrations/runner.py",
        "    if is_valid:\n",
        "    if is_valid is not None:\n",
        "test_migrations.py::test_an_index_that_was_left_invalid_is_made_anew",
    ),
    Mutant(
        "operations: an index is made in a transaction",
        "migrations/runner.py",
        "        if not _CONCURRENTLY.search(statements):\n",
        "        if True:\n",
        "test_migrations.py::test_an_index_is_made_while_others_write_to_its_table",
    ),
    Mutant(
        "operations: who waits to migrate holds a snapshot",
        "migrations/runner.py",
        'while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", ADVISORY_LOCK)',
        'while not await connection.fetchval("SELECT pg_advisory_lock($1) IS NOT NULL", ADVISORY_LOCK)',
        "test_migrations.py::test_who_waits_for_its_turn_does_not_hold_up_the_index_of_who_has_it",
    ),
    _water(
        "operations: commands at the same time use a refresh token twice",
        "kept_login.py",
        "        fcntl.flock(descriptor, fcntl.LOCK_EX)\n",
        "",
        "test_login.py::test_commands_at_the_same_time_use_a_refresh_token_once",
    ),
    _water(
        "operations: others can read a login",
        "kept_login.py",
        "    if mode & _OTHERS:\n",
        "    if False:\n",
        "test_login.py::test_a_login_that_others_can_read_is_not_used",
    ),
    _water(
        "operations: a password goes over the network in clear",
        "signing_in.py",
        "        if not _is_safe(address):\n",
        "        if False:\n",
        "test_login.py::test_a_password_is_sent_to_this_machine_or_by_tls_only",
    ),
    _water(
        "operations: replaying all ends with the first five thousand",
        "replaying.py",
        '    async for page in services.pages(service, LETTERS, closed="false"):\n',
        '    for page in [(await services.get_all(service, LETTERS, closed="false")).items]:\n',
        "test_replaying.py::test_all_are_replayed_in_their_order_also_behind_the_first_five_thousand",
    ),
)
