"""A customer who asks for all that is held about them gets what auth-svc holds, and no secret of it."""

from __future__ import annotations

import json

from accounts import EMAIL, account, change_email, device_with_session, passkey
from auth_world import CUSTOMER, PASSWORD, World

from auth_svc.repository.customer_data import NOTHING_OF_CUSTOMERS, SECTIONS


async def test_a_customer_gets_their_account_devices_and_history_and_nobody_elses(auth: World) -> None:
    await auth.know(CUSTOMER)
    mine = await account(auth)
    await device_with_session(auth, mine)
    await passkey(auth, mine)
    other = await account(auth, relation_number="654321", email="other@example.org", mobile_phone="+31687654321")
    await device_with_session(auth, other)
    await change_email(auth, mine, "new@example.org")
    await auth.told()

    held = await auth.running.holds(customer_id=CUSTOMER.customer_id, relation_number="123456")

    assert list(held) == list(SECTIONS)
    assert [one["email"] for one in held["account"]] == [EMAIL]
    assert [(one["ip_address"], one["device"]) for one in held["sessions"]] == [("192.0.2.7", "Firefox")]
    assert [one["name"] for one in held["passkeys"]] == ["Telephone"]
    assert [one["email"] for one in held["links_that_were_mailed"]] == ["new@example.org"]
    assert held["history"]
    told = json.dumps(held)
    assert "other@example.org" not in told


async def test_no_secret_is_among_it(auth: World) -> None:
    await auth.know(CUSTOMER)
    mine = await account(auth)
    await device_with_session(auth, mine)
    await passkey(auth, mine)
    await auth.rows("UPDATE account SET totp_secret = 'sealed secret', totp_added_at = now()")

    told = json.dumps(await auth.running.holds(customer_id=CUSTOMER.customer_id, relation_number="123456"))

    ((password_hash,),) = await auth.rows("SELECT password_hash FROM account")
    digests = await auth.rows(
        "SELECT encode(digest, 'hex') FROM device UNION SELECT encode(digest, 'hex') FROM session"
    )
    for secret in (PASSWORD, password_hash, "sealed secret", "hash", *(row[0] for row in digests)):
        assert secret not in told


async def test_every_table_is_told_or_there_is_a_reason_why_not(auth: World) -> None:
    untold = await auth.running.tables_untold(sections=SECTIONS, nothing_of_customers=NOTHING_OF_CUSTOMERS)
    assert untold == set()
