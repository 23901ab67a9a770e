"""`water claim`: everything that is known of a claim, or of a report that opened none."""

from __future__ import annotations

import argparse

from water import claim_page
from water.claim_story import gather_story
from water.page import complain, console, print_json
from water.services import Services

FOUND, NOT_FOUND, NOT_REACHED = 0, 1, 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what is asked for."""
    parser.add_argument("asked", metavar="REF|REPORT-ID|CLAIM-ID|POLICY", help="how the claim is known")


async def run(arguments: argparse.Namespace, services: Services) -> int:
    """Show the story. Exit codes: 0 something is known, 1 nothing is, 2 a service could not be asked."""
    story = await gather_story(services, arguments.asked)
    if arguments.json:
        print_json(story.told())
    elif story.is_found:
        claim_page.show(console(), story)
    for cut in sorted(story.cut):
        complain(f"there are more than these {cut}: only the first five thousand are told")
    if story.is_found:
        return FOUND
    for missing in story.missing:
        complain(missing.reason)
    if story.missing:
        return NOT_REACHED
    complain(
        f"no claim and no dead letter is known by {arguments.asked}: has its record arrived? see water lag; "
        "contents of dead letters are erased after 90 days"
    )
    return NOT_FOUND
