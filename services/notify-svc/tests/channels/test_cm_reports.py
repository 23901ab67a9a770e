"""What CM.com reports of an SMS: recorded, settles what was in doubt, and is taken from nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from uuid import UUID

import pytest
from account_requests import asked
from cm_server import CUT, PRODUCT_TOKEN, CmServer, cm_server
from decisions import DECIDED_AT, MOBILE_PHONE, REPORT, contact, paid
from httpx import AsyncClient, Response
from mail_server import DROP_AFTER_DATA, MailServer
from notify_desk import Desk
from uuid_utils.compat import uuid7

from chassis.clock import SettableClock
from chassis.telemetry.logs import configure_logs
from chassis.testing import harness
from contracts.message_requests import Occasion
from contracts.notify import RequestSettlement, Settlement
from contracts.vocabulary import Channel
from devstack.outside.issuer import Issuer
from notify_svc.app import build
from notify_svc.channels.cm_reports import CmReport, read_report
from notify_svc.domain.sms_receipts import Outcome, Receipt, id_of_whole, message_named_by, reference_of
from notify_svc.settings import Settings

OLD, NEW = "o" * 32, "n-_" * 12
TO = f"00{MOBILE_PHONE.removeprefix('+')}"
ACCEPTED, REJECTED, DELIVERED, FAILED, READ = "01234"


def report(reference: str, code: str | int = DELIVERED, *, error: str | int = "", to: str = TO) -> dict[str, object]:
    """Return a report as CM.com's documentation shows one."""
    status = {"code": code, "errorCode": error, "errorDescription": "Uw code is 123456"}
    message = {
        "received": "2021-07-16T10:00:00",
        "to": to,
        "reference": reference,
        "status": status,
        "operator": "20408",
    }
    return {"messages": {"msg": message}}


@dataclass
class Reports:
    """CM.com, at both of its ends."""

    desk: Desk
    cm: CmServer
    client: AsyncClient

    async def tells(self, told: Mapping[str, object], *, secret: str = NEW) -> Response:
        return await self.client.post(f"/sms-reports/{secret}", json=told)

    async def is_told(self, code: str, reference: str | None = None, *, error: str = "") -> None:
        reference = reference or self.cm.messages[-1]["reference"]
        assert (await self.tells(report(reference, code, error=error))).status_code == HTTPStatus.NO_CONTENT


@pytest.fixture
async def cm() -> AsyncIterator[CmServer]:
    async with cm_server() as server:
        yield server


@pytest.fixture
def settings(settings: Settings, cm: CmServer, issuer: Issuer) -> Settings:
    chosen = settings.model_dump() | {"sms_provider": "cm", "cm_url": cm.url, "cm_product_token": PRODUCT_TOKEN}
    chosen |= {name: getattr(settings, name) for name in ("message_keys", "kept_text_keys", "smpp_password")}
    chosen |= {"cm_report_secrets": f"{NEW},{OLD}", "api_issuer": issuer.name, "api_jwks_url": issuer.jwks_url}
    return Settings.model_validate(chosen)


@pytest.fixture
async def reports(desk: Desk, cm: CmServer) -> AsyncIterator[Reports]:
    async with desk.harness.answering() as url, AsyncClient(base_url=url, trust_env=False) as client:
        yield Reports(desk, cm, client)


async def send_sms(desk: Desk) -> None:
    await desk.know(contact())
    await desk.decide(paid())
    await desk.send_until(Channel.SMS, "sent")


@pytest.mark.parametrize(
    ("code", "outcome"),
    [(DELIVERED, "delivered"), (FAILED, "undelivered"), (REJECTED, "rejected"), (READ, "delivered"), (ACCEPTED, None)],
)
async def test_what_became_of_an_sms_is_recorded(reports: Reports, code: str, outcome: str | None) -> None:
    await send_sms(reports.desk)

    await reports.is_told(code)

    assert await reports.desk.outcomes() == [outcome]


async def test_of_several_reports_the_first_stands(reports: Reports) -> None:
    await send_sms(reports.desk)

    for code in (ACCEPTED, DELIVERED, FAILED, DELIVERED):
        await reports.is_told(code)

    assert await reports.desk.outcomes() == ["delivered"]


@pytest.mark.parametrize(
    ("code", "settlement"), [(DELIVERED, Settlement.SENT), (FAILED, Settlement.REFUSED), (REJECTED, Settlement.REFUSED)]
)
async def test_a_report_settles_what_was_in_doubt(reports: Reports, code: str, settlement: Settlement) -> None:
    desk = reports.desk
    reports.cm.answers = [CUT]
    await desk.know(contact())
    await desk.decide(paid())
    await desk.send_until(Channel.SMS, "in_doubt")
    await desk.settled()

    await reports.is_told(code)
    desk.later(minutes=5)
    async with desk.recording_receipts():
        await desk.until(Channel.SMS, settlement.value)

    assert [(one.channel, one.settlement) for one in await desk.settled()] == [(Channel.SMS, settlement)]


async def test_a_code_to_a_number_that_only_its_request_knew_is_settled_too(reports: Reports) -> None:
    """The number is erased with what was sealed; the report names the message itself."""
    desk = reports.desk
    reports.cm.answers = [CUT]
    await desk.know(contact(mobile_phone=None))
    await desk.ask(asked(Occasion.PHONE_CODE_REQUESTED))
    await desk.send_requests_until("in_doubt")
    await desk.requests_settled()

    await reports.is_told(DELIVERED)
    desk.later(minutes=5)
    async with desk.recording_receipts():
        await desk.until_requests("sent")

    assert [one.settlement for one in await desk.requests_settled()] == [RequestSettlement.SENT]


