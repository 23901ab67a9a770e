"""What tests of a customer's own pages share: what the services answer them."""

from __future__ import annotations

from portal_world import Portal

ACCOUNT = "/accounts/{relation_number}"
CONFIRMED = "4mXhJ8cTLC8BqOQ0PxyGfS8tBqS3JX8m2Qh0p1nUuFo"
NUMBER = "123456-531-04"
ONE = "/customers/{relation_number}/policies/{policy_number}"
PREVIEWS = f"{ONE}/change-previews"
PREVIEW_ID = "0198c5f2-7d1a-7c43-9a51-6f2f3b1c7d11"
COVERS = [
    {"code": "buildings", "name": "Opstal", "is_required": True, "needs": None},
    {"code": "contents", "name": "Inboedel", "is_required": False, "needs": "buildings"},
]


def begins(portal: Portal, **changed: object) -> None:
    portal.auth.answers("POST", "/logins", {**portal.auth.example("POST", "/logins"), "instead": [], **changed})


def insured(portal: Portal, kind: str = "buildings", **changed: object) -> None:
    """Let the insurance be of this kind, and products that are sold have it."""
    portal.policy.answers("GET", ONE, {**portal.policy.example("GET", ONE), "kind": kind, **changed})
    products = portal.policy.example("GET", "/products")
    offered = {"kind": kind, "covers": COVERS, "deductibles_cents": [0, 25_000, 50_000]}
    products["products"][0] |= {"version": "home-2021.1", "kinds": [offered]}
    portal.policy.answers("GET", "/products", products)


def shows(portal: Portal, **changed: object) -> None:
    example = portal.policy.example("POST", PREVIEWS)
    for method, template in (("POST", PREVIEWS), ("GET", f"{PREVIEWS}/{{preview_id}}")):
        portal.policy.answers(method, template, {**example, "ending": None, **changed})
