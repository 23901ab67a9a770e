"""No secret gets into an image, a command line or a file of the repository."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from kustomized import pods, render
from service_settings import is_secret

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
SHAPES = (
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----\n[A-Za-z0-9+/]{20,}",
    r"\bAKIA[0-9A-Z]{16}\b",
    r"\bgh[pousr]_[A-Za-z0-9]{36}\b",
    r"\bxox[abpr]-[A-Za-z0-9-]{10,}",
    r"\beyJhbGciOi[A-Za-z0-9_-]{20,}\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}",
)
"""What secrets of others look like: keys in PEM, of Amazon, of GitHub, of Slack, and signed tokens."""


def test_only_what_is_named_gets_into_an_image() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    allowed = [line.removeprefix("!") for line in ignored if line.startswith("!")]

    assert next(line for line in ignored if not line.startswith("#")) == "*"
    assert sorted(allowed) == ["chassis", "contracts", "deploy/locks", "deploy/provision", "services", "tools/devstack"]


def test_no_image_is_built_with_a_secret() -> None:
    copied = [
        word for line in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, flags=re.MULTILINE) for word in line.split()
    ]
    settings = re.findall(r"\b([A-Z][A-Z_]+)=", "\n".join(re.findall(r"^ENV .*$", DOCKERFILE, flags=re.MULTILINE)))

    assert re.findall(r"^ARG (\w+)", DOCKERFILE, flags=re.MULTILINE) == ["COMMIT"]
    assert "--mount=type=secret" not in DOCKERFILE
    assert [word for word in copied if ".env" in word or word in {".", "./"}] == []
    assert settings
    assert [name for name in settings if is_secret(name)] == []


@pytest.mark.parametrize("name", COMPOSE)
def test_no_command_line_of_a_container_holds_a_secret(name: str) -> None:
    container = COMPOSE[name]
    shown = [container.get("command"), container.get("entrypoint"), container.get("healthcheck", {}).get("test")]

    assert re.findall(r"\$\{?\w*(?:PASSWORD|_KEYS?|SECRET|TOKEN)\b", str(shown)) == []


def test_no_command_line_of_a_pod_holds_a_secret() -> None:
    for _, pod in pods(render(DEPLOY / "kubernetes" / "example")):
        for container in pod["containers"]:
            assert all(re.fullmatch(r"[a-z-]+", word) for word in container["args"]), "Kubernetes fills in $(VARIABLE)"
            assert "command" not in container


def test_no_file_of_the_repository_holds_what_looks_like_a_secret() -> None:
    found = subprocess.run(
        ["git", "-C", ROOT, "grep", "-lIP", "-e", "|".join(SHAPES)], check=False, capture_output=True, text=True
    )
    if found.returncode not in {0, 1}:
        pytest.skip(f"git cannot look through this checkout: {found.stderr.strip()}")

    assert found.stdout.splitlines() == []
