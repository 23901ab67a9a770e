"""What customers, and the systems they use, do about a claim: one story each, by HTTP, Kafka and mail."""

from __future__ import annotations

import asyncio
import io
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from at_a_browser import Person, at_home
from claim_customer import (
    DAY_OF_HEAVY_RAIN,
    QUIET_DAY,
    AtDesk,
    ClaimCustomer,
    policy_of,
    write_hours,
    write_policies,
)
from PIL import Image
from pypdf import PdfWriter
from sample_files import picture, pixel_bomb
from upstream import Upstream, is_by_contract, upstream_at
from whole_platform import WholePlatform

from contracts.access import CLAIMS, Role
from demo.platform import PORTAL
from demo.staff import STAFF_SCOPES, log_in
from demo.tokens import CALLBACK, token_of_session

pytestmark = pytest.mark.asyncio(loop_scope="session")

CLIENT, PASSWORD = "portal-of-claims", "zeven losse woorden bijeen"
CUSTOMER_SCOPES = ("claims:read", "claims:write", "files:read", "files:write")
ANNA = ("200800", "anna.bedacht@example.org", "31612345800")
BRAM = ("200801", "bram.bedacht@example.org", "31612345801")
NOTE = "Collega: dit is de zoon van de buurman"
INSIDE = {"came_through_open_window_or_door": "false"}
ITEM = {"kind": "buildings", "amount_cents": 150_000}
TIMELINE_SECONDS = 20
MOST_BYTES, MOST_FILES = 15 * 1024 * 1024, 20


