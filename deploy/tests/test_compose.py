import base64
import importlib.util
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from chassis.sealing import Opener
from chassis.settings import ServiceSettings
from contracts.acls import principals
from provision.settings import variable_of

DEPLOY = Path(__file__).resolve().parents[1]
COMPOSE = (DEPLOY / "compose.yaml").read_text()
WATCHING = ("prometheus", "grafana", "jaeger")
SERVICES = sorted(file.parent.name for file in (DEPLOY.parent / "services").glob("*/pyproject.toml"))


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_is_migrated_before_it_runs(service: str) -> None:
    scripts = tomllib.loads((DEPLOY.parent / "services" / service / "pyproject.toml").read_text())["project"]["scripts"]

    assert service in scripts
    assert f"command: [{service}, migrate]" in COMPOSE
    assert f"command: [{service}, run]" in COMPOSE
    assert f"{service}-migrate: {{condition: service_completed_successfully}}" in COMPOSE


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_a_database_of_its_own(service: str) -> None:
    name = service.removesuffix("-svc")
    password = f"{name.upper()}_DATABASE_PASSWORD"

    assert re.search(rf"postgresql://{name}:\$\{{{password}:\?[^}}]+}}@postgres/{name}\n", COMPOSE)
    assert re.search(rf"^      {password}: \$\{{{password}:\?", COMPOSE, flags=re.MULTILINE)


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_logs_in_at_kafka_as_the_principal_that_contracts_name(service: str) -> None:
    password = secret(variable_of(service))

    assert service in principals()
    assert f"      KAFKA_SASL_USERNAME: {service}\n      KAFKA_SASL_PASSWORD: {password}\n" in COMPOSE


@pytest.mark.parametrize("principal", principals())
def test_every_principal_of_contracts_is_given_a_password(principal: str) -> None:
    variable = variable_of(principal)

    assert f"      {variable}: {secret(variable)}\n" in COMPOSE
    assert "command: [provision, --acls, required, --logins, required]" in COMPOSE


def test_the_image_knows_of_which_commit_it_is_built() -> None:
    told = subprocess.run(
        ["make", "--dry-run", "up", "BUILD_COMMIT=4f2a9c1"],
        cwd=DEPLOY.parent,
        capture_output=True,
        text=True,
        check=True,
    )

    assert 'BUILD_COMMIT="4f2a9c1" docker compose --file deploy/compose.yaml build\n' in told.stdout
    assert 'target: services\n      args: {COMMIT: "${BUILD_COMMIT:-unknown}"}' in COMPOSE
    assert "ARG COMMIT=unknown\nENV BUILD_COMMIT=$COMMIT\nUSER 10001\n" in (DEPLOY / "Dockerfile").read_text()


def test_kafka_lets_nobody_in_without_a_login_and_denies_what_no_acl_allows() -> None:
    assert "SECURITY_PROTOCOL_MAP: INSIDE:SASL_PLAINTEXT,HOST:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT\n" in COMPOSE
    assert "CONTROLLER://localhost:9093\n" in COMPOSE, "whoever reaches the controller without a login is a super user"
    assert 'KAFKA_ALLOW_EVERYONE_IF_NO_ACL_FOUND: "false"' in COMPOSE
    assert "KAFKA_SUPER_USERS: User:admin;User:ANONYMOUS " in COMPOSE


def test_kafka_is_told_the_password_of_nobody_but_its_administrator() -> None:
    kafka, _, _ = COMPOSE.partition("\n  postgres:\n")

    assert set(re.findall(r"\$\{(\w*PASSWORD)", kafka)) == {"KAFKA_ADMIN_PASSWORD"}


def test_servers_of_the_outside_world_are_modules_that_exist() -> None:
    modules = re.findall(r"python(?:,|\n +-) -m(?:,|\n +-) ([\w.]+)", COMPOSE)

    assert len(modules) == 3 + len(SERVICES)
    assert [module for module in modules if importlib.util.find_spec(module) is None] == []


def test_everything_is_published_on_this_machine_only() -> None:
    published = re.findall(r"ports: \[(.*)\]", COMPOSE)

    assert len(published) == COMPOSE.count(" ports:") == len(SERVICES) + len(("kafka", *WATCHING))
    assert all(port.startswith('"127.0.0.1:') for ports in published for port in ports.split(", "))


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_may_be_several_because_only_its_door_is_published(service: str) -> None:
    door = COMPOSE.partition(f"\n  {service.removesuffix('-svc')}-door:\n")[2]

    assert "ports:" not in block_of(service)
    assert "container_name:" not in COMPOSE
    assert door.startswith(
        f"    <<: *door\n    command: [python, -m, devstack.outside.door, {service}, --host=0.0.0.0, "
        "--port=8080, --port=8090]\n    ports: "
    )


