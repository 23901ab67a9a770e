"""Answers as people write them in a file of texts: paragraphs, lists and links."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_LINK: Final = re.compile(r"\[([^\]]+)\]\((/[^)\s]*)\)")
_BULLET: Final = "- "


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text; `to` is the path, behind the language, that it links to, "" where it links nowhere."""

    text: str
    to: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, which has one line, or a list, which has one for each of its points."""

    is_list: bool
    lines: tuple[tuple[Piece, ...], ...]


def blocks_of(answer: str) -> tuple[Block, ...]:
    """Return the paragraphs and lists of an answer, which empty lines part."""
    return tuple(_block(chunk) for chunk in re.split(r"\n\s*\n", answer.strip()))


def words_of(blocks: tuple[Block, ...]) -> str:
    """Return an answer as plain text, to search in."""
    return " ".join(piece.text for block in blocks for line in block.lines for piece in line)


def _block(chunk: str) -> Block:
    lines = [line.strip() for line in chunk.splitlines()]
    if all(line.startswith(_BULLET) for line in lines):
        return Block(is_list=True, lines=tuple(_pieces(line.removeprefix(_BULLET)) for line in lines))
    return Block(is_list=False, lines=(_pieces(" ".join(lines)),))


def _pieces(line: str) -> tuple[Piece, ...]:
    pieces, end = [], 0
    for link in _LINK.finditer(line):
        if link.start() > end:
            pieces.append(Piece(line[end : link.start()]))
        pieces.append(Piece(link[1], to=link[2]))
        end = link.end()
    if end < len(line):
        pieces.append(Piece(line[end:]))
    return tuple(pieces)
