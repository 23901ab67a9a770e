"""List the licence of every package that is installed here from requirements.lock, those of the images first.

What a package says of itself is read, and for those of the images also which libraries its wheel brings along: that of
pillow-heif says BSD and brings one under the GPL, so the images have pi-heif, of the same project, which only decodes.
"""

import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from license_expression import LicenseExpression, Licensing

from image_locks import SINKS, closure, declared_dependencies, locked_packages

PERMISSIVE = frozenset(
    ("0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "CNRI-Python", "ISC", "MIT", "MIT-0", "MIT-CMU")
)
"""They ask for no more than their text and names to be kept. `BSD` is what old metadata call several of them."""
IN_IMAGES = PERMISSIVE | {"MPL-2.0", "PSF-2.0"}
FOR_TOOLS = IN_IMAGES | {"GPL-3.0-or-later", "LGPL-3.0-or-later", "Unlicense", "ZPL-2.1"}
"""What only developers and tests use is given to nobody."""
BUNDLED_IN_IMAGES = PERMISSIVE | {"FTL", "IJG", "LGPL-3.0-or-later", "libpng-2.0", "libtiff"}
"""A library that is loaded, and can be exchanged, may be under the LGPL."""

_SHORT = {
    "Apache": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "GNU General Public License v3 or later (GPLv3+)": "GPL-3.0-or-later",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
}
_SAID_ELSEWHERE = {
    "pi-heif": "BSD-3-Clause",
    "protobuf": "BSD-3-Clause",
    "pypdfium2": "Apache-2.0 AND BSD-3-Clause",
    "pytest-timeout": "MIT",
}
"""Packages whose metadata say it in words of their own; read in the licences that they bring along."""
BUNDLED = {
    "libXau": "MIT",
    "libavif": "BSD-2-Clause",
    "libbrotlicommon": "MIT",
    "libbrotlidec": "MIT",
    "libde265": "LGPL-3.0-or-later",
    "libfreetype": "FTL",
    "libharfbuzz": "MIT",
    "libheif": "LGPL-3.0-or-later",
    "libjpeg": "IJG",
    "liblcms2": "MIT",
    "liblzma": "0BSD",
    "libopenjp2": "BSD-2-Clause",
    "libpng16": "libpng-2.0",
    "librdkafka": "BSD-2-Clause",
    "libsharpyuv": "BSD-3-Clause",
    "libtiff": "libtiff",
    "libwebp": "BSD-3-Clause",
    "libwebpdemux": "BSD-3-Clause",
    "libwebpmux": "BSD-3-Clause",
    "libxcb": "MIT",
    "libzstd": "BSD-3-Clause",
}
"""By the name before the first dash or dot; from the licences that the wheels bring along."""


@dataclass(frozen=True)
class Licensed:
    """A package, or with `bundled_by` a library inside of its wheel; `licence` is an SPDX expression, or words."""

    name: str
    version: str
    licence: str
    bundled_by: str | None = None


@cache
def image_packages() -> frozenset[str]:
    """Return the names of the locked packages that any image holds."""
    return frozenset(closure((*declared_dependencies(), *SINKS)))


def packages(names: Collection[str]) -> Iterator[Licensed]:
    """Those of `names` that are installed here; the others are for other machines."""
    for name in sorted(names):
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue
        yield Licensed(name, found.version, _SAID_ELSEWHERE.get(name) or licence_of(found))


def bundled(names: Collection[str]) -> Iterator[Licensed]:
    """The shared libraries that the wheels of `names` bring along, beside what they have built in."""
    for package in packages(names):
        for file in distribution(package.name).files or ():
            if file.parts[0].endswith(".libs") and ".so" in file.name:
                library = file.name.split(".")[0].split("-")[0]
                yield Licensed(library, "", BUNDLED.get(library, "unknown"), bundled_by=package.name)


def licence_of(found: Distribution) -> str:
    """Return what a package says: its expression, or else its classifiers, or else its words."""
    told = found.metadata.get_all
    if expression := told("License-Expression"):
        return str(expression[0])
    classifiers = told("Classifier") or []
    said = [text.rpartition(" :: ")[2] for text in classifiers if text.startswith("License :: ")]
    words = [_SHORT.get(text, text) for text in said if text not in {"OSI Approved", "DFSG approved"}]
    text = str((told("License") or ["unknown"])[0]).split("\n", maxsplit=1)[0]
    return " AND ".join(dict.fromkeys(words)) or _SHORT.get(text, text)


def is_allowed(licence: str, *, allowed: Collection[str]) -> bool:
    """Whether one may use what is under `licence`: all parts of an AND and one of an OR are among `allowed`."""
    try:
        parsed = Licensing().parse(licence)
    except Exception:  # noqa: BLE001 - it has a class for each way not to be an expression
        return licence in allowed
    return parsed is not None and _allows(parsed, allowed)


def _allows(expression: LicenseExpression, allowed: Collection[str]) -> bool:
    operator = getattr(expression, "operator", "").strip()
    if not operator:
        return str(expression) in allowed
    parts = [_allows(part, allowed) for part in expression.args]
    return any(parts) if operator == "OR" else all(parts)


def refused() -> list[Licensed]:
    """Return what must not be where it is."""
    inside = image_packages()
    outside = locked_packages().keys() - inside
    return [
        *(one for one in packages(inside) if not is_allowed(one.licence, allowed=IN_IMAGES)),
        *(one for one in packages(outside) if not is_allowed(one.licence, allowed=FOR_TOOLS)),
        *(one for one in bundled(inside) if not is_allowed(one.licence, allowed=BUNDLED_IN_IMAGES)),
    ]


def main() -> int:
    """Print one line each; return 1 when one is not allowed."""
    inside = image_packages()
    for title, listed in (
        ("In the images", packages(inside)),
        ("Brought along by their wheels", bundled(inside)),
        ("For developers and tests only", packages(locked_packages().keys() - inside)),
    ):
        sys.stdout.write(f"{title}\n")
        for one in listed:
            where = f" (by {one.bundled_by})" if one.bundled_by else ""
            sys.stdout.write(f"  {one.name + where:<44} {one.version:<16} {one.licence}\n")
    wrong = refused()
    for one in wrong:
        sys.stderr.write(f"{one.name} is under {one.licence}, which is not allowed where it is\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
