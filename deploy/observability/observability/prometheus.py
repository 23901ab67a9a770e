"""Words of Prometheus that several queries use."""

from __future__ import annotations


def appeared_or_rose(counter: str, *, within: str) -> str:
    """Return the query that finds counters which rose `within` a period, or began in it.

    A series whose labels nobody knows beforehand begins with its first count, and `increase` sees no rise in that.
    """
    return f"increase({counter}[{within}]) > 0 or ({counter} > 0 unless {counter} offset {within})"


def quantile(share: float, histogram: str, *, window: str, by: str = "") -> str:
    """Return the query for what `share` of the observations in `window` stay below, for each of the labels `by`.

    `histogram` is a name, with labels to match in braces if need be.
    """
    name, brace, labels = histogram.partition("{")
    grouped = f"le, {by}" if by else "le"
    return f"histogram_quantile({share}, sum by ({grouped}) (rate({name}_bucket{brace}{labels}[{window}])))"
