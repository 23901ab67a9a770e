"""Everything that reaches into aiokafka, FastStream or OpenTelemetry: one module per fault, which it names.

They are pinned. `chassis/tests/test_workarounds.py` shows each fault in the pinned versions without the
workaround: a test that fails there after an upgrade says that its module may go.
"""
