"""Our own publisher keeps the rule it is an example of: one id for one event, a new id for a correction of it."""

from __future__ import annotations

from typing_extensions import override

from contracts.loss_reports import LossReported
from demo.publisher import _message
from demo.stories import STORIES
from demo.story import Story


class Correction(Story):
    """A story that is reported a second time, corrected."""

    @override
    def report(self) -> LossReported:
        return super().report().model_copy(update={"report_version": 2})


def test_a_correction_of_a_report_has_an_id_of_its_own_and_a_repetition_has_not() -> None:
    story = STORIES[0]

    first, again, corrected = _message(story), _message(story), _message(Correction(**vars(story)))

    assert dict(first.headers)["ce_id"] == dict(again.headers)["ce_id"]
    assert dict(first.headers)["ce_id"] != dict(corrected.headers)["ce_id"]
    assert first.key == corrected.key
