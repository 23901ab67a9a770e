"""The operator's commands of notify-svc, one module each."""

from __future__ import annotations

from chassis.service import Command
from notify_svc.commands.letters import letters_command
from notify_svc.commands.message_keys import message_keys_command
from notify_svc.commands.messages import messages_command
from notify_svc.settings import Settings


def commands(settings: Settings) -> tuple[Command, ...]:
    """Return the commands that a service with `settings` has."""
    return (
        messages_command(settings.vault, providers=settings.providers),
        letters_command(settings.insurer, settings.vault),
        message_keys_command(settings.opener),
    )
