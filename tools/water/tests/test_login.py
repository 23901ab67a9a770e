"""`water login` and `water logout`: who signs in as people do has tokens that stay fresh and nobody else reads."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import stat
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qs

import httpx
import pytest
from described_platform import DescribedPlatform

CALLBACK = "http://127.0.0.1/signed-in"
PASSWORD, CODE, SESSION = "vier woorden zonder verband", "123456", "of-this-login"


class AuthService:
    """auth-svc, as far as a login needs it. Tokens carry a number; a refresh token serves once."""

    def __init__(self, platform: DescribedPlatform) -> None:
        self.issued = 0
        self.expires_in = 300
        self.challenge = ""
        self.ended = False
        self.takes_seconds = 0.0
        """To answer with tokens."""
        self._platform = platform
        for path in ("/logins", "/logins/completion", "/oauth/authorize", "/oauth/token", "/oauth/revoke"):
            platform.answers["auth-svc", path] = getattr(self, path.strip("/").replace("/", "_").removeprefix("oauth_"))

    def logins(self, request: httpx.Request) -> httpx.Response:
        if json.loads(request.content)["password"] != PASSWORD:
            return httpx.Response(401, json={"detail": "Try again with both as you chose them."})
        return httpx.Response(200, json={"login": "begun", "next": "totp", "mobile_phone": None})

    def logins_completion(self, request: httpx.Request) -> httpx.Response:
        if json.loads(request.content) != {"login": "begun", "code": CODE}:
            return httpx.Response(401, json={"detail": "Type the newest code."})
        cookies = [("set-cookie", f"__Host-session={SESSION}; Path=/; Secure"), ("set-cookie", "__Host-device=d")]
        return httpx.Response(200, json={"confirmed_identity": None}, headers=cookies)

    def authorize(self, request: httpx.Request) -> httpx.Response:
        asked = request.url.params
        assert request.headers["cookie"] == f"__Host-session={SESSION}"
        if asked["client_id"] != "water" or asked["redirect_uri"] != CALLBACK:
            return httpx.Response(400, json={"error": "invalid_request", "error_description": "Send client_id."})
        self.challenge = asked["code_challenge"]
        return httpx.Response(302, headers={"location": f"{CALLBACK}?code=c1&state={asked['state']}&iss=x"})

    def token(self, request: httpx.Request) -> httpx.Response:
        form = {name: value for name, (value,) in parse_qs(request.content.decode()).items()}
        is_granted = self._is_granted(form)
        time.sleep(self.takes_seconds)
        if self.ended or not is_granted or not self._is_granted(form):
            self.ended = True
            return httpx.Response(400, json={"error": "invalid_grant", "error_description": "Log in again."})
        self.issued += 1
        token = {"access_token": f"access-{self.issued}", "refresh_token": f"refresh-{self.issued}"}
        self._platform.token = token["access_token"]
        return httpx.Response(200, json={**token, "token_type": "Bearer", "expires_in": self.expires_in, "scope": "s"})

    def revoke(self, request: httpx.Request) -> httpx.Response:
        self.ended = parse_qs(request.content.decode())["token"] == [f"refresh-{self.issued}"]
        return httpx.Response(200)

    def _is_granted(self, form: Mapping[str, str]) -> bool:
        if form["grant_type"] == "refresh_token":
            return form["refresh_token"] == f"refresh-{self.issued}"
        proof = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        return (form["code"], form["redirect_uri"], proof) == ("c1", CALLBACK, self.challenge)


@pytest.fixture
def auth(platform: DescribedPlatform, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AuthService:
    monkeypatch.delenv("WATER_TOKEN")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return AuthService(platform)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "state" / "water" / "login.json"


def log_in(platform: DescribedPlatform, monkeypatch: pytest.MonkeyPatch, *lines: str) -> int:
    """Log in with what somebody types."""
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines or (PASSWORD, CODE))))
    return platform.run("login", "--email", "on.call@example.org")


@pytest.fixture
def logged_in(platform: DescribedPlatform, auth: AuthService, monkeypatch: pytest.MonkeyPatch) -> AuthService:
    assert log_in(platform, monkeypatch) == 0
    return auth


def test_who_logs_in_by_both_steps_asks_with_their_token_from_then_on(
    platform: DescribedPlatform, logged_in: AuthService
) -> None:
    assert platform.run("health") == 0

    assert logged_in.issued == 1


@pytest.mark.usefixtures("auth")
def test_only_its_owner_can_read_the_login_which_lies_below_their_home(
    platform: DescribedPlatform, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert log_in(platform, monkeypatch) == 0

    place = tmp_path / ".local" / "state" / "water"
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in (place, *place.iterdir())} == {
        "water": 0o700,
        "lock": 0o600,
        "login.json": 0o600,
    }
    assert PASSWORD not in (place / "login.json").read_text()
    assert SESSION not in (place / "login.json").read_text()


@pytest.mark.usefixtures("logged_in")
def test_a_login_that_others_can_read_is_not_used(
    platform: DescribedPlatform, kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept.chmod(0o640)
    before = len(platform.asked)

    assert platform.run("health") == 2

    assert "others can read the login" in capsys.readouterr().err
    assert len(platform.asked) == before


def test_a_wrong_code_is_asked_for_again_and_a_wrong_password_is_not(
    platform: DescribedPlatform, auth: AuthService, monkeypatch: pytest.MonkeyPatch, kept: Path
) -> None:
    assert log_in(platform, monkeypatch, PASSWORD, "000000", CODE) == 0
    kept.unlink()
    assert log_in(platform, monkeypatch, PASSWORD, *["000000"] * 3) == 2
    assert log_in(platform, monkeypatch, "another", CODE) == 2

    assert not kept.exists()
    assert auth.issued == 1


def test_a_token_that_is_nearly_over_is_replaced_by_the_next_command(
    platform: DescribedPlatform, auth: AuthService, monkeypatch: pytest.MonkeyPatch, kept: Path
) -> None:
    auth.expires_in = 29
    log_in(platform, monkeypatch)
    auth.expires_in = 300

    assert [platform.run("lag"), platform.run("health")] == [0, 0]

    assert auth.issued == 2
    told = json.loads(kept.read_text())
    assert told["refresh_token"] == "refresh-2"
    assert 290 < told["good_until"] - time.time() <= 300


def test_commands_at_the_same_time_use_a_refresh_token_once(
    platform: DescribedPlatform, auth: AuthService, monkeypatch: pytest.MonkeyPatch
) -> None:
    auth.expires_in = 29
    log_in(platform, monkeypatch)
    auth.expires_in = 300
    auth.takes_seconds = 0.2

    with ThreadPoolExecutor(4) as pool:
        codes = list(pool.map(platform.run, ["health"] * 8))

    assert codes == [0] * 8
    assert (auth.issued, auth.ended) == (2, False)


def test_who_is_not_logged_in_any_more_is_told_so(
    platform: DescribedPlatform, logged_in: AuthService, kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logged_in.ended = True
    kept.write_text(json.dumps({**json.loads(kept.read_text()), "good_until": 0.0}))

    assert platform.run("health") == 2

    assert "you are not logged in any more: water login" in capsys.readouterr().err


@pytest.mark.usefixtures("logged_in")
def test_a_login_is_sent_to_no_other_auth_svc(
    platform: DescribedPlatform, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = len(platform.asked)
    monkeypatch.setenv("WATER_AUTH_URL", "https://auth.example.org")

    assert platform.run("health") == 2

    assert "you are logged in at http://127.0.0.1:8095" in capsys.readouterr().err
    assert len(platform.asked) == before


def test_logging_out_gives_the_tokens_back_and_keeps_none(
    platform: DescribedPlatform, logged_in: AuthService, kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert platform.run("logout") == 0

    assert logged_in.ended
    assert not kept.exists()
    assert platform.run("health") == 2
    assert "there is no token: water login" in capsys.readouterr().err
    assert platform.run("logout") == 0


@pytest.mark.usefixtures("logged_in")
def test_nothing_is_kept_after_a_logout_that_auth_svc_did_not_hear(
    platform: DescribedPlatform, kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    platform.away = {"auth-svc"}

    assert platform.run("logout") == 2

    assert not kept.exists()
    assert "auth-svc cannot be reached" in capsys.readouterr().err


@pytest.mark.usefixtures("logged_in")
def test_a_token_that_is_given_comes_before_that_of_a_login(
    platform: DescribedPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATER_TOKEN", "given")

    assert platform.run("lag") == 2
    platform.token = "given"
    assert platform.run("lag") == 0


@pytest.mark.usefixtures("auth")
def test_a_password_is_sent_to_this_machine_or_by_tls_only(
    platform: DescribedPlatform, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WATER_AUTH_URL", "http://auth.example.org")

    assert log_in(platform, monkeypatch) == 2

    assert "WATER_AUTH_URL must begin with https" in capsys.readouterr().err
    assert platform.asked == []


@pytest.mark.usefixtures("auth")
def test_a_program_that_auth_svc_does_not_know_says_how_it_is_made_known(
    platform: DescribedPlatform, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WATER_CLIENT", "stranger")

    assert log_in(platform, monkeypatch) == 2

    assert f"auth-svc clients add stranger --public --redirect-uri {CALLBACK}" in capsys.readouterr().err
