"""Whether anything was lost or doubled, by journal, databases, topics and sinks; it shares no code with services."""
