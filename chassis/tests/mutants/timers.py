"""Mutants of durable timers and of the clock they go by."""

from __future__ import annotations

from mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "clock: a jump of the clock fires every timer",
        "timers/loop.py",
        "        return list(self._handlers) if await self._guard.trusts(now, connection) else self._reversible\n",
        "        return list(self._handlers)\n",
        "test_clock_guard.py::test_a_jump_that_goes_away_has_fired_nothing_that_cannot_be_taken_back",
    ),
    Mutant(
        "clock: an old confirmation covers every later jump",
        "timers/clock_guard.py",
        "        now - limit,\n",
        "        now - limit * 100_000,\n",
        "test_clock_guard.py::test_a_confirmation_does_not_cover_the_next_jump",
    ),
    Mutant(
        "clock: a unit of work asks the host for the time",
        "unit_of_work.py",
        "                now=await (first or self.clock.now)(connection),\n",
        "                now=datetime.now().astimezone(),\n",
        "test_unit_of_work.py::test_now_is_the_moment_of_the_transaction_by_the_databases_clock",
    ),
    Mutant(
        "clock: a batch is not handled at the moment of its service's clock",
        "consuming/batch_processor.py",
        "self._work.clock.reading(sifted.database_now)",
        "sifted.database_now",
        "test_processor.py::test_a_batch_is_handled_at_the_moment_of_its_services_clock[settable]",
    ),
    Mutant(
        "clock: the inbox is cleaned by the service's clock",
        "retention.py",
        "            found = await step(connection, limit=_ROWS_AT_ONCE)\n",
        "            late = await work.clock.now(connection) - await connection.fetchval('SELECT now()')\n"
        "            found = await step(connection, limit=_ROWS_AT_ONCE, age=step.keywords['age'] - late)\n",
        "test_unit_of_work.py::test_a_clock_that_is_years_ahead_does_not_empty_the_inbox",
    ),
    Mutant(
        "clock: a lease outlives its end while the host sleeps",
        "clock.py",
        'getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)',
        "time.CLOCK_MONOTONIC",
        "test_clock.py::test_elapsed_seconds_go_on_while_the_host_sleeps",
    ),
    Mutant(
        "timers: who sets a timer for tomorrow wakes the loop",
        "unit_of_work.py",
        "        if work.has_scheduled(until=work.now + elapsed + _NEXT_LOOK_AT_TIMERS):\n",
        "        if work._scheduled:\n",
        "test_unit_of_work.py::test_only_a_timer_that_is_due_before_the_next_look_wakes_the_loop[later]",
    ),
    Mutant(
        "timers: a timer that is due soon waits for the next look",
        "unit_of_work.py",
        "work.now + elapsed + _NEXT_LOOK_AT_TIMERS",
        "work.now + elapsed",
        "test_unit_of_work.py::test_only_a_timer_that_is_due_before_the_next_look_wakes_the_loop[soon]",
    ),
    Mutant(
        "timers: a timer whose transaction took its time waits for the next look",
        "unit_of_work.py",
        "work.now + elapsed + _NEXT_LOOK_AT_TIMERS",
        "work.now + _NEXT_LOOK_AT_TIMERS",
        "test_unit_of_work.py::test_only_a_timer_that_is_due_before_the_next_look_wakes_the_loop[after-a-long-transaction]",
    ),
    Mutant(
        "timers: what may not fire now keeps the loop from sleeping",
        "timers/loop.py",
        "            if len(kinds) < len(self._handlers):\n",
        "            if False:\n",
        "test_clock_guard.py::test_the_loop_sleeps_while_what_is_due_may_not_fire",
    ),
    Mutant(
        "timers: a panic in a handler ends the service",
        "timers/loop.py",
        """                    crash_point("timers.before_commit")
        except BaseException as error:""",
        """                    crash_point("timers.before_commit")
        except Exception as error:""",
        "test_timer_loop.py::test_what_is_no_exception_postpones_its_timer_like_any_other_failure",
    ),
    Mutant(
        "timers: an order to end is blamed on a timer",
        "timers/loop.py",
        "isinstance(error, HandlerBrokenError) or is_order_to_end(error)",
        "isinstance(error, HandlerBrokenError)",
        "test_timer_loop.py::test_an_order_to_end_blames_no_timer",
    ),
    Mutant(
        "timers: one of a batch that failed fires before its moment",
        "timers/timer_table.py",
        "AND due_at = $3 AND due_at <= $4 RETURNING key",
        "AND due_at = $3 AND $4::timestamptz IS NOT NULL RETURNING key",
        "test_timer_loop.py::test_a_timer_of_a_batch_that_failed_is_not_fired_alone_before_its_moment",
    ),
    Mutant(
        "timers: a kind is given as many as are due",
        "timers/loop.py",
        "limit=handler.at_once)",
        "limit=BATCH_TIMERS)",
        "test_timer_loop.py::test_a_kind_that_fires_one_at_once_counts_what_fired_and_remembers_what_failed",
    ),
    Mutant(
        "blame: a refused login ends the clean-up and with it the service",
        "retention.py",
        "work.connection()",
        "work.pool.acquire()",
        "test_unit_of_work.py::test_a_refused_login_is_waited_out_and_blamed_on_no_message",
    ),
    Mutant(
        "blame: a refused login is the message's fault",
        "unit_of_work.py",
        '                raise DatabaseUnavailableError(f"no connection: {describe(error)}") from error\n',
        "                raise\n",
        "test_unit_of_work.py::test_a_refused_login_is_waited_out_and_blamed_on_no_message",
    ),
    Mutant(
        "told: what is told is told before the commit",
        "unit_of_work.py",
        "        self._after_commit.append(call)\n",
        "        call()\n",
        "test_unit_of_work.py::test_what_is_told_after_the_commit_is_told_in_order_and_only_when_it_is_true",
    ),
    Mutant(
        "told: what fails after the commit looks like work that failed",
        "unit_of_work.py",
        "            except Exception as error:  # noqa: BLE001",
        "            except () as error:  # noqa: BLE001",
        "test_unit_of_work.py::test_what_fails_after_the_commit_is_logged_and_the_rest_is_told",
    ),
)
