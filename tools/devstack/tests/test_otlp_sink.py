"""The trace collector keeps every span as one flat line."""

import gzip
import json
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from httpx import ASGITransport, AsyncClient
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from devstack.outside.otlp_sink import application
from devstack.outside.world import OutsideWorld
from devstack.process.ports import LOOPBACK, free_port

TRACE, PARENT, CHILD = bytes(range(16)), bytes(range(8)), bytes(range(8, 16))


def export_of_one_span(name: str) -> ExportTraceServiceRequest:
    export = ExportTraceServiceRequest()
    resource = export.resource_spans.add()
    resource.resource.attributes.add(key="service.name").value.string_value = "claims-svc"
    span = resource.scope_spans.add().spans.add(
        trace_id=TRACE,
        span_id=CHILD,
        parent_span_id=PARENT,
        name=name,
        kind=Span.SPAN_KIND_CONSUMER,
        start_time_unix_nano=1_626_300_000_000_000_001,
        end_time_unix_nano=1_626_300_000_250_000_000,
    )
    span.attributes.add(key="messaging.batch.message_count").value.int_value = 500
    span.links.add(trace_id=TRACE, span_id=PARENT)
    return export


def post(world: OutsideWorld, body: bytes, **headers: str) -> int:
    request = urllib.request.Request(  # noqa: S310 - the address is our own
        f"{world.otlp_endpoint}/v1/traces",
        data=body,
        headers={"Content-Type": "application/x-protobuf", **headers},
    )
    with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310 - the address is our own
        return int(response.status)


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_a_span_becomes_a_line(world: OutsideWorld, world_directory: Path, encoding: str) -> None:
    body = export_of_one_span(f"process claims {encoding}").SerializeToString()
    if encoding:
        post(world, gzip.compress(body), **{"Content-Encoding": encoding})
    else:
        post(world, body)

    span = json.loads((world_directory / "traces.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    assert span["name"] == f"process claims {encoding}"
    assert (span["trace_id"], span["span_id"], span["parent_span_id"]) == (TRACE.hex(), CHILD.hex(), PARENT.hex())
    assert (span["kind"], span["status"]) == ("CONSUMER", "UNSET")
    assert span["start_unix_nano"] == 1_626_300_000_000_000_001
    assert span["attributes"] == {"messaging.batch.message_count": 500}
    assert span["links"] == [{"trace_id": TRACE.hex(), "span_id": PARENT.hex(), "attributes": {}}]
    assert span["resource"] == {"service.name": "claims-svc"}


@pytest.mark.parametrize(("body", "headers"), [(b"\xff\xff", {}), (b"plain", {"Content-Encoding": "gzip"})])
def test_what_is_no_trace_is_refused(world: OutsideWorld, body: bytes, headers: dict[str, str]) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        post(world, body, **headers)
    assert refused.value.code == 400
    refused.value.close()


async def export_to(journal: Path, *, forward: str, name: str) -> int:
    async with AsyncClient(
        transport=ASGITransport(application(journal, forward=forward)), base_url="http://sink"
    ) as sink:
        body = export_of_one_span(name).SerializeToString()
        answer = await sink.post("/v1/traces", content=body, headers={"Content-Type": "application/x-protobuf"})
    return answer.status_code


async def test_what_is_received_is_handed_on_to_another_collector(
    world: OutsideWorld, world_directory: Path, tmp_path: Path
) -> None:
    forward = f"{world.otlp_endpoint}/v1/traces"

    assert await export_to(tmp_path / "traces.jsonl", forward=forward, name="handed on") == 200

    for journal in (tmp_path / "traces.jsonl", world_directory / "traces.jsonl"):
        newest = json.loads(journal.read_text(encoding="utf-8").splitlines()[-1])
        assert newest["name"] == "handed on"


async def test_another_collector_that_is_away_is_nobodys_trouble(tmp_path: Path) -> None:
    forward = f"http://{LOOPBACK}:{free_port()}/v1/traces"

    assert await export_to(tmp_path / "traces.jsonl", forward=forward, name="kept") == 200
    assert "kept" in (tmp_path / "traces.jsonl").read_text(encoding="utf-8")
