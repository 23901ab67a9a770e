"""What a query of Prometheus names: metrics, the labels it matches and their values, the labels it groups by."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
GROUPING = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)")
RANGE = re.compile(r"\[[^\]]*\]")
DURATION = re.compile(r"\b\d+[smhdwy]\b")
SELECTOR = re.compile(r"([a-zA-Z_:][\w:]*)\s*(\()?(?:\{([^}]*)\})?")
MATCHER = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"')
WORDS = {"and", "or", "unless", "bool", "offset", "inf", "nan"}


@dataclass(frozen=True)
class Used:
    """A metric in a query, and the values that each of its labels is matched with."""

    name: str
    values: Mapping[str, Sequence[str]]


def used_in(query: str) -> Iterator[Used]:
    bare = DURATION.sub(" ", RANGE.sub(" ", GROUPING.sub(" ", query)))
    for name, is_function, matchers in SELECTOR.findall(bare):
        if not is_function and name.lower() not in WORDS and not _inside_a_string(bare, name):
            yield Used(
                name, {label: _alternatives(operator, text) for label, operator, text in MATCHER.findall(matchers)}
            )


def grouped_by(query: str) -> set[str]:
    return {label.strip() for labels in GROUPING.findall(query) for label in labels.split(",") if label.strip()}


def _inside_a_string(query: str, name: str) -> bool:
    """Label matchers are read with their metric, so that a name of its own is never inside a string."""
    return re.search(rf"(?<![\w:]){re.escape(name)}(?![\w:])", STRING.sub('""', query)) is None


def _alternatives(operator: str, text: str) -> list[str]:
    alternatives = text.split("|") if operator in {"=~", "!~"} else [text]
    return [value for value in alternatives if re.fullmatch(r"[\w .'-]+", value)]
