"""Runs Schemathesis over an API: requests made from its description, good and bad, every answer compared with it."""

import asyncio
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

KNOWN_TO_THE_SERVICE_ALONE = ("400", "412")
"""A cursor that was made up, an entity tag of another version: no schema can say which ones are good."""


class FuzzFailedError(AssertionError):
    """Schemathesis has found answers that are not as described; the text is its report."""


async def fuzz(
    description: Path,
    *,
    url: str,
    token: str,
    parameters: Mapping[str, str | Sequence[str]],
    only: Iterable[str] = (),
    without: Iterable[str] = (),
    can_refuse: Iterable[str] = (),
    most_examples: int = 25,
) -> str:
    """Try the API at `url`; return the report of what was tried.

    `parameters` have values that lead somewhere, such as `path.relation_number`: a made-up one never does. Of several
    values each request has one. `only` and `without` name operations. `can_refuse` are statuses by which a service
    refuses what its schemas allow: a password that is too common, a limit that is reached. The same description is
    tried by the same requests every time.

    Raises:
        FuzzFailedError: there was a failure of the server, an answer that is not described, or a guarded operation
            that answered without a token.
    """
    with TemporaryDirectory() as scratch:
        configuration = Path(scratch) / "schemathesis.toml"
        configuration.write_text(_configuration(token, parameters, can_refuse), encoding="utf-8")
        process = await asyncio.create_subprocess_exec(
            str(Path(sys.executable).with_name("schemathesis")),
            f"--config-file={configuration}",
            "run",
            str(description),
            f"--url={url}",
            "--checks=all",
            f"--max-examples={most_examples}",
            "--generation-deterministic",
            "--generation-codec=utf-8",
            "--generation-allow-x00=false",
            "--continue-on-failure",
            "--no-color",
            *(f"--include-operation-id={name}" for name in only),
            *(f"--exclude-operation-id={name}" for name in without),
            cwd=scratch,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        report = (await process.communicate())[0].decode()
    if process.returncode:
        raise FuzzFailedError(report)
    return report


def _configuration(token: str, parameters: Mapping[str, str | Sequence[str]], can_refuse: Iterable[str]) -> str:
    single = {name: value for name, value in parameters.items() if isinstance(value, str)}
    several = {name: list(values) for name, values in parameters.items() if name not in single}
    given = "".join(f"{json.dumps(name)} = {json.dumps(value)}\n" for name, value in single.items())
    given += "".join(f"{json.dumps(name)} = {{ dictionary = {json.dumps(name)} }}\n" for name in several)
    listed = "".join(
        f"[dictionaries.{json.dumps(name)}]\nvalues = {json.dumps(values)}\n" for name, values in several.items()
    )
    expected = ["2xx", "304", "401", "403", "404", "409", *KNOWN_TO_THE_SERVICE_ALONE, *can_refuse]
    return (
        'hooks = "devstack.api_fuzz_hooks"\n'
        f"[auth.openapi.accessToken]\nbearer = {json.dumps(token)}\n"
        f"[parameters]\n{given}{listed}"
        f"[checks]\npositive_data_acceptance.expected-statuses = {json.dumps(expected)}\n"
        'missing_required_header.expected-statuses = ["400", "401", "403", "404", "415", "422", "428"]\n'
    )
