"""Settings of PostgreSQL, the same for the server out of a wheel and in a container."""

# The data of a test may be lost with the machine, but not in a crash of the server: `synchronous_commit` stays on.
_WITHOUT_FSYNC = ("fsync=off", "full_page_writes=off")
_WITH_FSYNC = ("fsync=on", "full_page_writes=on")
_COMMON = (
    "max_connections=200",
    "synchronous_commit=on",
    "timezone=UTC",
    "log_timezone=UTC",
    # In files of the data directory, which go with it: a killed server leaves nothing in /dev/shm.
    "dynamic_shared_memory_type=mmap",
    # Random passwords need no key stretching, which costs every connection milliseconds.
    "scram_iterations=1",
)


def server_settings(*, durable: bool) -> tuple[str, ...]:
    """Return `name=value` settings; a `durable` server keeps committed data through a power cut."""
    return (*_COMMON, *(_WITH_FSYNC if durable else _WITHOUT_FSYNC))


def as_options(settings: tuple[str, ...]) -> list[str]:
    """Format settings as options of the `postgres` program."""
    return [word for setting in settings for word in ("-c", setting)]
