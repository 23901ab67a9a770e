"""Where the keys of a file of texts stand, and in plain words what keeps a file from being read.

Whoever writes texts is told a line: what reads TOML for programs knows none of a key, and speaks of statements.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

Path: TypeAlias = tuple[str, ...]

PARAGRAPH: Final = "#"
"""Begins the last step to a text of a list: `#2` is its second. No key begins so."""
_TEXT: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_COMMENT: Final = re.compile(r"#.*")
_TABLE: Final = re.compile(r"\s*\[([^\[\]]+)\]\s*")
_KEY: Final = re.compile(r"""\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'|\s*\.\s*)+?)\s*=(.*)""")
_STEP: Final = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")
_PLACE: Final = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)\Z")
_IN_PLAIN_WORDS: Final[Mapping[str, str]] = {
    "Illegal character": 'a text does not end on its line: put a " behind its last word',
    "Unterminated string": 'a text does not end: put a " behind its last word',
    "Expected newline or end of document": (
        'something stands behind the end of a text: a " inside of a text is written \\", and each key has its own line'
    ),
    "Unclosed array": (
        "a list is not in order: each of its texts ends with a comma, behind the last one stands a ], "
        'and a " inside of a text is written \\"'
    ),
    "Invalid value": 'a text stands between two ", and a list of texts between [ and ]',
    "Cannot overwrite a value": "this key stands here for the second time: keep one of the two",
    "Cannot declare": "this name in [ ] stands here for the second time: put the keys of both under one",
    "Expected '=' after a key": "behind a key stands a =, and then its text",
    "Invalid statement": 'a line is a key, = and a text between two ", or a name in [ ]',
    "Expected ']'": "a name in [ ] ends with a ]",
    "Unescaped '\\'": "a \\ in a text is written \\\\",
}
"""By how the parser begins what it says."""


def lines_of(content: str) -> Mapping[Path, int]:
    """Return on which line each key, each table and each text of a list stands, counted from 1.

    It reads the form that the files have: one key a line. What has another form has no line, and no other mistake.
    """
    return dict(_lines(content))


def _lines(content: str) -> Iterator[tuple[Path, int]]:
    table: Path = ()
    listed: Path | None = None
    texts = 0
    for number, line in enumerate(content.splitlines(), start=1):
        rest = line
        if listed is None:
            bare = _COMMENT.sub("", _TEXT.sub('""', line))
            if found := _TABLE.fullmatch(bare):
                table = _steps(found[1])
                yield table, number
                continue
            if not (found := _KEY.match(line)):
                continue
            key, rest = (*table, *_steps(found[1])), found[2]
            yield key, number
            if not rest.lstrip().startswith("["):
                continue
            listed, texts = key, 0
        for _ in _TEXT.findall(rest):
            texts += 1
            yield (*listed, f"{PARAGRAPH}{texts}"), number
        if "]" in _COMMENT.sub("", _TEXT.sub("", rest)):
            listed = None


def _steps(written: str) -> Path:
    return tuple(step.strip("\"'") for step in _STEP.findall(written))


def in_plain_words(error: str, *, lines: int) -> tuple[int, str]:
    """Return the line of what the parser of TOML says about a file of so many `lines`, and what is to be changed."""
    place = _PLACE.search(error)
    line = int(place[1]) if place and place[1] else lines
    said = _PLACE.sub("", error)
    return line, next((plain for begins, plain in _IN_PLAIN_WORDS.items() if said.startswith(begins)), said)
