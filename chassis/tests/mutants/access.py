"""Mutants of what strangers can do: bombs, secrets in texts, dead letters kept too long, access to Kafka."""

from __future__ import annotations

from mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "access: a batch is unpacked whatever its size",
        "workarounds/header_safe_fetch.py",
        "    bounded_unpacking.install()\n",
        "",
        "test_unpacked_size.py::test_a_bomb_is_dead_lettered_without_its_value_and_harms_no_other_record[zstd]",
    ),
    Mutant(
        "access: why the database refuses is told in the words of the driver",
        "database.py",
        '    return (\n        f"DATABASE_URL cannot be used: {describe(error)}; ',
        '    return (\n        f"DATABASE_URL cannot be used: {error}; ',
        "test_passwords_in_errors.py::test_no_part_of_a_password_stands_in_what_stops_the_start",
    ),
    Mutant(
        "access: a database is named by what follows the last @ of its address",
        "database.py",
        '    return plain["place"] if plain else "the address in DATABASE_URL"\n',
        '    return database_url.rpartition("@")[2].partition("?")[0]\n',
        "test_passwords_in_errors.py::test_no_part_of_a_password_stands_in_what_stops_the_start",
    ),
    Mutant(
        "access: a type of one database is taken for that of the same number in another",
        "types_asked_once.py",
        '        if all(row["oid"] < FIRST_OID_OF_A_DATABASE for row in told):\n            _known',
        "        if told:\n            _known",
        "test_database.py::test_each_connection_asks_for_the_types_of_its_own_database",
    ),
    Mutant(
        "access: why a record is dead-lettered is logged, with the header that it quotes",
        "consuming/batch_processor.py",
        "                code=rejection.code,\n",
        "                code=rejection.code,\n                reason=rejection.reason,\n",
        "test_poison.py::test_what_a_stranger_writes_into_a_record_is_never_logged",
    ),
    Mutant(
        "access: dead letters are listed with their values",
        "consuming/dead_letters.py",
        "    reason_code, reason, attempts,",
        "    reason_code, reason || encode(value, 'escape') AS reason, attempts,",
        "test_commands.py::test_a_command_holds_no_more_than_a_page_of_many_and_one_whole[words0]",
    ),
    Mutant(
        "access: a list of dead letters ends after a page",
        "consuming/dead_letters.py",
        "        if len(rows) < _PAGE_ROWS:\n",
        "        if rows:\n",
        "test_commands.py::test_a_list_of_many_pages_holds_each_once_in_the_order_of_their_records",
    ),
    Mutant(
        "access: the contents of old dead letters are kept",
        "consuming/dead_letters.py",
        "SET key = NULL, value = NULL, headers = '[]', stack = NULL,",
        "SET key = NULL, headers = '[]', stack = NULL,",
        "test_dead_letter_retention.py::test_the_contents_of_an_open_one_are_erased_when_their_retention_is_over",
    ),
    Mutant(
        "access: young dead letters are erased too",
        "consuming/dead_letters.py",
        "WHERE erased_at IS NULL AND dead_lettered_at < now() - $1::interval LIMIT $2",
        "WHERE erased_at IS NULL AND dead_lettered_at < now() + $1::interval LIMIT $2",
        "test_dead_letter_retention.py::test_what_is_younger_is_kept_whole",
    ),
    Mutant(
        "access: the name in the broker's certificate is not checked",
        "kafka_security.py",
        "        context = ssl.create_default_context(cafile=ca)\n",
        "        context = ssl.create_default_context(cafile=ca)\n        context.check_hostname = False\n",
        "test_kafka_security.py::test_certificate_and_host_name_of_the_broker_are_always_checked",
    ),
    Mutant(
        "access: a login is dropped in silence where the protocol has none",
        "settings.py",
        '        if unused := [name for name in given if not protocol.startswith("SASL") and name in login]:\n',
        "        if unused := []:\n",
        "test_kafka_security.py::test_settings_that_do_not_fit_together_are_named",
    ),
)
