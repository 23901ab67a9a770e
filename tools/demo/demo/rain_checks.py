"""Somebody asks without login whether the rain at a home was enough; what was answered is kept for the report page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, Protocol

import httpx

from demo.report_language import LANGUAGES
from demo.report_rain_check import ANSWER_FILE, CHART_FILE, REFUSED_FILE
from demo.steps import Step, StepError, expect, take

HOME_IN_ELL: Final = {"latitude": 51.212, "longitude": 5.788, "from_at": "2021-07-15T03:30:00+02:00"}
SWAPPED: Final = {**HOME_IN_ELL, "latitude": HOME_IN_ELL["longitude"], "longitude": HOME_IN_ELL["latitude"]}
_SUM_TENTHS_MM = 402
_SECONDS = 20


class Services(Protocol):
    """The running services."""

    @property
    def weather_url(self) -> str:
        """Where weather-svc answers."""


@dataclass
class _Visitor:
    client: httpx.AsyncClient
    output: Path
    chart: str = ""

    async def ask(self) -> None:
        """The question is answered in each language: heavy local precipitation is established."""
        for language in LANGUAGES:
            answer = await self._post(HOME_IN_ELL, language=language)
            expect(answer, HTTPStatus.OK)
            self._keep(ANSWER_FILE.format(language=language), HOME_IN_ELL, answer)
            check = answer.json()
            self.chart = check["stations"][0]["chart"]
            window = check["stations"][0]["windows"][0]
            told = check["verdicts"][0]["establishment"], window["sum_tenths_mm"]
            if told != ("established", _SUM_TENTHS_MM):
                raise StepError(f"the answer was {told}")

    async def look_at_chart(self) -> None:
        """The answer names a picture of the hours."""
        for language in LANGUAGES:
            answer = await self.client.get(self.chart, headers={"Accept-Language": language})
            expect(answer, HTTPStatus.OK)
            (self.output / CHART_FILE.format(language=language)).write_bytes(answer.content)

    async def swap(self) -> None:
        """A place whose numbers changed places is refused, with what to change."""
        answer = await self._post(SWAPPED, language=LANGUAGES[0])
        expect(answer, HTTPStatus.UNPROCESSABLE_ENTITY)
        self._keep(REFUSED_FILE, SWAPPED, answer)
        if (kind := answer.json()["type"]) != "/problems/latitude-and-longitude-swapped":
            raise StepError(f"the problem was {kind}")

    async def _post(self, question: dict[str, Any], *, language: str) -> httpx.Response:
        return await self.client.post("/rain-checks", json=question, headers={"Accept-Language": language})

    def _keep(self, name: str, question: dict[str, Any], answer: httpx.Response) -> None:
        kept = {"question": question, "status": answer.status_code, "answer": answer.json()}
        (self.output / name).write_text(json.dumps(kept, indent=1, ensure_ascii=False), encoding="utf-8")


async def check_rain(services: Services, *, output: Path) -> Sequence[Step]:
    """Ask, look at the chart, and ask with swapped coordinates; keep the answers in `output`."""
    async with httpx.AsyncClient(base_url=services.weather_url, timeout=_SECONDS) as client:
        visitor = _Visitor(client, output)
        return await take(
            (
                ("asks whether the rain at a home was enough, without login", visitor.ask),
                ("looks at the hours of its station as a chart", visitor.look_at_chart),
                ("is told that latitude and longitude have changed places", visitor.swap),
            )
        )
