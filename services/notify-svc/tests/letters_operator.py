"""Who prints letters and marks them as posted."""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from decisions import INSURER
from message_keys import KEPT_TEXT_KEY
from notify_desk import Desk

from chassis.vault import Vault
from notify_svc.commands.letters import letters_command


def files_in(directory: Path) -> list[Path]:
    """Return what was written into a directory."""
    return sorted(directory.iterdir())


@dataclass
class Operator:
    """Who runs `notify-svc letters`."""

    desk: Desk
    capsys: pytest.CaptureFixture[str]

    async def runs(self, *words: object) -> int:
        command = letters_command(INSURER, Vault(KEPT_TEXT_KEY))
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        self.capsys.readouterr()
        return await command.run(parser.parse_args([str(word) for word in words]), self.desk.runtime)

    async def lists(self) -> list[dict[str, object]]:
        assert await self.runs("list") == 0
        return [json.loads(line) for line in self.capsys.readouterr().out.splitlines()]

    async def only_letter(self) -> UUID:
        (letter,) = await self.lists()
        return UUID(str(letter["message_id"]))
