"""A key that signs roots in tests."""

from __future__ import annotations

from base64 import b64encode

from claims_svc.root_key import RootKey

ROOT_KEY_TEXT = b64encode(bytes(range(32))).decode()
ROOT_KEY = RootKey.read(ROOT_KEY_TEXT)
