"""Mutants of photos and documents."""

from __future__ import annotations

from dataclasses import replace

from mutants.mutant import Mutant

_STORY = "test_files_by_http.py::test_"
_OPENING = "test_files_opening.py::test_"

MUTANTS = tuple(
    replace(mutant, package="claims_svc")
    for mutant in (
        Mutant(
            "files: a preview tells where it was taken",
            "files/opening.py",
            '    seen.save(written, "JPEG", quality=_QUALITY, optimize=True)\n',
            '    seen.save(written, "JPEG", quality=_QUALITY, exif=picture.getexif())\n',
            f"{_OPENING}a_preview_is_upright_and_small_and_tells_neither_place_nor_time_nor_device",
        ),
        Mutant(
            "files: what can be read as an archive too is taken for a picture",
            "files/kinds.py",
            "    if is_other_too or zipfile.is_zipfile(io.BytesIO(contents)):\n",
            "    if is_other_too:\n",
            f"{_OPENING}what_is_not_what_it_says_or_more_than_that_is_refused",
        ),
        Mutant(
            "files: a picture is opened whatever its size",
            "files/opening.py",
            "    if width * height > MOST_PIXELS:\n",
            "    if False:\n",
            f"{_OPENING}what_is_not_what_it_says_or_more_than_that_is_refused",
        ),
        Mutant(
            "files: what was put for a file that did not arrive stays for ever",
            "flows/files.py",
            "unwanted_at=opened.now + ARRIVAL)",
            "unwanted_at=opened.now + 999 * ARRIVAL)",
            f"{_STORY}a_process_that_is_killed_leaves_nothing_that_nobody_wants_and_the_photo_can_be_sent_again",
        ),
        Mutant(
            "files: what has been decided by can be taken back",
            "flows/files.py",
            "    if claim is None or claim.outcome is not None or claim.state not in _UNDECIDED:\n",
            "    if claim is None:\n",
            f"{_STORY}customers_take_back_what_they_added_until_somebody_may_have_decided_by_it",
        ),
    )
)
