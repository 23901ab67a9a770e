"""No licence comes in that nobody has thought about."""

import pytest

import licences
from licences import FOR_TOOLS, IN_IMAGES, PERMISSIVE, image_packages, is_allowed, packages, refused


def test_every_licence_is_allowed_where_it_is() -> None:
    assert refused() == []


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("MIT", True),
        ("GPL-3.0-or-later OR MIT", True),
        ("MIT AND GPL-3.0-or-later", False),
        ("MPL-2.0 AND (Apache-2.0 OR GPL-2.0-only)", True),
        ("AGPL-3.0-only", False),
        ("Apache-2.0 WITH LLVM-exception", False),
        ("use it as you like", False),
        ("unknown", False),
        ("", False),
    ],
)
def test_an_expression_is_read_as_spdx_means_it(licence: str, *, allowed: bool) -> None:
    assert is_allowed(licence, allowed=IN_IMAGES) == allowed


def test_what_must_be_published_with_its_changes_stays_out_of_the_images() -> None:
    assert not is_allowed("GPL-3.0-or-later", allowed=IN_IMAGES)
    assert PERMISSIVE < IN_IMAGES < FOR_TOOLS


def test_a_library_of_a_wheel_that_nobody_has_looked_at_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(licences.BUNDLED, "libwebp")

    assert [(one.name, one.licence) for one in refused()] == [("libwebp", "unknown")]


def test_every_package_of_the_images_is_looked_at() -> None:
    assert {one.name for one in packages(image_packages())} >= {"aiokafka", "asyncpg", "pi-heif", "protobuf"}
