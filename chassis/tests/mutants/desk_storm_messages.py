"""Mutants of what a storm brings besides decisions: each tells a customer twice, or has somebody wait behind it."""

from __future__ import annotations

from mutants.mutant import Mutant


def _mutant(name: str, module: str, *, sound: str, broken: str, guard: str) -> Mutant:
    return Mutant(
        f"told in a storm: {name}", module, sound, broken, f"test_payment_orders.py::{guard}", package="notify_svc"
    )


MUTANTS = (
    _mutant(
        "an order that is read again is told again",
        "handlers.py",
        sound="        request_id=event.payment_id,\n",
        broken="        request_id=UUID(delivery.event_id),\n",
        guard="test_an_order_to_pay_is_told_once_by_mail_and_what_became_of_that_names_the_payment",
    ),
    _mutant(
        "an old order that is read again is told as one that nobody was told of",
        "handlers.py",
        sound="delivery.event.ordered_at > told_since]",
        broken="delivery.event.ordered_at <= work.now]",
        guard="test_an_order_read_again_after_what_was_told_of_it_is_forgotten_tells_nothing",
    ),
    _mutant(
        "each result about a claim has a transaction of its own",
        "channels/request_sender.py",
        sound="            if request.lane is Lane.ABOUT_CLAIM:\n",
        broken="            if False:\n",
        guard="test_a_storm_of_orders_is_recorded_many_at_a_time",
    ),
    _mutant(
        "orders take the places of what is told about accounts",
        "handlers.py",
        sound="        occurred_at=event.ordered_at,\n        lane=Lane.ABOUT_CLAIM,\n",
        broken="        occurred_at=event.ordered_at,\n        lane=Lane.ORDINARY,\n",
        guard="test_a_notice_about_an_account_does_not_wait_behind_orders_that_fill_every_connection",
    ),
    _mutant(
        "each result reads all that is being sent, as long as the table has no statistics",
        "repository/requests.py",
        sound="        WITH sending AS MATERIALIZED (\n",
        broken="        WITH sending AS (\n",
        guard="test_results_of_a_storm_are_recorded_without_reading_what_else_is_being_sent",
    ),
)
