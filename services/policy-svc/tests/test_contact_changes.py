"""Personal data by HTTP: shown first, changed once, and told at the address before and the one after."""

from __future__ import annotations

import json
from argparse import Namespace
from base64 import b64encode
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from policy_http import Policies, policies_answering
from policy_lines import LINE, another
from stored_policies import period, store

from chassis.sealing import Opener
from contracts.access import Role
from contracts.codec import from_json
from contracts.message_requests import CustomerMessageRequested, Occasion, SealedContents
from contracts.policy import ContactChanged, PolicyKind
from contracts.vocabulary import Channel, Language, PostalAddress
from devstack.outside.issuer import Issuer
from policy_svc.commands import import_policies

PATH = "/customers/123456/personal-data-previews"
NOTIFY = Opener(b64encode(bytes(range(32))).decode())


@pytest.fixture
async def policies(database: str, issuer: Issuer) -> AsyncIterator[Policies]:
    """policy-svc with one customer, able to seal for notify-svc."""
    async with policies_answering(database, issuer, message_public_key=NOTIFY.public_keys[0]) as answering:
        terms = period(PolicyKind.BUILDINGS, "2019-04-01")
        await store(answering.running.runtime, "123456-531-04", PolicyKind.BUILDINGS, terms)
        await answering.running.published()
        yield answering


async def test_a_new_address_is_told_at_the_old_one_too_and_the_login_is_said_to_stay(policies: Policies) -> None:
    asked = {"email": "jan@example.net", "postal_address": {"postcode": "1811 aa", "house_number": "3 a"}}
    shown = await policies.post(PATH, asked, headers={"Accept-Language": "en"})

    assert shown.status_code == 201, shown.text
    told = shown.json()
    assert (told["before"]["email"], told["after"]["email"]) == ("j.voorbeeld@example.org", "jan@example.net")
    assert told["after"]["postal_address"] == {"postcode": "1811AA", "house_number": "3A"}
    assert told["after"]["name"] == "J. Voorbeeld"
    remarks = {remark["code"]: remark["text"] for remark in told["remarks"]}
    assert "changed in your account" in remarks["login_stays"]
    assert "policies_stay" in remarks
    assert await policies.running.published() == []

    answers = [await policies.post(f"{PATH}/{told['preview_id']}/confirmation") for _ in range(2)]

    assert [(answer.status_code, answer.json()["version"]) for answer in answers] == [(200, 2), (200, 2)]
    assert answers[0].text == answers[1].text
    contact, *told_at = await policies.running.published()
    assert isinstance(contact, ContactChanged)
    assert (contact.version, contact.email, contact.language) == (2, "jan@example.net", Language.DUTCH)
    assert contact.postal_address == PostalAddress(postcode="1811AA", house_number="3A")
    assert _addresses(told_at) == ["jan@example.net", "j.voorbeeld@example.org"]
    (confirmed, *_, previewed) = (await policies.get("/customers/123456/access-records")).json()["items"]
    assert previewed["details"] == {"preview": told["preview_id"], "fields": "email postal_address"}
    assert confirmed["details"] == {"confirmed": told["preview_id"], "version": "2"}


def _addresses(requests: Sequence[object]) -> list[str | None]:
    """Return the address that each request names; None where it is left to what notify-svc knows then."""
    addresses: list[str | None] = []
    for request in requests:
        assert isinstance(request, CustomerMessageRequested)
        assert request.occasion is Occasion.PERSONAL_DATA_CHANGED
        sealed = None if request.sealed is None else from_json(SealedContents, NOTIFY.open(request.sealed))
        assert sealed is None or sealed.request_id == request.request_id
        addresses.append(None if sealed is None else sealed.email)
    return addresses


async def test_how_somebody_does_not_want_to_be_told_is_kept_published_and_no_file_undoes_it(
    policies: Policies, tmp_path: Path
) -> None:
    asked = {"unwanted_channels": ["sms", "email"], "postal_address": {"postcode": "1811 AA", "house_number": "3"}}
    shown = (await policies.post(PATH, asked, headers={"Accept-Language": "nl"})).json()
    assert (shown["before"]["unwanted_channels"], shown["after"]["unwanted_channels"]) == ([], ["email", "sms"])
    assert "per post" in next(each["text"] for each in shown["remarks"] if each["code"] == "decisions_by_post")

    await policies.post(f"{PATH}/{shown['preview_id']}/confirmation")

    contact, *_ = await policies.running.published()
    assert isinstance(contact, ContactChanged)
    assert contact.unwanted_channels == (Channel.EMAIL, Channel.SMS)
    path = tmp_path / "policies.jsonl"
    path.write_text(json.dumps(another(LINE, "123456-531-04", name="P. Voorbeeld")))
    arguments = Namespace(file=path, tell_customers=False, overwrite=True)
    assert await import_policies.run(arguments, policies.running.runtime) == 0
    (told, *_) = [each for each in await policies.running.published() if isinstance(each, ContactChanged)]
    assert (told.name, told.unwanted_channels) == ("P. Voorbeeld", (Channel.EMAIL, Channel.SMS))
    shown = (await policies.post(PATH, {"unwanted_channels": []})).json()
    await policies.post(f"{PATH}/{shown['preview_id']}/confirmation")
    assert (await policies.get("/customers/123456")).json()["unwanted_channels"] == []
    versions = await policies.running.pool.fetch("SELECT unwanted_channels FROM customer_version ORDER BY version")
    assert [set(row["unwanted_channels"]) for row in versions] == [set(), {"email", "sms"}, {"email", "sms"}, set()]