@dataclass(frozen=True)
class People:
    """Two customers of one portal, and somebody at the desk."""

    anna: ClaimCustomer
    bram: ClaimCustomer
    handler: AtDesk


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def people(whole: WholePlatform, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[People]:
    path = tmp_path_factory.mktemp("policies") / "policies-of-claims.jsonl"
    write_policies(path, (ANNA, BRAM), homes=12)
    hours = path.with_name("hours-of-claims.txt")
    write_hours(hours)
    await asyncio.gather(
        whole.platform.run("policy-svc", "import", str(path)),
        whole.platform.run("weather-svc", "import-hours", str(hours)),
    )
    scopes = sorted({operation.scope for operation in CLAIMS if operation.scope})
    added = ("auth-svc", "clients", "add", CLIENT, "--name", "A portal", "--public", "--redirect-uri", CALLBACK)
    await whole.platform.run(*added, *(argument for scope in scopes for argument in ("--scope", scope)))
    async with (
        at_home(whole.platform.auth_url, address="127.10.1.1") as accounts,
        httpx.AsyncClient(base_url=whole.platform.claims_url, timeout=40) as claims,
    ):

        async def online(relation_number: str, email: str, phone: str) -> ClaimCustomer:
            person = Person(
                *(whole, accounts, CLIENT), email=email, relation_number=relation_number, mobile_phone=phone
            )
            await person.activate(PASSWORD)
            await person.log_in(PASSWORD)
            token = await token_of_session(accounts, person.cookies, scopes=CUSTOMER_SCOPES, client=CLIENT)
            return ClaimCustomer(person, claims, token)

        handler = await log_in(
            whole.platform,
            accounts,
            role=Role.CLAIMS_HANDLER,
            email="handler-of-claims@insurer.example",
            scopes=STAFF_SCOPES,
            client=CLIENT,
        )
        yield People(await online(*ANNA), await online(*BRAM), AtDesk(claims, handler))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def upstream(whole: WholePlatform) -> AsyncIterator[Upstream]:
    async with upstream_at(whole.stack.kafka_bootstrap_servers, sent=whole.sent_by_upstream) as system:
        yield system


def loss_report(home: int, **changed: object) -> dict[str, Any]:
    """Return a report of Anna's as the published contract asks, with some fields changed."""
    moment = "2021-07-14T12:00:00Z"
    report = {
        "report_id": str(uuid4()),
        "policy_number": policy_of(ANNA[0], home),
        "channel": "partner",
        "reported_at": "2021-07-19T07:30:00Z",
        "loss": {"from_at": moment, "until_at": moment},
        "facts": {
            "precipitation_left_its_course": {"value": "true"},
            "came_through_open_window_or_door": {"value": "false"},
        },
        "damage": [ITEM],
    }
    return {**report, **changed}


async def test_an_upstream_system_reads_for_each_report_what_became_of_it(upstream: Upstream, people: People) -> None:
    complete, incomplete = loss_report(1), loss_report(2)
    del incomplete["facts"], incomplete["damage"]
    misspelt = loss_report(3, insured_name="Anna Bedacht")
    misspelt["facts"]["toilet_overflow"] = {"value": "true"}
    assert all(is_by_contract(each) for each in (complete, incomplete, misspelt))

    taken = [await upstream.report(each) for each in (complete, incomplete, misspelt)]

    assert [each["open_questions"] for each in taken] == [[], ["route", "damage"], []]
    assert [each["ignored_fields"] for each in taken] == [[], [], ["facts.toilet_overflow", "insured_name"]]
    assert "Bedacht" not in str(taken)
    # Their customer finds each at the portal.
    for answer, home in zip(taken, (1, 2, 3), strict=True):
        shown = await people.anna.get(f"/{answer['claim_reference']}")
        assert shown["policy_number"] == policy_of(ANNA[0], home)
    decided = await people.anna.until(taken[0]["claim_reference"], lambda claim: claim["state"] == "decided")
    assert (decided["outcome"], decided["payable_cents"]) == ("covered", 125_000)


BACKWARDS = {"from_at": "2021-07-14T02:00:00Z", "until_at": "2021-07-14T01:00:00Z"}
EMAIL = ANNA[1]
WRONG: tuple[tuple[str, dict[str, Any]], ...] = (
    ("policy_number", {"policy_number": EMAIL}),
    ("policy_number", {"policy_number": 123456}),
    ("damage.0.kind", {"damage": [ITEM | {"kind": EMAIL}]}),
    ("damage.0.amount_cents", {"damage": [ITEM | {"amount_cents": -1}]}),
    ("damage.0.amount_cents", {"damage": [ITEM | {"amount_cents": "€ 9"}]}),
    ("damage.0.amount_cents", {"damage": [{"kind": "contents"}]}),
    ("damage.0.route", {"damage": [ITEM | {"route": EMAIL}]}),
    ("damage", {"damage": [ITEM] * 51}),
    ("damage", {"damage": EMAIL}),
    ("loss", {"loss": BACKWARDS}),
    ("loss.from_at", {"loss": BACKWARDS | {"from_at": EMAIL}}),
)
"""What is told of a loss by Kafka and by HTTP in the same form: a field, and what is wrong there."""


async def test_wrong_content_is_answered_with_field_and_remedy_in_the_same_words_on_kafka_and_by_http(
    upstream: Upstream, people: People
) -> None:
    differs = []
    for field, content in WRONG:
        wrong = loss_report(4, **content)
        rejected = await upstream.report(wrong)
        body = {name: wrong[name] for name in ("policy_number", "loss", "damage")}
        refused = await people.anna.ask("POST", "", json=body)
        assert refused.status_code == 422, (field, refused.text)
        assert EMAIL not in str(rejected) + refused.text
        told = [(error["field"], error["change"]) for error in rejected["errors"]]
        shown = [(error["field"].strip("/").replace("/", "."), error["message"]) for error in refused.json()["errors"]]
        assert [name for name, _ in told] == [field]
        differs += [] if told == shown else [(told, shown)]
    assert differs == []


async def test_records_that_are_no_reports_at_all_are_answered_too(upstream: Upstream) -> None:
    secret = "Anna Bedacht, 0612345800"
    for value, code in ((b"{bad", "not-json"), (secret.encode(), "not-json"), (b"[]", "wrong-schema")):
        answer = await upstream.send(value, key=str(uuid4()))
        assert (answer["code"], bool(answer["errors"][0]["change"])) == (code, True)
    sound = loss_report(4)
    answer = await upstream.send(json.dumps(sound).encode(), key=secret)
    assert (answer["code"], answer["errors"][0]["field"], answer["sent_as"]) == ("wrong-key", "key", sound["report_id"])
    answer = await upstream.report(loss_report(4, reported_at="2199-07-15T08:00:00Z"))
    assert (answer["code"], answer["errors"][0]["field"]) == ("reported-in-the-future", "reported_at")
    assert secret not in str(upstream.answers)


async def test_policy_number_and_day_suffice_and_answers_lead_where_the_whole_report_leads(people: People) -> None:
    anna, bram = people.anna, people.bram
    taken = await anna.report(5, day=DAY_OF_HEAVY_RAIN)
    assert taken["open_questions"] == ["route", "damage"]
    reference = taken["reference"]
    mail = await anna.mail_with(reference, "Hoe kwam het water binnen?", "Wat is er beschadigd")
    assert f"{PORTAL}/claims/{reference}" in mail
    asked = (await anna.get(f"/{reference}/questions"))["questions"]
    assert [(question["code"], bool(question["reason"])) for question in asked] == [("route", True), ("damage", True)]
    english = (await anna.get(f"/{reference}/questions", language="en"))["questions"]
    assert english[0]["text"] == "How did the water come in? Name all ways."

    routes = ["indirect_precipitation", "direct_precipitation"]
    first = [{"code": "route", "routes": routes}, {"code": "damage", "damage": [ITEM]}]
    left = (await anna.post(f"/{reference}/answers", {"answers": first}))["questions"]
    assert {question["code"] for question in left} == {"facts.came_through_open_window_or_door", "damage.0.route"}
    rest = [
        {"code": "damage.0.route", "known": "unknown"},
        {"code": "facts.came_through_open_window_or_door", "known": "false"},
    ]
    assert (await anna.post(f"/{reference}/answers", {"answers": rest}))["questions"] == []
    bit_by_bit = await anna.until(reference, lambda claim: claim["claim_version"] == 1)

    at_once = await bram.report(
        5,
        day=DAY_OF_HEAVY_RAIN,
        facts={"precipitation_left_its_course": "true", "precipitation_fell_directly": "true", **INSIDE},
        damage=[ITEM],
    )
    whole = await bram.until(at_once["reference"], lambda claim: claim["claim_version"] == 1)
    of_their_own = {"reference", "policy_number", "opened_at", "questions", "open_questions"}
    assert {key: value for key, value in bit_by_bit.items() if key not in of_their_own} == {
        key: value for key, value in whole.items() if key not in of_their_own
    }
    assert whole["outcome"] == "covered"
    # At the desk both are told with where each fact comes from.
    assert (await people.handler.kinds(reference)).count("told") == 2


async def test_i_do_not_know_is_an_answer_after_which_people_decide(people: People) -> None:
    taken = await people.anna.report(
        6, day=DAY_OF_HEAVY_RAIN, facts={"precipitation_left_its_course": "true"}, damage=[ITEM]
    )
    assert taken["open_questions"] == ["facts.came_through_open_window_or_door"]
    reference = taken["reference"]
    answer = {"code": "facts.came_through_open_window_or_door", "known": "unknown"}
    assert (await people.anna.post(f"/{reference}/answers", {"answers": [answer]}))["questions"] == []
    claim = await people.anna.until(reference, lambda claim: claim["state"] == "referred")
    assert (claim["outcome"], claim["payable_cents"]) == ("referred", None)
    again = await people.anna.ask(
        "POST", f"/{reference}/answers", json={"answers": [{"code": "damage", "damage": [ITEM]}]}
    )
    assert (again.status_code, again.json()["type"]) == (409, "/problems/not-asked")


def pdf() -> bytes:
    written = io.BytesIO()
    document = PdfWriter()
    document.add_blank_page(595, 842)
    document.write(written)
    return written.getvalue()


def kept(whole: WholePlatform) -> int:
    """Return how many objects the store of claims-svc holds."""
    return sum(path.is_file() for path in (whole.log_directory / "photos").rglob("*"))


async def some_files(customer: ClaimCustomer, reference: str, contents: bytes, *, number: int) -> list[int]:
    """Send a photo so often, each time as another; return the answers' status codes."""
    return [(await customer.put_file(reference, contents, "image/jpeg"))[1].status_code for _ in range(number)]


async def test_photos_and_documents_are_taken_shown_without_their_place_and_taken_back(
    whole: WholePlatform, people: People
) -> None:
    anna = people.anna
    reference = (await anna.report(7, day=QUIET_DAY))["reference"]
    photo = picture(place=True)
    photo_id, added = await anna.put_file(reference, photo, "image/jpeg")
    assert added.status_code == 201, added.text
    document_id, added = await anna.put_file(reference, pdf(), "application/pdf")
    assert (added.status_code, added.json()["pages"]) == (201, 1)

    contents = await anna.ask("GET", f"/{reference}/files/{photo_id}/contents")
    assert (contents.content, contents.headers["X-Content-Type-Options"]) == (photo, "nosniff")
    assert contents.headers["Content-Disposition"].startswith("attachment")
    for file_id in (photo_id, document_id):
        preview = await anna.ask("GET", f"/{reference}/files/{file_id}/preview")
        assert not Image.open(io.BytesIO(preview.content)).getexif()
        assert b"Phone of Jan" not in preview.content

    refused = [
        ("other-kind", b"MZ" + bytes(99), "image/jpeg"),
        ("other-kind", picture("PNG"), "image/jpeg"),
        ("too-many-pixels", pixel_bomb(), "image/png"),
        ("unreadable", photo[:400], "image/jpeg"),
    ]
    for refusal, wrong, media_type in refused:
        _, answer = await anna.put_file(reference, wrong, media_type)
        assert (answer.status_code, answer.json()["refusal"]) == (422, refusal)
    _, answer = await anna.put_file(reference, photo + bytes(MOST_BYTES + 1 - len(photo)), "image/jpeg")
    assert answer.status_code == 413

    small = picture(size=(8, 8))
    async with asyncio.TaskGroup() as sending:
        sent = [sending.create_task(some_files(anna, reference, small, number=9)) for _ in range(2)]
    assert [one.result() for one in sent] == [[201] * 9] * 2
    _, answer = await anna.put_file(reference, small, "image/jpeg")
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/too-many-files")

    before = kept(whole)
    gone = await anna.ask("DELETE", f"/{reference}/files/{photo_id}")
    assert gone.status_code == 204, gone.text
    for what in ("contents", "preview"):
        assert (await anna.ask("GET", f"/{reference}/files/{photo_id}/{what}")).status_code == 404
    await whole.until(lambda: kept(whole) == before - 2, what="a photo and its preview erased from the store")
    assert len((await anna.get(f"/{reference}/files"))["files"]) == MOST_FILES - 1
    assert (await people.handler.kinds(reference))[-1] == "file_taken_back"


async def denied_by_rule(customer: ClaimCustomer, home: int) -> str:
    """Report a loss through a window that stood open; return the claim's reference once it is denied."""
    taken = await customer.report(
        home,
        day=DAY_OF_HEAVY_RAIN,
        facts={"precipitation_left_its_course": "true", "came_through_open_window_or_door": "true"},
        damage=[ITEM],
    )
    await customer.until(taken["reference"], lambda claim: claim["outcome"] == "denied")
    return str(taken["reference"])


async def test_a_denial_links_to_a_review_by_a_person_who_sees_what_is_new_and_overturns_it(people: People) -> None:
    anna, handler = people.anna, people.handler
    denied = await denied_by_rule(anna, 8)
    mail = await anna.mail_with(denied, "niet")
    link = re.search(rf"{re.escape(PORTAL)}/claims/(W\w{{10}})/review\b", mail)
    assert link is not None, mail
    reference = link[1]
    review = await anna.post(f"/{reference}/reviews", {"reason": "Het raam was dicht"}, status=201)
    wait = datetime.fromisoformat(review["due_at"]) - datetime.fromisoformat(review["opened_at"])
    assert 10 <= wait.days <= 10 + 10  # ten working days, with weekends and holidays
    twice = await anna.ask("POST", f"/{reference}/reviews", json={"reason": "Toe nou"})
    assert (twice.status_code, twice.json()["type"]) == (409, "/problems/review-is-open")
    await anna.mail_with(reference, "U vroeg om een medewerker", "niet betrokken")

    await anna.post(f"/{reference}/news", {"facts": INSIDE})
    _, added = await anna.put_file(reference, picture(), "image/jpeg")
    assert added.status_code == 201
    # What turns an own statement round, no machine decides.
    at_desk = await handler.get(reference)
    assert at_desk["claim_version"] >= 1
    assert (await anna.get(f"/{reference}"))["outcome"] in {"denied", "referred"}

    ruled = await handler.cover_what_is_open(reference, reason=NOTE)
    assert ruled["state"] == "decided"
    ended = {"outcome": "overturned", "answer": "U hebt gelijk: de foto laat een dicht raam zien"}
    await handler.post(reference, f"/reviews/{review['review_id']}/outcome", ended)
    claim = await anna.until(reference, lambda claim: claim["outcome"] == "covered")
    assert claim["payable_cents"] == 125_000
    (shown,) = (await anna.get(f"/{reference}/reviews"))["reviews"]
    assert (shown["outcome"], shown["answer"]) == ("overturned", ended["answer"])
    await anna.mail_with(reference, "wij veranderen de beslissing")
    await anna.mail_with(reference, "Wij maken", "1.250")

    kept_claim = await anna.ask("POST", f"/{reference}/withdrawal", json={})
    assert (kept_claim.status_code, kept_claim.json()["type"]) == (409, "/problems/payment-was-ordered")
    await _timeline_tells_its_story(people, reference)


async def _timeline_tells_its_story(people: People, reference: str) -> None:
    dutch, english = await _timeline_in_both_languages(people, reference)
    texts = [entry["text"] for entry in dutch["items"]]
    story = [
        "De schade is gemeld.",
        "Beslist: de schade is niet verzekerd.",
        "U hebt ons gevraagd de beslissing opnieuw te bekijken.",
        "U hebt ons meer over de schade verteld.",
        "Er is een foto of document toegevoegd.",
        "Beslist: de schade is verzekerd.",
        "Opnieuw bekeken: de beslissing is veranderd.",
    ]
    places = [texts.index(text) for text in story]
    assert places == sorted(places), texts
    assert "Wij maken € 1.250,00 over." in texts
    assert [entry["kind"] for entry in english["items"]] == [entry["kind"] for entry in dutch["items"]]
    assert "Decided: the damage is not insured." in [entry["text"] for entry in english["items"]]
    assert all(entry["text"] for entry in (*dutch["items"], *english["items"]))
    told = json.dumps([dutch, english])
    assert NOTE not in told
    assert re.search(r"\b[0-9a-f]{32}\b|trace", told) is None
    assert not any({"account", "details"} & set(entry) for entry in dutch["items"])
    assert NOTE in json.dumps(await people.handler.get(reference, "/timeline"))


async def _timeline_in_both_languages(people: People, reference: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read the timeline twice with nothing happening in between: messages about the claim are still being settled."""
    async with asyncio.timeout(TIMELINE_SECONDS):
        while True:
            dutch = await people.anna.get(f"/{reference}/timeline")
            english = await people.anna.get(f"/{reference}/timeline", language="en")
            if len(dutch["items"]) == len(english["items"]):
                return dutch, english


async def test_a_claim_is_withdrawn_as_long_as_no_money_was_ordered(people: People) -> None:
    reference = await denied_by_rule(people.anna, 9)
    withdrawn = await people.anna.post(f"/{reference}/withdrawal", {"reason": "De verzekeraar van de buren betaalt"})
    assert (withdrawn["state"], withdrawn["outcome"]) == ("withdrawn", "withdrawn")
    for path, body in (("news", {"facts": INSIDE}), ("reviews", {"reason": "Toch maar"}), ("withdrawal", {})):
        late = await people.anna.ask("POST", f"/{reference}/{path}", json=body)
        assert (late.status_code, late.json()["type"]) == (409, "/problems/claim-has-ended"), path
    assert "withdrawn" in await people.handler.kinds(reference)


async def test_another_customer_learns_nothing_of_a_claim_not_even_that_it_is_there(people: People) -> None:
    anna, bram = people.anna, people.bram
    reference = (await anna.report(10, day=QUIET_DAY))["reference"]
    file_id, added = await anna.put_file(reference, picture(size=(8, 8)), "image/jpeg")
    assert added.status_code == 201
    invented = "W" + "Z" * 10
    asked: tuple[tuple[str, str, dict[str, Any]], ...] = (
        *(("GET", path, {}) for path in ("", "/timeline", "/questions", "/files", "/reviews", "/payments", "/repair")),
        *(("GET", f"/files/{file_id}/{what}", {}) for what in ("contents", "preview")),
        ("DELETE", f"/files/{file_id}", {}),
        ("PUT", f"/files/{file_id}", {"content": picture(size=(8, 8)), "headers": {"Content-Type": "image/jpeg"}}),
        ("POST", "/answers", {"json": {"answers": [{"code": "damage", "damage": [ITEM]}]}}),
        ("POST", "/news", {"json": {"facts": INSIDE}}),
        ("POST", "/reviews", {"json": {"reason": "Van mij"}}),
        ("POST", "/withdrawal", {"json": {}}),
    )
    for method, path, content in asked:
        in_her_name = await bram.ask(method, f"/{reference}{path}", of=anna.relation_number, **content)
        as_his, of_nobody = [await bram.ask(method, f"/{its}{path}", **content) for its in (reference, invented)]
        assert in_her_name.status_code in {403, 404}, (method, path, in_her_name.text)
        assert as_his.status_code == of_nobody.status_code == 404, (method, path, as_his.text)
        assert _told(as_his) == _told(of_nobody), (method, path)
    assert reference not in json.dumps(await bram.get(""))
    assert (await anna.get(f"/{reference}"))["state"] == "waiting_for_answer"
    assert len((await anna.get(f"/{reference}/files"))["files"]) == 1


def _told(problem: httpx.Response) -> dict[str, Any]:
    """Return what a problem says, but for what is of one request alone."""
    return {name: value for name, value in problem.json().items() if name not in {"instance", "trace_id", "request_id"}}


async def test_a_report_sent_twice_under_one_key_is_one_claim_and_another_under_that_key_is_refused(
    people: People,
) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    body = {"policy_number": policy_of(ANNA[0], 11), "day": QUIET_DAY}
    first, again = [await people.anna.ask("POST", "", json=body, headers=key) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    other = await people.anna.ask("POST", "", json=body | {"day": DAY_OF_HEAVY_RAIN}, headers=key)
    assert 400 <= other.status_code < 500, other.text
    theirs = await people.bram.ask("POST", "", json=body | {"policy_number": policy_of(BRAM[0], 11)}, headers=key)
    assert theirs.status_code == 201
    assert theirs.json()["reference"] != first.json()["reference"]
    listed = (await people.anna.get(""))["items"]
    assert [each["reference"] for each in listed if each["policy_number"] == body["policy_number"]] == [
        first.json()["reference"]
    ]
