import pytest

from provision.logins import (
    ITERATIONS,
    Attempt,
    FoundLogins,
    Login,
    LoginPlan,
    PasswordChange,
    WantedLogins,
    plan_logins,
)

SERVICE, PARTNER = "claims-svc", "repair-partners"
LET_IN = Attempt()


def plan(
    *logins: Login,
    attempts: dict[str, Attempt] | None = None,
    given: tuple[str, ...] = (SERVICE, PARTNER),
    own: str | None = None,
    removed: tuple[str, ...] = (),
    may_remove: bool = False,
) -> LoginPlan:
    wanted = WantedLogins(
        principals=frozenset({SERVICE, PARTNER}), given=frozenset(given), own=own, removed=frozenset(removed)
    )
    found = FoundLogins(logins=frozenset(logins), attempts={**dict.fromkeys(given, LET_IN), **(attempts or {})})
    return plan_logins(found, wanted=wanted, may_remove=may_remove)


def test_logins_as_declared_need_nothing() -> None:
    done = plan(Login(SERVICE), Login(PARTNER))

    assert done == LoginPlan(passwords=[], removals=[], refusals=[], undeclared=[], missing=[], mighty=[])
    assert done.changes_nothing


def test_everyone_who_has_none_gets_the_password_in_the_environment() -> None:
    wanted = plan()

    assert [change.sentence for change in wanted.passwords] == [
        "set the password of claims-svc: there is none",
        "set the password of repair-partners: there is none",
    ]
    assert not wanted.changes_nothing


def test_a_password_that_the_cluster_refuses_is_set_again_for_the_reason_it_gives() -> None:
    wanted = plan(Login(SERVICE), Login(PARTNER), attempts={PARTNER: Attempt(refusal="invalid credentials")})

    assert wanted.passwords == [PasswordChange(user=PARTNER, reason="invalid credentials")]


@pytest.mark.parametrize("iterations", [4_096, ITERATIONS - 1])
def test_a_password_hashed_too_few_times_is_set_again(iterations: int) -> None:
    wanted = plan(Login(SERVICE, iterations=iterations), Login(PARTNER))

    assert [change.sentence for change in wanted.passwords] == [
        f"set the password of claims-svc: it is hashed {iterations} times, not {ITERATIONS}"
    ]


def test_a_principal_without_a_password_in_the_environment_is_left_as_he_is() -> None:
    wanted = plan(Login(SERVICE, iterations=4_096), given=())

    assert wanted.changes_nothing
    assert wanted.missing == [PARTNER]


def test_a_login_by_another_mechanism_does_not_count_as_the_declared_one() -> None:
    wanted = plan(Login(SERVICE), Login(PARTNER, "SCRAM-SHA-256"))

    assert [change.user for change in wanted.passwords] == [PARTNER]
    assert [login.sentence for login in wanted.undeclared] == ["repair-partners can log in by SCRAM-SHA-256"]


def test_a_second_way_in_of_a_principal_is_removed_when_asked_and_a_stranger_is_not() -> None:
    second, stranger = Login(PARTNER, "SCRAM-SHA-256", 4_096), Login("bob")

    left = plan(Login(SERVICE), Login(PARTNER), second, stranger)
    wanted = plan(Login(SERVICE), Login(PARTNER), second, stranger, may_remove=True)

    assert left.removals == []
    assert left.undeclared == [stranger, second]
    assert wanted.removals == [second]
    assert wanted.undeclared == [stranger]
    assert not wanted.changes_nothing


def test_a_stranger_is_removed_by_name_with_every_way_in() -> None:
    ways_in = [Login("bob", "SCRAM-SHA-256"), Login("bob")]

    wanted = plan(Login(SERVICE), Login(PARTNER), *ways_in, Login("eve"), removed=("bob",))

    assert wanted.removals == ways_in
    assert wanted.undeclared == [Login("eve")]
    assert plan(Login(SERVICE), Login(PARTNER), removed=("bob",)).changes_nothing, "a second run changes nothing"


def test_a_principal_is_not_removed_by_name() -> None:
    wanted = plan(Login(SERVICE), Login(PARTNER), removed=(PARTNER,))

    assert wanted.refusals == [
        "contracts let repair-partners in: give it another password, or take it out of contracts"
    ]
    assert wanted.removals == []


def test_nobody_locks_himself_out() -> None:
    wanted = plan(Login(SERVICE), Login(PARTNER), Login("admin"), own="admin", removed=("admin",), may_remove=True)

    assert wanted.refusals == ["the login of admin is the one in use: log in as somebody else to remove it"]
    assert wanted.removals == []
    assert wanted.undeclared == []


def test_who_may_act_on_the_cluster_itself_is_named() -> None:
    wanted = plan(Login(SERVICE), Login(PARTNER), attempts={PARTNER: Attempt(operations=frozenset({"Alter"}))})

    assert wanted.mighty == [PARTNER]
