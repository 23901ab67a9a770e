"""Photos and documents of a claim, as its customer and its handlers send, see and remove them by HTTP."""

from __future__ import annotations

import asyncio
import os
import sys
from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from claim_events import policy, rainfall_answer, report
from claims_http import CUSTOMER, HANDLER, ClaimsDesk, claims_answering
from root_keys import ROOT_KEY_TEXT
from sample_files import document, picture

from claims_svc.files.kinds import MOST_BYTES, MOST_OF_A_CLAIM, Kind
from claims_svc.files.store import FileStore, Location
from claims_svc.flows.files import ARRIVAL
from claims_svc.unwanted_files import erase_next
from contracts.access import Role
from contracts.loss_reports import DamageKind
from devstack.outside.issuer import Issuer

KILLED = 137
REASON = {"reason": "Shows the papers of somebody else"}


@dataclass(frozen=True)
class Album:
    """The files of one claim that waits for rain, and the directory in which they are kept."""

    desk: ClaimsDesk
    path: str
    reference: str
    directory: Path

    async def send(
        self,
        contents: bytes,
        *,
        name: str | None = None,
        kind: str = Kind.JPEG,
        role: Role | None = Role.CUSTOMER,
        relation_number: str = CUSTOMER,
    ) -> httpx.Response:
        headers = {
            **self.desk.token_of(role, subject=HANDLER, relation_number=relation_number),
            "Content-Type": kind,
        }
        return await self.desk.client.put(f"{self.path}/{name or uuid4()}", content=contents, headers=headers)

    async def sent(self, contents: bytes, *, role: Role = Role.CUSTOMER, kind: str = Kind.JPEG) -> str:
        """Send a file that is taken; return where it is."""
        answer = await self.send(contents, role=role, kind=kind)
        assert answer.status_code == 201, answer.text
        return f"{self.path}/{answer.json()['file_id']}"

    async def take_back(self, path: str, *, role: Role = Role.CUSTOMER) -> httpx.Response:
        return await self.desk.client.delete(path, headers=self.desk.token_of(role, subject=HANDLER))

    async def names(self) -> list[str]:
        """Return the name of each that is listed."""
        return [file["file_id"] for file in (await self.desk.get(self.path)).json()["files"]]

    async def erase(self) -> None:
        """Erase what nobody wants."""
        store = FileStore(Location(f"file://{self.directory}"))
        while await erase_next(self.desk.driver.harness.runtime, store):
            pass

    async def check(self) -> int:
        """Return how `files check` ends."""
        running = self.desk.driver.harness
        command = next(one for one in running.service.commands if one.name == "files")
        return await command.run(Namespace(action="check"), running.runtime)

    @property
    def kept(self) -> list[str]:
        """What lies in the directory."""
        return sorted(str(each.relative_to(self.directory)) for each in self.directory.rglob("*") if each.is_file())

    async def wanted(self) -> list[str]:
        """Return what should lie there."""
        rows = await self.desk.driver.rows("SELECT object_key FROM file WHERE removed_at IS NULL")
        return sorted(f"{row['object_key']}/{each}" for row in rows for each in ("contents", "preview"))


@pytest.fixture
async def album(database: str, issuer: Issuer, tmp_path: Path) -> AsyncIterator[Album]:
    directory = tmp_path / "files"
    async with claims_answering(database, issuer, file_store=f"file://{directory}") as desk:
        await desk.driver.policy(policy())
        await desk.driver.report(report())
        reference = await desk.reference()
        yield Album(desk, f"/customers/{CUSTOMER}/claims/{reference}/files", reference, directory)