async def test_an_sms_that_did_not_arrive_beside_an_email_in_doubt_is_followed_by_a_letter(
    reports: Reports, mail: MailServer
) -> None:
    desk = reports.desk
    await send_sms(desk)
    mail.answers = [DROP_AFTER_DATA]
    async with desk.sending(Channel.EMAIL):
        await desk.until_attempts(Channel.EMAIL, 1)
        await desk.know(contact(version=2, email=None))
        desk.later(minutes=1)
        await desk.until(Channel.EMAIL, "in_doubt")

    await reports.is_told(FAILED)

    assert [one.settlement for one in await desk.settled() if one.channel is Channel.POST] == [Settlement.TO_BE_POSTED]


async def test_a_secret_that_is_being_replaced_is_still_known(reports: Reports) -> None:
    await send_sms(reports.desk)

    told = await reports.tells(report(reports.cm.messages[0]["reference"]), secret=OLD)

    assert told.status_code == HTTPStatus.NO_CONTENT
    assert await reports.desk.outcomes() == ["delivered"]


@pytest.mark.parametrize("secret", ["x", NEW[:-1], f"{NEW}n", f"{NEW},{OLD}", OLD.upper(), "%20", "n" * 10_000])
async def test_nothing_is_taken_from_anybody_else(reports: Reports, secret: str) -> None:
    await send_sms(reports.desk)

    told = await reports.tells(report(reports.cm.messages[0]["reference"]), secret=secret)

    assert told.status_code in {HTTPStatus.NOT_FOUND, HTTPStatus.REQUEST_URI_TOO_LONG}
    assert await reports.desk.outcomes() == [None]
    assert await reports.desk.harness.pool.fetchval("SELECT count(*) FROM sms_receipt") == 0


@pytest.mark.parametrize("secret", ["", "%20", ",", "x"])
async def test_without_a_secret_nobody_is_taken_anything_from(settings: Settings, cm: CmServer, secret: str) -> None:
    plain = settings.model_copy(update={"cm_report_secrets": type(settings.cm_report_secrets)("")})
    clock = SettableClock(DECIDED_AT)
    async with (
        harness(replace(build(plain), clock=clock)) as running,
        running.answering() as url,
        AsyncClient(base_url=url, trust_env=False) as client,
    ):
        desk = Desk(running, clock)
        await send_sms(desk)
        told = await client.post(f"/sms-reports/{secret}", json=report(cm.messages[0]["reference"]))
        parts = await desk.outcomes()

    assert told.status_code == HTTPStatus.NOT_FOUND
    assert parts == []


@pytest.mark.parametrize("reference", ["", "not ours", str(UUID(int=7)), "0198c5f31a1b7c1d8e1f202122232425"])
async def test_what_is_about_nothing_known_is_answered_so_that_it_is_not_repeated(
    reports: Reports, reference: str
) -> None:
    await send_sms(reports.desk)

    told = await reports.tells(report(reference))

    assert told.status_code == HTTPStatus.NO_CONTENT
    assert await reports.desk.outcomes() == [None]


@pytest.mark.parametrize("told", [{}, {"messages": {}}, {"messages": {"msg": {"to": TO}}}, {"messages": {"msg": []}}])
async def test_what_is_no_report_is_refused(reports: Reports, told: dict[str, object]) -> None:
    assert (await reports.tells(told)).status_code == HTTPStatus.UNPROCESSABLE_ENTITY


async def test_no_log_and_no_table_has_the_secret_or_what_a_report_repeats(
    reports: Reports, capfd: pytest.CaptureFixture[str]
) -> None:
    configure_logs(service="notify-svc", level="info")
    await send_sms(reports.desk)
    await reports.is_told(FAILED, error="Uw code")
    await reports.tells(report("x"), secret="wrong-" * 6)

    written = "".join(capfd.readouterr()) + await reports.desk.everything_stored()
    assert "sms.undelivered" in written
    assert written.count("/sms-reports/{secret}") == 2
    assert not any(word in written for word in (NEW, OLD, "wrong-", "Uw code"))


@pytest.mark.parametrize("error", ["", "Uw code is 123456", "123456789012", "a b"])
def test_only_a_code_of_an_error_is_kept(error: str) -> None:
    message_id = uuid7()

    read = read_report(CmReport.model_validate(report(message_id.hex, FAILED, error=error)))

    assert read == Receipt(
        provider_id=id_of_whole(message_id),
        outcome=Outcome.UNDELIVERED,
        error=None,
        reference=reference_of(message_id),
        destination="31612345678",
    )


@pytest.mark.parametrize("code", [2, "2", " 2 "], ids=["number", "text", "spaced"])
@pytest.mark.parametrize("error", [7, "7"], ids=["number", "text"])
def test_numbers_are_read_as_such_and_as_texts(code: str | int, error: str | int) -> None:
    read = read_report(CmReport.model_validate(report(str(uuid7()), code, error=error)))

    assert read is not None
    assert (read.outcome, read.error) == (Outcome.DELIVERED, "7")


@pytest.mark.parametrize("message_id", [REPORT, UUID(int=0), UUID(int=255), UUID(int=2**128 - 1)])
def test_an_id_names_its_message_and_no_other_form_names_any(message_id: UUID) -> None:
    assert message_named_by(id_of_whole(message_id)) == message_id
    assert message_named_by("message-7") is None
    assert message_named_by("7" * 40) is None
