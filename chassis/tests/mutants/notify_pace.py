"""Mutants of the pace of notify-svc: too much leaves, a code waits, an old decision waits for a young one."""

from __future__ import annotations

from mutants.mutant import Mutant


def _mutant(name: str, module: str, *, sound: str, broken: str, guard: str) -> Mutant:
    return Mutant(f"pace: {name}", module, sound, broken, guard, package="notify_svc")


_BUCKET, _TURNS, _PARTS = "domain/test_pace.py", "channels/test_turns.py", "channels/test_smpp_parts.py"
_NO_MORE_LEAVES = f"{_BUCKET}::test_whoever_asks_whenever_no_more_leaves_than_the_rate_and_the_kept_tokens"

MUTANTS = (
    _mutant(
        "each process has tokens of its own",
        "domain/pace.py",
        sound="    begins_at = max(bucket.spent_until, now)\n",
        broken="    begins_at = now\n",
        guard=_NO_MORE_LEAVES,
    ),
    _mutant(
        "two processes take the same tokens at the same moment",
        "repository/pace.py",
        sound=" AND spent_until = $2 AND kept_spent_until = $3",
        broken=" AND $2::timestamptz IS NOT NULL AND $3::timestamptz IS NOT NULL",
        guard="channels/test_storm.py::test_of_processes_that_take_tokens_at_the_same_moment_each_has_others",
    ),
    _mutant(
        "kept tokens are never used up",
        "domain/pace.py",
        sound="kept_spent_until=kept_since + _lasting(at_once, rate.kept)",
        broken="kept_spent_until=bucket.kept_spent_until",
        guard=_NO_MORE_LEAVES,
    ),
    _mutant(
        "no tokens are kept for codes",
        "domain/pace.py",
        sound="    at_once = max(0, min(ask.urgent, math.floor(kept_left + 1e-6)))\n",
        broken="    at_once = 0 * math.floor(kept_left)\n",
        guard=f"{_BUCKET}::test_codes_leave_at_once_however_many_decisions_are_on_their_way",
    ),
    _mutant(
        "a process takes tokens for an hour and dies",
        "domain/pace.py",
        sound="if ahead <= AHEAD_SECONDS else 0",
        broken="if ahead <= AHEAD_SECONDS * 7_200 else 0",
        guard=f"{_BUCKET}::test_a_process_that_dies_takes_no_more_than_a_moment_from_the_others",
    ),
    _mutant(
        "more is leased than leaves in a moment",
        "domain/pace.py",
        sound="return min(most, max(1, math.ceil(self.rate.per_second * _LEASED_SECONDS)))",
        broken="return most",
        guard=f"{_BUCKET}::test_no_more_is_leased_than_leaves_in_a_moment",
    ),
    _mutant(
        "a provider that is sent too much is sent as much again",
        "domain/pace.py",
        sound="    if ask.too_fast:\n",
        broken="    if not ask:\n",
        guard=f"{_BUCKET}::test_every_answer_that_it_was_too_much_takes_ten_tokens_more_and_no_more_than_five_seconds",
    ),
    _mutant(
        "nothing leaves for an hour after many such answers",
        "domain/pace.py",
        sound="min(braked, now + timedelta(seconds=_LONGEST_BRAKE_SECONDS))",
        broken="braked",
        guard=f"{_BUCKET}::test_every_answer_that_it_was_too_much_takes_ten_tokens_more_and_no_more_than_five_seconds",
    ),
    _mutant(
        "a code waits behind the decisions of its process",
        "channels/pace.py",
        sound="{precedence: deque() for precedence in Precedence}",
        broken="{precedence: deque() for precedence in reversed(Precedence)}",
        guard=f"{_TURNS}::test_in_its_process_a_code_takes_the_token_that_a_decision_waited_for",
    ),
    _mutant(
        "tokens are saved up",
        "channels/pace.py",
        sound="_STALE_SECONDS = 0.1\n",
        broken="_STALE_SECONDS = 60.0\n",
        guard=f"{_TURNS}::test_tokens_that_nobody_used_are_not_saved_up",
    ),
    _mutant(
        "two processes take turns and a third never has one",
        "channels/pace.py",
        sound="_YIELDING_SECONDS, _YIELDS_FOR_SECONDS = 0.1, 2.0",
        broken="_YIELDING_SECONDS, _YIELDS_FOR_SECONDS = 0.0, 2.0",
        guard=f"{_TURNS}::test_no_process_is_starved_by_another_that_has_as_much_to_send",
    ),
    _mutant(
        "few that wait at a time are asked for few at a time",
        "channels/pace.py",
        sound="2 * self._used if missing > 0 else 0",
        broken="0 * self._used",
        guard=f"{_TURNS}::test_one_after_another_they_are_asked_for_together_as_well",
    ),
    _mutant(
        "a code that comes while tokens for another are taken waits for that of a decision",
        "channels/pace.py",
        sound="        for waiter in self._counted:",
        broken="        for waiter in [*self._waiting[Precedence.URGENT], *self._waiting[Precedence.SOON]]:",
        guard=f"{_TURNS}::test_a_code_that_comes_while_tokens_for_another_are_taken_does_not_wait_for_that_of_a_decision",
    ),
    _mutant(
        "who waits for a token that a code takes waits for ever",
        "channels/pace.py",
        sound="            waiter.is_asked_for = False\n",
        broken="",
        guard=f"{_TURNS}::test_who_waits_for_a_token_that_a_code_takes_is_given_another",
    ),
    _mutant(
        "an SMS in three parts takes one token",
        "channels/smpp.py",
        sound="await self._centre.pace.turn(len(parts.parts), precedence=sms.precedence)",
        broken="await self._centre.pace.turn(precedence=sms.precedence)",
        guard=f"{_PARTS}::test_each_part_takes_a_token",
    ),
    _mutant(
        "more parts are unanswered than the window holds",
        "channels/smpp.py",
        sound="asyncio.Semaphore(centre.window)",
        broken="asyncio.Semaphore(centre.window * 100)",
        guard=f"{_PARTS}::test_no_more_parts_are_unanswered_than_the_window_holds",
    ),
    _mutant(
        "the youngest decisions leave first",
        "repository/attempts.py",
        sound="ORDER BY due_at LIMIT $4 FOR UPDATE SKIP LOCKED",
        broken="ORDER BY due_at DESC LIMIT $4 FOR UPDATE SKIP LOCKED",
        guard="channels/test_storm.py::test_the_oldest_leave_first_and_one_that_is_tried_again_keeps_its_place",
    ),
    _mutant(
        "what lost its lease goes behind all that wait",
        "repository/attempts.py",
        sound="coalesce(result.due_at, message.due_at)",
        broken="coalesce(result.due_at, now())",
        guard="channels/test_leases.py"
        "::test_a_message_that_may_outlast_its_lease_is_tried_again_at_its_place_and_not_in_doubt[email]",
    ),
    _mutant(
        "what is due later is told as waiting",
        "repository/waiting.py",
        sound="SELECT channel, $2 AS lane, count(*) FILTER (WHERE due_at <= $1) AS waiting",
        broken="SELECT channel, $2 AS lane, count(*) AS waiting",
        guard="test_commands.py::test_it_is_told_how_many_wait_since_when_and_how_fast_they_may_leave",
    ),
)
