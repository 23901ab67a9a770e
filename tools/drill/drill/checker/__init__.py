"""Whether anything was lost or doubled: reads journal, databases, topics and sinks, and shares no code with services."""