def test_postgres_takes_the_connections_of_five_processes_of_every_service() -> None:
    (most,) = re.findall(r"max_connections=(\d+)", COMPOSE)

    assert "DATABASE_CONNECTIONS:" not in COMPOSE
    assert int(most) > 5 * len(SERVICES) * (ServiceSettings.model_fields["database_connections"].default + 2)


@pytest.mark.parametrize("name", WATCHING)
def test_what_watches_can_change_nothing_but_what_it_keeps(name: str) -> None:
    of_all = COMPOSE.partition("x-watching: &watching\n")[2].partition("\n\n")[0]
    block = COMPOSE.partition(f"\n  {name}:\n")[2]

    assert block.startswith("    <<: *watching\n")
    assert {"  cap_drop: [ALL]", "  read_only: true", '  security_opt: ["no-new-privileges:true"]'} <= set(
        of_all.splitlines()
    )
    mounted = re.findall(r"\./observability/[^\s\"]+", COMPOSE)
    assert len(mounted) == 3
    assert [mount for mount in mounted if not mount.endswith(":ro")] == []


def test_what_is_mounted_for_those_who_watch_is_there() -> None:
    for mounted in re.findall(r"\./(observability/[^:]+):", COMPOSE):
        assert list((DEPLOY / mounted).rglob("*.*")), mounted


def test_no_secret_has_a_default() -> None:
    secrets = re.findall(r"\$\{\w*(?:PASSWORD|_KEYS?)\b\w*[^}]*}", COMPOSE)

    assert secrets
    assert all(":?" in secret for secret in secrets)


def test_secrets_are_random_private_and_written_once(tmp_path: Path) -> None:
    for name in ("make_secrets.py", "compose.yaml"):
        shutil.copy(DEPLOY / name, tmp_path)
    (tmp_path / ".env").write_text("CLAIMS_DATABASE_PASSWORD=\nPOSTGRES_PASSWORD=chosen")

    make_secrets(tmp_path)
    first = (tmp_path / ".env").read_text()
    make_secrets(tmp_path)

    values = dict(line.split("=", 1) for line in first.splitlines())
    assert (tmp_path / ".env").read_text() == first
    assert values.pop("POSTGRES_PASSWORD") == "chosen"
    assert set(values) == {name for name in re.findall(r"\$\{(\w+):\?", COMPOSE) if name != "POSTGRES_PASSWORD"}
    assert len(set(values.values())) == len(values)
    assert len(values["SMPP_PASSWORD"]) == 8
    assert values.pop("MESSAGE_PUBLIC_KEY") == Opener(values["MESSAGE_KEYS"]).public_keys[0]
    keys = {"PROOF_ROOT_KEY", "MESSAGE_KEYS", "KEPT_TEXT_KEYS", "PERSONAL_DATA_KEYS", "PORTAL_KEYS", "STORAGE_KEYS"}
    assert [len(base64.b64decode(values[key], validate=True)) for key in keys] == [32] * 6
    assert all(len(value) == 48 for name, value in values.items() if name not in {"SMPP_PASSWORD", *keys})


def test_a_public_key_belongs_to_the_first_of_the_private_keys_that_are_there(tmp_path: Path) -> None:
    for name in ("make_secrets.py", "compose.yaml"):
        shutil.copy(DEPLOY / name, tmp_path)
    newest, older = (base64.b64encode(bytes(range(first, first + 32))).decode() for first in (0, 32))
    (tmp_path / ".env").write_text(f"MESSAGE_KEYS={newest},{older}\n")

    make_secrets(tmp_path)

    assert f"\nMESSAGE_PUBLIC_KEY={Opener(newest).public_keys[0]}\n" in (tmp_path / ".env").read_text()


def test_the_service_that_keeps_the_audit_trail_is_not_the_one_who_migrates_it() -> None:
    migrates, _, runs = COMPOSE.partition("\n  auth-svc-migrate:\n")[2].partition("\n  auth-svc:\n")

    assert f"postgresql://auth_owner:{secret('AUTH_OWNER_DATABASE_PASSWORD')}@postgres/auth\n" in migrates
    assert f"postgresql://auth:{secret('AUTH_DATABASE_PASSWORD')}@postgres/auth\n" in runs
    assert "OWNER" not in runs


def test_nobody_else_can_read_the_secrets(tmp_path: Path) -> None:
    for name in ("make_secrets.py", "compose.yaml"):
        shutil.copy(DEPLOY / name, tmp_path)
    (tmp_path / ".env").touch(mode=0o644)

    make_secrets(tmp_path)

    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600


def make_secrets(directory: Path) -> None:
    subprocess.run([sys.executable, str(directory / "make_secrets.py")], check=True)


def block_of(container: str) -> str:
    """Return what the file says of a container."""
    found = re.search(rf"^  {container}:\n((?:    .*\n)+)", COMPOSE, flags=re.MULTILINE)
    assert found is not None
    return found[1]


def secret(name: str) -> str:
    return f"${{{name}:?is not set, run make up}}"
