"""Runs guards, each in a fork of this process, which has imported what they need: that takes longer than most guards.

That is what is not ours, and the modules of ours named as arguments, which the mutated package does not reach. The
process reads a line of JSON for each guard, the arguments of `_run`, and answers with a line: what pytest exited with.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
from importlib import import_module
from threading import Timer

import pytest

LONGEST_SECONDS = 240
NOT_OURS = (
    "PIL.ImageOps",
    "_hypothesis_pytestplugin",
    "aiokafka.admin",
    "aiomqtt",
    "aiosmtpd.smtp",
    "aiosmtplib",
    "anyio._backends._asyncio",
    "anyio.pytest_plugin",
    "argon2",
    "asyncpg",
    "babel.dates",
    "babel.lists",
    "babel.numbers",
    "backports.zstd",
    "cryptography.hazmat.backends.openssl.backend",
    "cryptography.x509",
    "fastapi",
    "faststream.kafka",
    "holidays.countries",
    "httpcore",
    "httpx",
    "hypothesis.strategies",
    "jinja2",
    "joserfc.jws",
    "joserfc.jwt",
    "obstore.store",
    "opentelemetry.exporter.otlp.proto.http.trace_exporter",
    "opentelemetry.sdk.trace",
    "pdb",
    "platformdirs.pytest_plugin",
    "prometheus_client",
    "pydantic.v1",
    "pydantic_settings",
    "pyotp",
    "pytest_asyncio.plugin",
    "pytest_cov.plugin",
    "pytest_timeout",
    "smpp34",
    "starlette.middleware.cors",
    "structlog",
    "typst",
    "uuid_utils.compat",
    "uvicorn.lifespan.off",
    "uvicorn.protocols.http.httptools_impl",
    "webauthn",
    "xdist.plugin",
    "xdist.scheduler",
    "xdist.workermanage",
    "xml.sax.saxutils",
)


def main() -> None:
    for name in (*NOT_OURS, *sys.argv[1:]):
        import_module(name)
    gc.freeze()  # what stays for good is not looked through, and so not copied, in every fork
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            sys.exit(_run(**json.loads(line)))
        print(_exit_code(child), flush=True)  # noqa: T201 - the answer


def _run(*, mutated: str, environment: dict[str, str], arguments: list[str], output: str) -> int:
    """Run pytest with the mutated package in front of the sound one."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND), 1)
    os.dup2(1, 2)
    os.environ |= {**environment, "PYTHONPATH": mutated}
    sys.path[0] = mutated
    # What pytest would rewrite if it were imported later, anyio and Hypothesis, has no assertions of ours.
    return pytest.main(["-W", "ignore::pytest.PytestAssertRewriteWarning", *arguments])


def _exit_code(child: int) -> int:
    overdue = Timer(LONGEST_SECONDS, os.kill, (child, signal.SIGKILL))
    overdue.start()
    _, status = os.waitpid(child, 0)
    overdue.cancel()
    overdue.join()
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    main()
