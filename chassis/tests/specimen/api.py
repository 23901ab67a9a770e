"""What the specimen answers over HTTP: notes that belong to customers, and ways to try the door itself."""

from __future__ import annotations

import asyncio
from typing import Annotated
from uuid import UUID, uuid4

import asyncpg
from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from chassis.http.api import Api
from chassis.http.handler import Reading
from chassis.http.pages import Page, PageQuery
from chassis.http.preconditions import IfMatch, etag
from chassis.http.problems import Problem, ProblemType
from chassis.http.telemetry import RequestTrace
from chassis.http.values import Cents, Day, ExactModel, Moment, RelationNumber
from chassis.unit_of_work import Work
from contracts.notify import MessageSettled, Settlement
from contracts.vocabulary import Channel
from specimen.access import ADD_UP, FAIL, GREET, PASS_GATE, READ_NOTES, SETTLE, SPECIMEN, WRITE_NOTES
from specimen.panic import Panic

GATE = 7
"""The advisory lock that a test holds to keep the gate shut."""
SECRET = "jan@example.nl"  # stands for personal data that must not be told again

EMPTY_NOTE = ProblemType(
    name="empty-note", status=409, title="A note says something", remedy="Send a text with a letter in it."
)
A_NOTE = "0b9c3a52-6f1e-4f0e-9d5c-2a8f7c1f2f11"
NoteId = Annotated[UUID, Path(description="The note", examples=[A_NOTE])]

api = Api(title="specimen", version="1", access=SPECIMEN)


class Text(ExactModel):
    """What a note says."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "The roof leaks"}]})

    text: str = Field(min_length=1, max_length=200)


class Note(BaseModel):
    """A note of a customer."""

    note_id: UUID = Field(examples=[A_NOTE])
    text: str = Field(examples=["The roof leaks"])


class Amounts(ExactModel):
    """What is to be added up."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"cents": [1_050, 2], "on": "2026-11-27", "at": "2026-11-27T03:04:05Z"}]},
    )

    cents: list[Cents] = Field(min_length=1, max_length=100)
    on: Day | None = None
    at: Moment | None = None
    known: dict[str, int] = Field(default={})


class Total(BaseModel):
    """What amounts come to."""

    total_cents: int = Field(examples=[1_052])
    on: Day | None
    at: Moment | None


class Greeting(BaseModel):
    """What everybody is told."""

    text: str = Field(examples=["Goedemorgen"])


async def owner_of_note(note_id: UUID, reading: Reading) -> str | None:
    """Whose a note is."""
    owner: str | None = await reading.connection.fetchval(
        "SELECT relation_number FROM note WHERE note_id = $1", note_id
    )
    return owner


@api.get("/greeting", operation=GREET)
async def read_greeting() -> Greeting:
    """Greet."""
    return Greeting(text="Goedemorgen")


@api.post("/sums", operation=ADD_UP, causes_nothing=True)
async def add_up(amounts: Amounts) -> Total:
    """Add up amounts."""
    return Total(total_cents=sum(amounts.cents), on=amounts.on, at=amounts.at)


@api.get("/failures/{kind}", operation=FAIL, problems=(EMPTY_NOTE,))
async def fail(kind: Annotated[str, Path(examples=["broken"])]) -> Greeting:
    """Fail as asked."""
    match kind:
        case "broken":
            raise ZeroDivisionError(SECRET)
        case "panicking":
            raise Panic(SECRET)
        case "cancelled":
            raise asyncio.CancelledError(SECRET)
        case "unavailable":
            raise asyncpg.TooManyConnectionsError(SECRET)
        case "silent":
            await asyncio.Event().wait()
        case "mistyped":
            return SECRET  # type: ignore[return-value]
        case _:
            raise Problem(EMPTY_NOTE)
    raise AssertionError


@api.get("/gate", operation=PASS_GATE)
async def pass_gate(reading: Reading) -> Greeting:
    """Wait until nobody holds the gate shut."""
    await reading.connection.execute("SELECT pg_advisory_xact_lock_shared($1)", GATE)
    return Greeting(text="Welkom")


@api.get("/customers/{relation_number}/notes", operation=READ_NOTES)
async def read_notes(relation_number: RelationNumber, page: PageQuery, reading: Reading) -> Page[Note]:
    """Read the notes of one customer."""
    rows = await reading.connection.fetch(
        """
        SELECT note_id, text FROM note WHERE relation_number = $1 AND ($2::uuid IS NULL OR note_id > $2)
         ORDER BY note_id LIMIT $3
        """,
        relation_number,
        *(page.after(tuple[UUID]) or (None,)),
        page.rows,
    )
    return page.answer(rows, view=lambda row: Note(**row), position=lambda row: (row["note_id"],))


@api.post("/customers/{relation_number}/notes", operation=WRITE_NOTES, status_code=201, problems=(EMPTY_NOTE,))
async def write_note(relation_number: RelationNumber, body: Text, work: Work, response: Response) -> Note:
    """Note something."""
    if not any(character.isalpha() for character in body.text):
        raise Problem(EMPTY_NOTE)
    note = Note(note_id=uuid4(), text=body.text)
    await work.connection.execute(
        "INSERT INTO note (note_id, relation_number, text) VALUES ($1, $2, $3)",
        note.note_id,
        relation_number,
        note.text,
    )
    response.headers["Location"] = f"/notes/{note.note_id}"
    return note


@api.get("/notes/{note_id}", operation=READ_NOTES, owner=owner_of_note)
async def read_note(note_id: NoteId, reading: Reading, response: Response) -> Note:
    """Read one note."""
    row = await reading.connection.fetchrow("SELECT text, version FROM note WHERE note_id = $1", note_id)
    assert row is not None
    response.headers["ETag"] = etag(row["version"])
    return Note(note_id=note_id, text=row["text"])


@api.put("/notes/{note_id}", operation=WRITE_NOTES, owner=owner_of_note)
async def change_note(note_id: NoteId, if_match: IfMatch, body: Text, work: Work, response: Response) -> Note:
    """Change what a note says."""
    version = await work.connection.fetchval("SELECT version FROM note WHERE note_id = $1 FOR UPDATE", note_id)
    if_match.require(version=version)
    await work.connection.execute(
        "UPDATE note SET text = $2, version = version + 1 WHERE note_id = $1", note_id, body.text
    )
    response.headers["ETag"] = etag(version + 1)
    return Note(note_id=note_id, text=body.text)


@api.delete("/notes/{note_id}", operation=WRITE_NOTES, owner=owner_of_note)
async def take_back(note_id: NoteId, work: Work) -> None:
    """Take a note back."""
    await work.connection.execute("DELETE FROM note WHERE note_id = $1", note_id)


@api.put("/settlements/{note_id}", operation=SETTLE)
async def settle(note_id: NoteId, work: Work, trace: RequestTrace) -> None:
    """Publish that the message about a note is settled."""
    settled = MessageSettled(
        message_id=note_id,
        claim_id=note_id,
        claim_version=1,
        channel=Channel.EMAIL,
        settlement=Settlement.SENT,
        attempts=1,
    )
    work.publish(settled, trace=trace)
