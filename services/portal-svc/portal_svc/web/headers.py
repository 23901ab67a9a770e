"""Headers of every page. The chassis adds those that all answers have; what stands here differs from them."""

from __future__ import annotations

from typing import Final

PAGE_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    # By "no-referrer" browsers send `Origin: null` with our own forms, which tells nothing about who sends them.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
KEPT_A_YEAR: Final = {"Cache-Control": "public, max-age=31536000, immutable"}
