"""What other services answer when they are asked what they hold about a customer."""

from __future__ import annotations

from chassis.sealing import Sealer
from contracts.codec import to_json
from contracts.personal_data import CustomerDataPart, CustomerDataProvided, CustomerDataRequested, Holder


def told(
    request: CustomerDataRequested, holder: Holder, *datas: bytes, key: str | None = None
) -> list[CustomerDataProvided]:
    """Return what a service answers, in parts."""
    sealer = Sealer(key or request.public_key)
    return [
        CustomerDataProvided(
            request_id=request.request_id,
            holder=holder,
            part=part,
            parts=len(datas),
            sealed=sealer.seal(
                to_json(CustomerDataPart(request_id=request.request_id, holder=holder, part=part, data=data))
            ),
        )
        for part, data in enumerate(datas, start=1)
    ]