async def test_who_has_no_postal_address_is_told_that_a_wish_holds_only_with_one(policies: Policies) -> None:
    shown = await policies.post(PATH, {"unwanted_channels": ["sms"], "postal_address": None})

    assert shown.status_code == 201, shown.text
    assert "wish_needs_address" in {remark["code"] for remark in shown.json()["remarks"]}
    unknown = await policies.post(PATH, {"unwanted_channels": ["post"]})
    assert unknown.status_code == 422


async def test_whatever_notify_svc_knows_by_then_each_address_of_a_change_is_told_and_no_other(
    policies: Policies,
) -> None:
    """It reads the new address on another topic, perhaps after what to tell there: a request must not rely on it."""
    by_post = {"email": None, "postal_address": {"postcode": "1811 AA", "house_number": "3"}}
    changes: list[tuple[object, list[str | None]]] = [
        ({"email": "jan@example.net"}, ["jan@example.net", "j.voorbeeld@example.org"]),
        (by_post, ["jan@example.net"]),
        ({"email": "piet@example.net"}, ["piet@example.net"]),
        ({"name": "P. Voorbeeld"}, [None]),
    ]
    for change, addresses in changes:
        shown = await policies.post(PATH, change)
        await policies.post(f"{PATH}/{shown.json()['preview_id']}/confirmation")
        _, *told_at = await policies.running.published()
        assert _addresses(told_at) == addresses, change


async def test_each_version_of_a_customer_says_what_made_it_and_who(policies: Policies) -> None:
    for name, role in (("A. Voorbeeld", Role.CUSTOMER), ("B. Voorbeeld", Role.SENIOR_HANDLER)):
        shown = await policies.post(PATH, {"name": name}, role=role)
        await policies.post(f"{PATH}/{shown.json()['preview_id']}/confirmation", role=role)

    versions = await policies.running.pool.fetch(
        "SELECT version, name, reason, made_by FROM customer_version ORDER BY version"
    )
    assert [tuple(version) for version in versions] == [
        (1, "J. Voorbeeld", "imported", "command"),
        (2, "A. Voorbeeld", "changed", "customer"),
        (3, "B. Voorbeeld", "changed", "senior-handler"),
    ]


async def test_null_takes_away_and_what_is_left_out_stays(policies: Policies) -> None:
    shown = await policies.post(PATH, {"mobile_phone": None, "language": "en", "name": None})

    after = shown.json()["after"]
    assert (after["mobile_phone"], after["language"], after["name"]) == (None, "en", "J. Voorbeeld")
    assert after["email"] == "j.voorbeeld@example.org"
    assert {remark["code"] for remark in shown.json()["remarks"]} == {"login_stays", "no_mobile_phone"}


@pytest.mark.parametrize(
    ("language", "by_letter", "online"),
    [
        ("nl", "uw schades en verzekeringen per brief", "dat wij geld overmaken"),
        ("en", "your claims and insurances by letter", "that we transfer money"),
    ],
)
async def test_without_an_email_most_is_told_by_letter_and_the_rest_is_named(
    policies: Policies, language: str, by_letter: str, online: str
) -> None:
    """As notify-svc does: what happens to a policy goes by letter, too, but not what asks nothing of anybody."""
    asked = {"email": None, "postal_address": {"postcode": "1811 AA", "house_number": "3"}}

    shown = await policies.post(PATH, asked, headers={"Accept-Language": language})

    remarks = {remark["code"]: remark["text"] for remark in shown.json()["remarks"]}
    assert by_letter in remarks["no_email"]
    assert online in remarks["no_email"]


async def test_what_cannot_be_changed_is_refused_by_name(policies: Policies) -> None:
    cases: list[tuple[object, str]] = [
        ({"email": None}, "unreachable"),
        ({"name": "J. Voorbeeld"}, "nothing-changes"),
        ({}, "nothing-changes"),
        ({"postal_address": {"postcode": "0999 AA", "house_number": "1"}}, "address-impossible"),
        ({"email": "no address"}, "invalid"),
        ({"mobile_phone": "0612345678"}, "invalid"),
    ]
    for body, name in cases:
        answer = await policies.post(PATH, body)
        assert (answer.status_code, answer.json()["type"]) == (422, f"/problems/{name}"), body


async def test_what_is_refused_is_on_record_with_who_asked_for_what(policies: Policies) -> None:
    await policies.post(PATH, {"email": None, "mobile_phone": None}, role=Role.SENIOR_HANDLER)
    first, second = [await policies.post(PATH, {"name": name}) for name in ("A. Voorbeeld", "B. Voorbeeld")]
    stale = second.json()["preview_id"]
    for preview_id in (first.json()["preview_id"], stale):
        await policies.post(f"{PATH}/{preview_id}/confirmation")

    late, *_, unreachable = (await policies.get("/customers/123456/access-records")).json()["items"]
    assert (unreachable["who"], late["who"]) == ("senior-handler", "customer")
    assert unreachable["details"] == {"fields": "email mobile_phone", "refused": "unreachable"}
    assert unreachable["operation_in_words"] == "Persoonlijke gegevens gewijzigd (geweigerd)"
    assert late["details"] == {"not_confirmed": stale, "refused": "preview-stale"}


async def test_a_preview_of_what_somebody_changed_since_is_refused(policies: Policies) -> None:
    first, second = [await policies.post(PATH, {"name": name}) for name in ("A. Voorbeeld", "B. Voorbeeld")]

    answers = [await policies.post(f"{PATH}/{shown.json()['preview_id']}/confirmation") for shown in (first, second)]

    assert [answer.status_code for answer in answers] == [200, 409]
    assert answers[1].json()["type"] == "/problems/preview-stale"
    assert (await policies.get("/customers/123456")).json()["name"] == "A. Voorbeeld"
