"""The worker that erases contents of files which nobody wants: removed, gone with their claim, or never arrived."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from chassis.backoff import Backoff, pause
from chassis.crash_points import crash_point
from chassis.errors import is_transient
from chassis.service import Runtime
from claims_svc.files.store import FileStore
from claims_svc.flows.files import contents_name, preview_name
from claims_svc.repository import files

LOOK_EVERY_SECONDS: Final = 10.0


@dataclass(frozen=True)
class Eraser:
    """The worker. Several instances share what is to be erased; without a store there is nothing."""

    store: FileStore | None

    async def run(self, runtime: Runtime) -> None:
        """Erase what is unwanted until the service is to stop; an outage of the store or the database is waited out."""
        if self.store is None:
            await runtime.stopping.wait()
            return
        trouble = runtime.trouble("files")
        backoff = Backoff(runtime.stopping)
        while not runtime.stopping.is_set():
            try:
                is_more = await erase_next(runtime, self.store)
            except Exception as error:
                if not is_transient(error):
                    raise
                trouble.failed(error)
                await backoff.wait()
                continue
            backoff.reset()
            trouble.recovered()
            if not is_more:
                await pause(runtime.stopping, LOOK_EVERY_SECONDS)


async def erase_next(runtime: Runtime, store: FileStore) -> bool:
    """Erase what was kept for one file; return whether there was one.

    Its row is locked meanwhile, so that it does not become a file's after all, and deleted last: an eraser that dies
    leaves it to the next.
    """
    async with runtime.transaction() as work:
        object_key = await files.lock_unwanted(work.connection, now=work.now)
        if object_key is None:
            return False
        await store.erase(contents_name(object_key), preview_name(object_key))
        crash_point("files.erased")
        await files.forget(work.connection, object_key=object_key)
    return True
