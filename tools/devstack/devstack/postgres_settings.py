"""Settings of PostgreSQL, alike in a server of ours and in a container."""

# A crash of the machine may cost the data of a test. A crash of the server may not: `synchronous_commit` stays on.
_HASTY = ("fsync=off", "full_page_writes=off")
_DURABLE = ("fsync=on", "full_page_writes=on")
_COMMON = (
    "max_connections=200",
    "synchronous_commit=on",
    "timezone=UTC",
    "log_timezone=UTC",
    # Passwords are random, so stretching them buys nothing and costs each connection milliseconds.
    "scram_iterations=1",
)


def server_settings(*, durable: bool) -> tuple[str, ...]:
    """Return `name=value` settings; a `durable` server keeps its promises through a power cut."""
    return (*_COMMON, *(_DURABLE if durable else _HASTY))


def as_options(settings: tuple[str, ...]) -> list[str]:
    """Spell settings as options of the `postgres` program."""
    return [word for setting in settings for word in ("-c", setting)]
