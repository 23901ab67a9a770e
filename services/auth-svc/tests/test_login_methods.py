from __future__ import annotations

from auth_world import World


async def test_who_comes_with_digid_is_told_where_it_belongs_and_how_to_log_in_here(auth: World) -> None:
    answer = await auth.client.get("/login-methods")

    methods = {method["name"]: method for method in answer.json()["methods"]}
    assert {name for name, method in methods.items() if not method["is_accepted"]} == {"digid"}
    assert "health insurance" in " ".join(methods["digid"]["explanation"]["en"])
    assert "zorgverzekering" in " ".join(methods["digid"]["explanation"]["nl"])


async def test_who_has_no_mobile_number_is_told_whom_to_call(auth: World) -> None:
    methods = {method["name"]: method for method in (await auth.client.get("/login-methods")).json()["methods"]}

    for language in ("nl", "en"):
        assert "088 000 00 00" in " ".join(methods["sms"]["explanation"][language])
