from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys

import pytest
from account_requests import CODE, asked
from decisions import DECIDED_AT, EMAIL, MOBILE_PHONE, NAME, contact, paid
from mail_server import DROP_AFTER_DATA, MailServer
from message_keys import OTHER_PRIVATE_KEY, PRIVATE_KEY
from notify_desk import Desk
from sms_centre import DELIVERED, DROP, EXPIRED, SmsCentre

from chassis.sealing import Opener
from chassis.vault import Vault
from contracts.vocabulary import Channel
from notify_svc.commands.message_keys import message_keys_command
from notify_svc.commands.messages import messages_command
from notify_svc.domain.pace import Provider, Rate

PROVIDERS = {Channel.EMAIL: Provider("smtp", Rate(40)), Channel.SMS: Provider("smpp", None)}


async def listed(
    desk: Desk, capsys: pytest.CaptureFixture[str], which: str = "in-doubt", *words: str
) -> list[dict[str, object]]:
    """Return what the operator's command prints."""
    parser = argparse.ArgumentParser()
    command = messages_command(Vault(""), providers=PROVIDERS)
    command.add_arguments(parser)
    capsys.readouterr()
    assert await command.run(parser.parse_args([which, *words]), desk.runtime) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


async def test_messages_in_doubt_are_listed_without_personal_data(
    desk: Desk, mail: MailServer, centre: SmsCentre, capsys: pytest.CaptureFixture[str]
) -> None:
    mail.answers, centre.answers = [DROP_AFTER_DATA], [DROP]
    await desk.know(contact())
    doubtful, certain = paid(), paid()
    await desk.decide(doubtful)
    async with desk.sending(Channel.EMAIL), desk.sending(Channel.SMS):
        await desk.until_tried(2)
        await desk.decide(certain)
        await desk.until_sent(certain.claim_id, Channel.EMAIL)
        await desk.until_sent(certain.claim_id, Channel.SMS)

    lines = await listed(desk, capsys)

    assert [(line["claim_id"], line["channel"], line["state"], line["answers_lost"]) for line in lines] == [
        (str(doubtful.claim_id), "sms", "in_doubt", 1),
        (str(doubtful.claim_id), "email", "due", 1),
    ]
    assert [line["last_error"] for line in lines] == ["session-ended", "ConnectionResetError"]
    assert not any(personal in json.dumps(lines) for personal in (NAME, EMAIL, MOBILE_PHONE))


async def test_it_is_told_how_many_wait_since_when_and_how_fast_they_may_leave(
    desk: Desk, mail: MailServer, capsys: pytest.CaptureFixture[str]
) -> None:
    mail.answers = ["451 later"]
    await desk.know(contact())
    await desk.decide(paid())
    async with desk.sending(Channel.EMAIL):
        await desk.until_attempts(Channel.EMAIL, 1)
    await desk.decide(paid(), paid())
    await desk.ask(asked())
    desk.later(seconds=7)

    lines = await listed(desk, capsys, "waiting", "--seconds", "0")

    seen = [(line["channel"], line["lane"], line["waiting"], line["later"]) for line in lines]
    assert seen == [("email", "decision", 2, 1), ("sms", "decision", 3, 0), ("sms", "urgent", 1, 0)]
    assert [(line["provider"], line["allowed_per_second"]) for line in lines[:2]] == [("smtp", 40.0), ("smpp", None)]
    assert {line["oldest_due_at"] for line in lines} == {str(DECIDED_AT)}
    assert [line["expected_end_at"] for line in lines] == [None] * 3


async def test_nothing_is_listed_when_every_answer_was_received(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    await desk.know(contact())
    await desk.decide(paid())
    await desk.send_until(Channel.SMS, "sent")

    assert await listed(desk, capsys) == []


async def test_requests_in_doubt_are_listed_with_them(
    desk: Desk, centre: SmsCentre, capsys: pytest.CaptureFixture[str]
) -> None:
    centre.answers = [DROP]
    await desk.know(contact())
    request = asked()
    await desk.ask(request)
    await desk.send_requests_until("in_doubt")

    (line,) = await listed(desk, capsys)

    assert (line["request_id"], line["channel"], line["state"]) == (str(request.request_id), "sms", "in_doubt")
    assert not any(secret in json.dumps(line) for secret in (CODE, NAME, MOBILE_PHONE))


async def test_sms_that_the_provider_could_not_deliver_are_listed_without_personal_data(
    desk: Desk, centre: SmsCentre, capsys: pytest.CaptureFixture[str]
) -> None:
    centre.receipts = [DELIVERED, EXPIRED]
    await desk.know(contact())
    arrived, expired = paid(), paid()
    async with desk.recording_receipts(), desk.sending(Channel.SMS):
        for decision in (arrived, expired):
            await desk.decide(decision)
            await desk.until_sent(decision.claim_id, Channel.SMS)
            desk.later(seconds=2)
        await desk.until_true("SELECT count(outcome) = 2 FROM sms_part")

    (line,) = await listed(desk, capsys, "undelivered")

    assert (line["claim_id"], line["outcome"], line["outcome_error"]) == (str(expired.claim_id), "expired", "012")
    assert MOBILE_PHONE.removeprefix("+") not in json.dumps(line)


@pytest.mark.parametrize("provider", ["smpp", "cm"])
@pytest.mark.parametrize("which", ["in-doubt", "undelivered"])
async def test_a_list_needs_the_database_and_nothing_of_a_provider(desk: Desk, which: str, provider: str) -> None:
    environment = {"DATABASE_URL": desk.harness.service.settings.database_url, "SMS_PROVIDER": provider}

    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "notify_svc", "messages", which),
        env={"PATH": os.environ["PATH"]} | environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    told = await asyncio.wait_for(process.communicate(), 60)

    assert (process.returncode, told[0]) == (0, b""), told


async def test_the_public_keys_are_printed_and_never_the_private_ones(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    command = message_keys_command(Opener(f"{OTHER_PRIVATE_KEY},{PRIVATE_KEY}"))
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)

    assert await command.run(parser.parse_args([]), desk.runtime) == 0

    printed = capsys.readouterr().out.split()
    assert printed == [Opener(key).public_keys[0] for key in (OTHER_PRIVATE_KEY, PRIVATE_KEY)]
    assert not {PRIVATE_KEY, OTHER_PRIVATE_KEY} & set(printed)


def test_a_list_that_does_not_exist_is_refused() -> None:
    parser = argparse.ArgumentParser(exit_on_error=False)
    messages_command(Vault(""), providers=PROVIDERS).add_arguments(parser)

    with pytest.raises(argparse.ArgumentError, match="invalid choice: 'lost'"):
        parser.parse_args(["lost"])
