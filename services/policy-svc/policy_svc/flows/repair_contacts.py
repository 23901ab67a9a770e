"""Keeps who of the repair network may read how a customer is reached."""

from __future__ import annotations

from chassis.consuming.delivery import Batch
from chassis.unit_of_work import Work
from contracts.repairs import RepairContactReleased
from policy_svc.repository import repair_contacts


async def keep(batch: Batch[RepairContactReleased], work: Work) -> None:
    """Keep the last word about each job. Words about one job come in their order."""
    newest = {delivery.event.job_id: delivery.event for delivery in batch}
    await repair_contacts.store(work.connection, released=sorted(newest.values(), key=lambda released: released.job_id))
