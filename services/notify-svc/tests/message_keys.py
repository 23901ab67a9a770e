"""The keys that open what is sealed for notify-svc in these tests, and what it keeps; a way to seal for it."""

from __future__ import annotations

from base64 import b64encode

from chassis.sealing import Opener, Sealer

PRIVATE_KEY = b64encode(bytes(range(32))).decode()
OTHER_PRIVATE_KEY = b64encode(bytes(range(1, 33))).decode()
KEPT_TEXT_KEY = b64encode(bytes(range(64, 96))).decode()
SEALER = Sealer(Opener(PRIVATE_KEY).public_keys[0])
OTHER_SEALER = Sealer(Opener(OTHER_PRIVATE_KEY).public_keys[0])
