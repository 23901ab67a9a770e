"""Mutants of the door: what is declared, what is refused, what is told."""

from __future__ import annotations

from mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "door: data of one customer are given to any other, because nobody says whose they are",
        "http/declaration.py",
        "        if self.operation.is_for_owners and not owner and not self.has_owner_in_path:\n",
        "        if False:\n",
        "door/test_declarations.py::test_a_route_that_cannot_be_right_stops_the_start",
    ),
    Mutant(
        "door: an operation that the contracts do not know is performed",
        "http/api.py",
        "            if route.operation not in self.access:\n",
        "            if False:\n",
        "door/test_declarations.py::test_a_route_that_cannot_be_right_stops_the_start",
    ),
    Mutant(
        "door: of two equal keys the last one counts",
        "http/strict_json.py",
        "    if len(found) < len(pairs):\n",
        "    if False:\n",
        "door/test_strict_json.py::test_what_has_more_than_one_meaning_is_refused_by_a_sentence_that_repeats_nothing",
    ),
    Mutant(
        "door: depth is not limited",
        "http/strict_json.py",
        "            if depth == GREATEST_DEPTH:\n",
        "            if False:\n",
        "door/test_strict_json.py::test_what_has_more_than_one_meaning_is_refused_by_a_sentence_that_repeats_nothing",
    ),
    Mutant(
        "door: JSON is read as FastAPI reads it",
        "http/strict_request.py",
        "                self._value = decode(await self.body())\n",
        "                self._value = await super().json()\n",
        "door/test_strict_request.py::test_json_with_two_meanings_is_refused_with_the_reason",
    ),
    Mutant(
        "door: a body is read although it announces too much",
        "http/limits.py",
        '            if name == b"content-length" and int(value) > self._body_bytes:\n',
        "            if False:\n",
        "door/test_limits.py::test_a_body_that_announces_too_much_is_refused_before_it_is_read",
    ),
    Mutant(
        "door: a body without a length has no limit",
        "http/limits.py",
        "        if self._bytes > self._most_bytes:\n",
        "        if False:\n",
        "door/test_limits.py::test_a_body_that_grows_too_large_is_refused",
    ),
    Mutant(
        "door: a request that was given up keeps its place",
        "http/limits.py",
        "            self._under_way -= 1\n",
        "",
        "door/test_limits.py::test_a_request_that_is_given_up_leaves_its_place",
    ),
    Mutant(
        "door: one address takes every place",
        "http/limits.py",
        "        if self._under_way_by_address[address] >= self._concurrency_per_address:\n",
        "        if False:\n",
        "door/test_limits.py::test_surplus_of_one_address_is_refused_and_another_address_is_not",
    ),
    Mutant(
        "door: who sends slowly is told that we are",
        "http/limits.py",
        "            late = TOO_SLOW if body.is_awaited else UNAVAILABLE\n",
        "            late = UNAVAILABLE\n",
        "door/test_limits.py::test_a_body_that_does_not_arrive_is_given_up_and_the_connection_closed",
    ),
    Mutant(
        "door: a name that the sender has thought up is repeated",
        "http/field_errors.py",
        "        path = path[:-1]  # a name",
        "        path = path  # a name",
        "door/test_problems.py::test_a_name_that_the_sender_has_thought_up_is_not_repeated",
    ),
    Mutant(
        "door: the text of an error is told",
        "http/route.py",
        "else Problem(INTERNAL)\n",
        "else Problem(INTERNAL, str(error))\n",
        "door/test_problems.py::test_a_handler_that_fails_is_a_problem_of_which_nothing_is_told",
    ),
    Mutant(
        "door: a slash too many leads where the request's Host says",
        "http/api.py",
        "            redirect_slashes=False,\n",
        "",
        "door/test_problems.py::test_a_path_with_a_slash_too_many_leads_nowhere_else",
    ),
    Mutant(
        "door: anybody may say from where a request comes",
        "http/server.py",
        "                proxy_headers=trusted_proxies is not None,\n",
        "                proxy_headers=True,\n",
        "door/test_server.py::test_only_a_proxy_that_is_trusted_tells_from_where_a_request_comes",
    ),
    Mutant(
        "door: half a header keeps a connection open for ever",
        "http/server.py",
        "        super().connection_made(transport)\n        self._wait()\n",
        "        super().connection_made(transport)\n",
        "door/test_server.py::test_a_connection_on_which_no_request_begins_is_closed",
    ),
    Mutant(
        "h: SIGTERM cuts off the requests under way",
        "lifecycle.py",
        "                    await self._public_port.stop()\n",
        "                    pass\n",
        "door/test_public_port.py::test_sigterm_answers_the_request_under_way_and_takes_no_other",
    ),
    Mutant(
        "door: who connects and asks nothing takes the place of everybody else",
        "http/server.py",
        "            self._make_room()\n",
        "            pass\n",
        "door/test_server.py::test_who_connects_and_asks_nothing_keeps_nobody_out",
    ),
    Mutant(
        "door: who does not take an answer keeps the connection for ever",
        "http/server.py",
        "call_later(LONGEST_WAIT_SECONDS, self.transport.abort)\n",
        "call_later(LONGEST_WAIT_SECONDS, self.timeout_keep_alive_handler)\n",
        "door/test_server.py::test_who_does_not_take_an_answer_is_given_up",
    ),
)
