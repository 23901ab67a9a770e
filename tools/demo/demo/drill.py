"""Keeps a platform up after the run, for an operator's commands and for drills in which a person kills its parts."""

from __future__ import annotations

import shlex
import threading
from contextlib import suppress

from demo.on_call import OnCall
from demo.platform import SERVICES, Platform
from demo.progress_output import console
from devstack.process.restarts import keep_running


def keep_up(platform: Platform, *, on_call: OnCall, received_url: str) -> None:
    """Print how to work with every service, then restart what is killed, until a signal's handler raises SystemExit."""
    _print("Everything stays up; what is killed is started again; Ctrl-C ends it.")
    _print(f"The portal: {platform.portal_url}")
    _print(f"Who can log in there, and the text messages and mails they are sent: {received_url}")
    _print("As an operator, copy this line into another terminal; then for instance: .venv/bin/water health")
    _print(export_line(on_call.environment(platform)))
    _print("For the commands of one service, copy its line into another terminal; then for instance:")
    _print("    .venv/bin/claims-svc dead-letters list")
    for service in SERVICES:
        _print(f"\n# {service}: http://127.0.0.1:{platform.ports[service]}/ready and /metrics")
        _print(export_line(platform.environment(service)))
    _print("")
    stopping = threading.Event()
    renewing = threading.Thread(target=on_call.stay_fresh, args=(stopping,), daemon=True)
    renewing.start()
    with suppress(SystemExit):
        keep_running([*platform.stack.servers, *platform.children.values()], report=_print)
    stopping.set()
    on_call.token_file.unlink(missing_ok=True)


def export_line(environment: dict[str, str]) -> str:
    """Return one line for a shell that sets these variables."""
    return "export " + " ".join(f"{name}={shlex.quote(value)}" for name, value in environment.items())


def _print(line: str) -> None:
    # Not wrapped at the width of the terminal: a line that is copied stays one line.
    console.print(line, soft_wrap=True, markup=False, highlight=False)
