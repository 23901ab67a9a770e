"""Mutants of the description of an API, and of what was found by trying one."""

from __future__ import annotations

from mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "openapi: a guarded operation is described as open to everybody",
        "http/openapi.py",
        '    operation["security"] = [] if access.is_public else [{_TOKEN: [access.scope]}]\n',
        '    operation["security"] = []\n',
        "door/test_openapi.py::test_what_a_token_must_grant_is_what_the_access_matrix_says",
    ),
    Mutant(
        "openapi: a route's own problems are not documented",
        "http/documented_problems.py",
        "[*_OF_EVERY_OPERATION, *declaration.problems]",
        "[*_OF_EVERY_OPERATION]",
        "door/test_openapi.py::test_every_problem_that_an_operation_may_answer_is_documented_and_no_other",
    ),
    Mutant(
        "openapi: what a key is answered with is not documented",
        "http/documented_problems.py",
        "        found += idempotency.PROBLEMS\n",
        "        found += (TOO_SLOW,)\n",
        "door/test_openapi.py::test_every_problem_that_an_operation_may_answer_is_documented_and_no_other",
    ),
    Mutant(
        "openapi: what has no example is described all the same",
        "http/examples.py",
        '        yield f"{error} of the {name} has no example"\n',
        "        return\n",
        "door/test_openapi.py::test_an_answer_without_a_true_example_is_refused_by_name",
    ),
    Mutant(
        "openapi: an example that does not hold is shown",
        "http/examples.py",
        '        TypeAdapter[Any](kind).validate_json(json.dumps(content["example"]))\n',
        "",
        "door/test_openapi.py::test_an_answer_without_a_true_example_is_refused_by_name",
    ),
    Mutant(
        "openapi: If-Match seems to be optional",
        "http/openapi.py",
        '_IF_MATCH: Final = {"required": True, **_ENTITY_TAGS}\n',
        "_IF_MATCH: Final = _ENTITY_TAGS\n",
        "door/test_openapi.py::test_what_two_may_change_shows_its_version_and_demands_the_one_that_was_seen",
    ),
    Mutant(
        "openapi: a description can be had with settings only",
        "command_line.py",
        "        case [command] if command == OPENAPI:",
        '        case [command] if command == "":',
        "door/test_openapi.py::test_a_service_prints_its_description_without_any_settings",
    ),
    Mutant(
        "door: Allow names the methods of one route only",
        "http/problems.py",
        'headers = {"Allow": _methods_at(request)} if problem is METHOD_NOT_ALLOWED else error.headers\n',
        "headers = error.headers\n",
        "door/test_problems.py::test_a_method_that_a_path_has_not_is_a_problem_that_names_those_it_has",
    ),
    Mutant(
        "door: 1.0 is no whole number",
        "http/strict_json.py",
        "    return int(number) if number.is_integer() else number\n",
        "    return number\n",
        "door/test_strict_json.py::test_a_whole_number_is_one_however_it_is_written",
    ),
)
