"""The page at work in a browser, where the machine has one: reports are chosen, and charts begin where it matters."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import pytest
from report_run import write_run

from demo.report import write_report

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(BROWSER is None, reason="this machine has no Chromium")

SHOWN = """
const shown = [...document.querySelectorAll("tr[data-report]")].filter((row) => !row.hidden);
const articles = [...document.querySelectorAll("article")].filter((article) => !article.hidden);
return {
  rows: shown.map((row) => row.dataset.outcome),
  articles: articles.length,
  status: document.getElementById("filter-shown").textContent,
  form: !document.getElementById("filter").hidden,
};
"""
TYPE = """
const field = document.getElementById("filter-text");
field.value = %s;
field.dispatchEvent(new Event("input", { bubbles: true }));
"""
CHOOSE = "document.querySelector('[name=outcome][value=%s]').click();"
CHART = """
const region = document.querySelector("[data-focus]");
const scale = region.scrollWidth / region.dataset.width;
const [from, until] = region.dataset.focus.split(" ").map((x) => x * scale);
return {
  left: region.scrollLeft, right: region.scrollLeft + region.clientWidth, width: region.scrollWidth,
  from, until, page: document.documentElement.scrollWidth - document.documentElement.clientWidth,
};
"""


def evaluate(page: Path, script: str) -> dict[str, object]:
    """Open `page` on a narrow screen and return what `script` returns once the page is laid out."""
    assert BROWSER is not None
    question = (
        f"<script>setTimeout(() => {{ document.title = JSON.stringify((() => {{ {script} }})()); }}, 500);</script>"
    )
    asked = page.with_name("asked.html")
    asked.write_text(page.read_text().replace("</body>", f"{question}</body>"))
    done = subprocess.run(
        [
            BROWSER,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--window-size=360,800",
            "--virtual-time-budget=3000",
            f"--user-data-dir={page.parent / 'browser'}",
            "--dump-dom",
            asked.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=90,
        check=True,
    )
    (title,) = re.findall("<title>(.*?)</title>", done.stdout)[:1]
    answer = json.loads(unescape(title))
    assert isinstance(answer, dict)
    return answer


@pytest.mark.parametrize(
    ("script", "outcomes", "status"),
    [
        ("", ["covered", "dead_lettered"], "2 of 2 reports are shown."),
        (CHOOSE % "dead_lettered", ["dead_lettered"], "1 of 2 reports are shown."),
        (TYPE % "'ELL  precipitation'", ["covered"], "1 of 2 reports are shown."),
        (TYPE % "'Voorbeeld'", ["covered"], "1 of 2 reports are shown."),
        (CHOOSE % "dead_lettered" + TYPE % "'Voorbeeld'", [], "0 of 2 reports are shown."),
    ],
)
def test_reports_are_chosen_by_outcome_and_by_words(
    tmp_path: Path, script: str, outcomes: list[str], status: str
) -> None:
    write_run(tmp_path)
    shown = evaluate(write_report(tmp_path), script + SHOWN)
    assert shown == {"rows": outcomes, "articles": len(outcomes), "status": status, "form": True}


def test_on_a_phone_the_chart_begins_with_the_window_that_decided(tmp_path: Path) -> None:
    write_run(tmp_path)
    seen = {name: float(str(value)) for name, value in evaluate(write_report(tmp_path), CHART).items()}
    assert seen["right"] - seen["left"] < seen["width"]  # the chart does not fit
    assert seen["left"] <= seen["from"] < seen["until"] <= seen["right"]
    assert seen["page"] == 0  # the page itself is not wider than the screen
