"""Mutants of what operators see: health, gauges, logs, and a stop within its deadline."""

from __future__ import annotations

from mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "h: a client that does not read holds up a stop",
        "telemetry/health.py",
        "timeout_graceful_shutdown=LONGEST_STOP_SECONDS",
        "timeout_graceful_shutdown=None",
        "test_http_server.py::test_a_client_that_does_not_read_does_not_hold_up_a_stop[once-large]",
    ),
    Mutant(
        "h: a part that ignores its cancellation holds up a stop",
        "lifecycle.py",
        "        os._exit(1)\n",
        "",
        "test_lifecycle.py::test_a_part_that_ignores_its_cancellation_does_not_outlive_the_deadline",
    ),
    Mutant(
        "i: a batch that does not get on is not reported",
        "consuming/subscription.py",
        "for trouble in (self.trouble, client.trouble))\n",
        "for trouble in (client.trouble,))\n",
        "test_health.py::test_a_batch_that_waits_for_a_lock_is_not_ready_soon",
    ),
    Mutant(
        "i: a partition that works ends the trouble of another",
        "consuming/subscription.py",
        "        if not self._failed_partitions:",
        "        if True:",
        "test_health.py::test_a_partition_that_works_does_not_hide_one_that_fails",
    ),
    Mutant(
        "i: the lag is that of the last fetch",
        "consuming/subscription.py",
        "        ends = await client.end_offsets(list(client.assignment()))\n",
        "        ends = {partition: client.highwater(partition) or 0 for partition in client.assignment()}\n",
        "test_health.py::test_the_lag_of_a_consumer_that_is_stuck_grows",
    ),
    Mutant(
        "i: a spare instance is never ready",
        "workarounds/complete_poll.py",
        "        return subscription is not None and subscription.assignment is not None\n",
        "        return subscription is not None and bool(self.assignment())\n",
        "test_health.py::test_an_instance_without_partitions_is_ready_and_takes_over",
        stack="jvm",
    ),
    Mutant(
        "i: partitions that were added are not noticed",
        "required_topics.py",
        "    if partitions != topic.partitions:\n",
        "    if partitions < 1:\n",
        "test_required_topics.py::test_a_topic_that_is_missing_or_cut_differently_is_named_until_it_is_mended",
    ),
    Mutant(
        "i: what is measured hangs, and the watch with it",
        "telemetry/watch.py",
        "timeout=self._longest_seconds",
        "timeout=None",
        "test_watch.py::test_a_measurement_that_hangs_and_ignores_its_end_is_reported_and_not_begun_twice",
    ),
    Mutant(
        "i: an old measurement passes for a new one",
        "telemetry/watch.py",
        "        if self.age_seconds > STALE_SECONDS:\n",
        "        if self.age_seconds < 0:\n",
        "test_watch.py::test_a_measurement_that_is_too_old_says_so",
    ),
    Mutant(
        "i: a timeout names no server",
        "telemetry/trouble.py",
        "        found = found.__cause__ or found.__context__\n",
        "        found = None\n",
        "test_trouble.py::test_a_timeout_belongs_to_the_server_that_did_not_answer",
    ),
    Mutant(
        "an outage is logged at every attempt",
        "telemetry/trouble.py",
        "        if now < self._quiet_until and not lasts:\n",
        "        if now < 0:\n",
        "test_trouble.py::test_an_outage_of_three_minutes_is_four_lines",
    ),
    Mutant(
        "a library may repeat itself",
        "telemetry/log_limits.py",
        "            repetition.held_back += 1\n            return False\n",
        "            repetition.held_back += 1\n            return True\n",
        "test_logs.py::test_a_library_that_repeats_itself_is_logged_once_and_counted_once_a_minute",
    ),
    Mutant(
        "a line may be of any length",
        "telemetry/log_limits.py",
        "    return line if len(line) < LONGEST_LINE_BYTES else _joined(_shortened(event))\n",
        "    return line\n",
        "test_logs.py::test_whatever_a_field_holds_the_others_stay_whole[emoji]",
    ),
)