async def test_a_photo_is_kept_as_it_was_sent_and_shown_without_where_it_was_taken(
    album: Album, capsys: pytest.CaptureFixture[str]
) -> None:
    taken, name = picture(place=True, size=(2_000, 1_000)), str(uuid4())

    answers = [await album.send(taken, name=name) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert (answers[0].json()["media_type"], answers[0].json()["added_by"]) == ("image/jpeg", "customer")
    assert await album.names() == [name]
    location = answers[0].headers["location"]
    assert (await album.desk.get(location)).content == taken
    fetched = await album.desk.get(location, role=Role.CLAIMS_HANDLER)
    assert fetched.content == taken
    assert fetched.headers["content-type"] == "image/jpeg"
    assert fetched.headers["content-length"] == str(len(taken))
    assert fetched.headers["content-disposition"] == f'attachment; filename="{album.reference}-{name}.jpg"'
    assert fetched.headers["content-security-policy"].startswith("sandbox")
    assert fetched.headers["x-content-type-options"] == "nosniff"
    preview = await album.desk.get(f"{album.path}/{name}/preview")
    assert (preview.status_code, preview.headers["content-type"]) == (200, "image/jpeg")
    assert b"Phone of Jan" in taken
    assert b"Phone of Jan" not in preview.content

    await album.erase()  # what came with the repetition, once it can have become no file
    album.desk.clock.at += ARRIVAL
    await album.erase()
    assert album.kept == await album.wanted()
    assert await album.check() == 0
    stray, lost = album.directory / str(uuid4()), album.directory / album.kept[0]
    stray.mkdir()
    (stray / "contents").touch()
    lost.unlink()
    capsys.readouterr()
    assert await album.check() == 1
    assert capsys.readouterr().out == f"lost {lost.relative_to(album.directory)}\nunknown {stray.name}\n"


async def test_what_cannot_be_taken_is_refused_in_words_and_nothing_is_kept(album: Album) -> None:
    assert (await album.send(picture(), kind="image/gif")).status_code == 415
    large = await album.send(picture() + bytes(MOST_BYTES))
    assert (large.status_code, large.json()["type"]) == (413, "/problems/body-too-large")
    refused = await album.send(picture("PNG"), kind=Kind.JPEG)
    assert (refused.status_code, refused.json()["refusal"]) == (422, "other-kind")
    assert "JPEG, PNG, WebP, HEIC or PDF" in refused.json()["detail"]
    assert await album.names() == []
    assert album.kept == []


async def test_files_of_a_joined_claim_are_listed_with_the_report_that_brought_them(album: Album) -> None:
    other = report(kind=DamageKind.CONTENTS)
    await album.desk.driver.report(other)
    reference = await album.desk.reference()
    joined = Album(album.desk, album.path.replace(album.reference, reference), reference, album.directory)
    await album.sent(picture())
    await album.desk.driver.wait(hours=1)
    path = await joined.sent(document(), role=Role.CUSTOMER, kind=Kind.PDF)
    at_desk = f"/desk/claims/{album.reference}"
    body = {"other": reference, "reason": "The same cellar, the same night"}
    assert (await album.desk.post(f"{at_desk}/joins", body, role=Role.CLAIMS_HANDLER)).status_code == 201

    for listed in (
        (await album.desk.get(album.path)).json()["files"],
        (await album.desk.get(at_desk, role=Role.CLAIMS_HANDLER)).json()["files"],
    ):
        assert [each["reference"] for each in listed] == [album.reference, reference]
        assert (listed[1]["report_id"], listed[1]["contents"]) == (str(other.report_id), f"{path}/contents")
    for role in (Role.CUSTOMER, Role.CLAIMS_HANDLER):
        assert (await album.desk.get(listed[1]["contents"], role=role)).status_code == 200


async def test_nobody_else_sees_or_adds_anything(album: Album) -> None:
    answer = await album.send(document(), kind=Kind.PDF, role=Role.CLAIMS_HANDLER)
    assert (answer.status_code, answer.json()["added_by"], answer.json()["pages"]) == (201, "handler", 2)
    path = answer.headers["location"]

    stranger = "654321"
    assert (await album.desk.get(path, relation_number=stranger)).status_code == 404
    assert (await album.desk.get(path.replace(CUSTOMER, stranger), relation_number=stranger)).status_code == 404
    assert (await album.send(picture(), relation_number=stranger)).status_code == 404
    assert (await album.send(picture(), role=Role.PARTNER)).status_code == 403
    assert (await album.send(picture(), role=None)).status_code == 401
    assert (await album.take_back(path.removesuffix("/contents"))).status_code == 403  # a handler has added it


async def test_an_id_is_that_of_one_file_and_a_claim_has_no_more_than_twenty(album: Album) -> None:
    name, photo = str(uuid4()), picture(size=(8, 8))
    await album.send(photo, name=name)
    other = await album.send(picture(size=(9, 9)), name=name)
    assert (other.status_code, other.json()["type"]) == (409, "/problems/file-id-used")

    sent = await asyncio.gather(*(album.send(photo) for _ in range(3)))
    for _ in range(MOST_OF_A_CLAIM - 1 - len(sent)):
        await album.sent(photo)
    refused = await album.send(photo)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/too-many-files")
    assert len(await album.names()) == MOST_OF_A_CLAIM
    assert (await album.send(photo, name=name)).status_code == 201


async def test_customers_take_back_what_they_added_until_somebody_may_have_decided_by_it(album: Album) -> None:
    first, second = await album.sent(picture()), await album.sent(picture("JPEG", size=(10, 10)))

    assert (await album.take_back(first)).status_code == 204
    assert (await album.desk.get(f"{first}/contents")).status_code == 404
    assert (await album.send(picture(), name=first.rpartition("/")[2])).status_code == 409
    await album.erase()
    assert album.kept == await album.wanted()

    (question,) = await album.desk.driver.questions()
    await album.desk.driver.rain(rainfall_answer(question.claim_id, tenths_mm=400))
    late = await album.take_back(second)
    assert (late.status_code, late.json()["type"]) == (409, "/problems/file-is-evidence")
    at = "2021-07-13T01:30:00Z"
    news = album.path.removesuffix("/files") + "/news"
    told = await album.desk.post(news, {"loss": {"from_at": at, "until_at": at}})
    assert told.json()["state"] == "waiting_for_rainfall"
    assert (await album.take_back(second)).status_code == 409
    removal = f"/desk/claims/{album.reference}/files/{second.rpartition('/')[2]}/removal"
    assert (await album.desk.post(removal, REASON)).status_code == 403
    assert (await album.desk.post(removal, {"reason": "x"}, role=Role.CLAIMS_HANDLER)).status_code == 422
    assert (await album.desk.post(removal, REASON, role=Role.CLAIMS_HANDLER)).status_code == 204
    assert (await album.desk.post(removal, REASON, role=Role.CLAIMS_HANDLER)).status_code == 404
    await album.erase()
    assert (await album.names(), album.kept) == ([], [])
    (row,) = await album.desk.driver.rows("SELECT removed_by, removal_reason FROM file WHERE removal_reason <> ''")
    assert tuple(row) == (HANDLER, REASON["reason"])
    done = await album.desk.driver.rows("SELECT kind FROM desk_action WHERE kind LIKE 'file%' ORDER BY done_at, kind")
    assert [row["kind"] for row in done] == ["file_added", "file_added", "file_removed", "file_taken_back"]


async def test_a_photo_of_a_decided_claim_waits_once_for_somebody_who_looks_at_it(album: Album) -> None:
    async def waiting() -> list[list[str]]:
        queued = (await album.desk.get("/desk/queue", role=Role.CLAIMS_HANDLER)).json()["items"]
        return [sorted(case["causes"]) for case in queued]

    await album.sent(picture())
    (question,) = await album.desk.driver.questions()
    await album.desk.driver.rain(rainfall_answer(question.claim_id, tenths_mm=402))
    assert await waiting() == []

    photo, name = picture(size=(20, 10)), str(uuid4())
    assert (await album.send(photo, name=name)).status_code == 201
    assert await waiting() == [["answered"]]

    review = {"reason": "See the photo"}
    opened = await album.desk.post(album.path.replace("/files", "/reviews"), review)
    assert opened.status_code == 201, opened.text
    assert (await album.send(photo, name=name)).status_code == 201
    await album.sent(picture(size=(30, 10)))
    assert await waiting() == [["answered", "review"]]


async def test_contents_go_with_their_claim(album: Album) -> None:
    await album.sent(picture())
    await album.desk.driver.rows("ALTER TABLE desk_action DISABLE TRIGGER USER")  # as retention will have to
    await album.desk.driver.rows("DELETE FROM desk_action")
    await album.desk.driver.rows("DELETE FROM opening_report")
    await album.desk.driver.rows("DELETE FROM claim")

    await album.erase()

    assert album.kept == []


@asynccontextmanager
async def _another_process(album: Album, issuer: Issuer, database: str, *, crash_at: str) -> AsyncIterator[str]:
    """Answer in a process that dies at `crash_at`; yield where."""
    settings = {
        "DATABASE_URL": database,
        "KAFKA_BOOTSTRAP_SERVERS": "unused.invalid:9092",
        "PROOF_ROOT_KEY": ROOT_KEY_TEXT,
        "FILE_STORE": f"file://{album.directory}",
        "API_ISSUER": issuer.name,
        "API_JWKS_URL": issuer.jwks_url,
        "CRASH_AT": crash_at,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(Path(__file__).parent / "files_process.py"),
        album.desk.clock.at.isoformat(),
        env=os.environ | settings,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    yield (await process.stdout.readline()).decode().strip()
    assert await asyncio.wait_for(process.wait(), 30) == KILLED


async def test_a_process_that_is_killed_leaves_nothing_that_nobody_wants_and_the_photo_can_be_sent_again(
    album: Album, issuer: Issuer, database: str
) -> None:
    photo, name = picture(), str(uuid4())
    headers = {**album.desk.token_of(Role.CUSTOMER), "Content-Type": Kind.JPEG}
    async with _another_process(album, issuer, database, crash_at="files.after_put") as url, httpx.AsyncClient() as one:
        with pytest.raises(httpx.TransportError):
            await one.put(f"{url}{album.path}/{name}", content=photo, headers=headers)
    assert len(album.kept) == 2
    assert await album.names() == []

    assert (await album.send(photo, name=name)).status_code == 201
    await album.erase()
    assert len(album.kept) == 4  # it could still become one
    album.desk.clock.at += ARRIVAL
    await album.erase()
    assert album.kept == await album.wanted()
    assert await album.names() == [name]


async def test_without_a_store_no_files_are_taken_and_one_that_is_away_is_told(database: str, issuer: Issuer) -> None:
    async with claims_answering(database, issuer) as desk:
        await desk.driver.policy(policy())
        await desk.driver.report(report())
        path = f"/customers/{CUSTOMER}/claims/{await desk.reference()}/files"
        away = Album(desk, path, "", Path("unused"))
        answer = await away.send(picture())
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/files-not-taken")
        assert (await desk.get(path)).json() == {"files": []}
