"""Who may do what with the specimen: its part of an access matrix."""

from __future__ import annotations

from contracts.access import Operation, Reach, Role, operations_of

NAME = "specimen"

GREET = Operation.public(name="greeting.read", service=NAME, meaning="Be greeted")
ADD_UP = Operation.public(name="sums.preview", service=NAME, meaning="Add up amounts")
FAIL = Operation.public(name="failures.cause", service=NAME, meaning="Let a handler fail in one of several ways")
PASS_GATE = Operation.public(name="gates.pass", service=NAME, meaning="Wait until a gate is open")
SETTLE = Operation.public(name="messages.settle", service=NAME, meaning="Publish that a message is settled")
READ_NOTES = Operation(
    name="notes.read",
    service=NAME,
    scope="notes:read",
    grants={Role.CUSTOMER: Reach.OWN, Role.CLAIMS_HANDLER: Reach.ANY},
    meaning="Read what a customer has noted",
)
WRITE_NOTES = Operation(
    name="notes.write",
    service=NAME,
    scope="notes:write",
    grants={Role.CUSTOMER: Reach.OWN},
    meaning="Note something, change it and take it back",
)
SPECIMEN = (GREET, ADD_UP, FAIL, PASS_GATE, SETTLE, READ_NOTES, WRITE_NOTES, *operations_of(NAME))
