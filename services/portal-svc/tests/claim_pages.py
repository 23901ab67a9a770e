"""A claim that was decided, as the stand-in for claims-svc has it."""

from __future__ import annotations

from pathlib import Path

from portal_world import Portal

REFERENCE = "W7XK2M9QD4T"
CLAIM = "/customers/{relation_number}/claims/{reference}"
PROOF = (Path(__file__).parent / "proof_of_a_claim.json").read_bytes()
"""A proof as claims-svc wrote it."""


def has_claim(portal: Portal, *, questions: bool = False) -> None:
    """Let the claim of the examples be decided, with its proof."""
    claim = portal.claims.example("GET", CLAIM)
    claim["open_questions"] = claim["open_questions"] if questions else []
    portal.claims.answers("GET", CLAIM, claim)
    portal.claims.answers("GET", f"{CLAIM}/proof", PROOF, headers={"content-type": "application/json"})
    portal.claims.answers("GET", f"{CLAIM}/files/{{file_id}}/preview", PICTURE, headers={"content-type": "image/png"})
    checked = portal.claims.example("POST", "/proof-checks")
    portal.claims.answers("POST", "/proof-checks", {**checked, "differences": [], "is_on_record": True})


PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360f8cf50000003030101b5d1c5cb0000000049454e44ae426082"
)
