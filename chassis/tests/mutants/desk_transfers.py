"""Mutants of large bodies at the door."""

from __future__ import annotations

from mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "transfers: a large body is read before its handler, whatever its size",
        "http/route.py",
        "        if declaration.transfer is not None and declaration.takes_a_stream:\n",
        "        if False:\n",
        "door/test_transfer.py::test_what_is_too_large_or_of_another_type_is_refused_and_other_routes_keep_the_usual_limits",
    ),
    Mutant(
        "transfers: who sends slowly keeps others from their places",
        "http/route.py",
        "            place = nullcontext() if declaration.takes_a_stream else self._opened().places.take()\n",
        "            place = self._opened().places.take()\n",
        "door/test_transfer.py::test_a_large_body_is_read_by_its_handler_and_takes_nothing_from_others_meanwhile",
    ),
)
