"""Mutants of how records from outside are read: fast, and with the verdict that pydantic gives."""

from __future__ import annotations

from mutants.mutant import Mutant


def _mutant(name: str, module: str, *, sound: str, broken: str, guard: str) -> Mutant:
    return Mutant(name=f"verdict: {name}", module=module, sound=sound, broken=broken, guard=guard, package="contracts")


_FOREIGN = "test_verdicts.py::test_what_is_no_json_is_refused_in_a_field_that_nobody_reads_too"
_MOMENT = "test_verdicts.py::test_a_moment_is_read_as_pydantic_reads_it"
_FRACTION = "test_verdicts.py::test_a_fraction_with_escaped_characters_is_cut_off_as_pydantic_does"
_REPORT = "test_malformed_messages.py::test_a_report_beyond_the_limits_of_its_schema_is_refused"

MUTANTS = (
    _mutant(
        "every key is written as JSON",
        "codec.py",
        sound=" if type(value) is UUID else str(value)",
        broken="",
        guard="test_envelope.py::test_the_text_of_what_identifies_is_that_of_python",
    ),
    _mutant(
        "any type of content is read as JSON",
        "envelope.py",
        sound='content_type != CONTENT_TYPE and content_type.partition(";")[0].strip().lower() != CONTENT_TYPE',
        broken="not content_type",
        guard="test_malformed_messages.py::test_a_record_that_is_no_event_of_its_topic_is_refused"
        "[changed13-wrong-content-type]",
    ),
    _mutant(
        "a foreign field may hold what is no UTF-8",
        "validation.py",
        sound="return from_json(type_, value.decode())",
        broken="return from_json(type_, value)",
        guard=f"{_FOREIGN}[no UTF-8]",
    ),
    _mutant(
        "a foreign field may be as deep as msgspec goes",
        "validation.py",
        sound='value.count(b"{") + value.count(b"[") > _DEEPEST',
        broken="False",
        guard=f"{_FOREIGN}[deep array]",
    ),
    _mutant(
        "a foreign field may hold a number of any length",
        "validation.py",
        sound="(len(value) > _LONGEST_NUMBER and",
        broken="(False and",
        guard=f"{_FOREIGN}[long number]",
    ),
    _mutant(
        "a moment is rounded up",
        "validation.py",
        sound="_FINER_THAN_MICROSECONDS.search(value, point) is not None",
        broken="False",
        guard=f"{_MOMENT}[2021-07-15T06:12:00.1234567Z-moment0]",
    ),
    _mutant(
        "a moment with an escaped point is rounded up",
        "validation.py",
        sound='b"\\\\u002" in value or',
        broken="False or",
        guard=f"{_FRACTION}[\\\\u002e9999999]",
    ),
    _mutant(
        "a moment with an escaped digit is rounded up",
        "validation.py",
        sound='or b"\\\\u003" in value',
        broken="or False",
        guard=f"{_FRACTION}[.999999\\\\u0039]",
    ),
    _mutant(
        "a line break may follow a policy number",
        "vocabulary.py",
        sound=r'PolicyNumber = Annotated[str, Meta(pattern=r"^[0-9]{1,9}-[0-9]{3}-[0-9]{2}\Z")]',
        broken='PolicyNumber = Annotated[str, Meta(pattern=r"^[0-9]{1,9}-[0-9]{3}-[0-9]{2}$")]',
        guard=f"{_REPORT}[{{'policy_number': '123456-531-04\\\\n'}}]",
    ),
    _mutant(
        "a report may be made in any century",
        "vocabulary.py",
        sound="if not _EARLIEST <= instant < _TOO_LATE:",
        broken="if not _EARLIEST <= instant:",
        guard=f"{_REPORT}[{{'reported_at': '2200-01-01T00:00:00Z'}}]",
    ),
    _mutant(
        "a loss may end before it begins",
        "vocabulary.py",
        sound="if not timedelta(0) <= self.until_at - self.from_at <= LONGEST_LOSS:",
        broken="if not self.until_at - self.from_at <= LONGEST_LOSS:",
        guard=f"{_REPORT}[{{'loss': {{'from_at': '2021-07-15T02:00:00Z', 'until_at': '2021-07-15T01:00:00Z'}}}}]",
    ),
    _mutant(
        "what msgspec cannot read is refused",
        "validation.py",
        sound="    return validator_of(type_).validate_json(value, strict=True)\n",
        broken="    return validator_of(type_).validate_json(b'', strict=True)\n",
        guard=f"{_MOMENT}[2021-07-15T06:12Z-moment2]",
    ),
    _mutant(
        "a publisher may publish what no reader accepts",
        "envelope.py",
        sound="        read_from_outside(topic.event, value)\n    except",
        broken="        pass\n    except",
        guard="test_envelope.py::test_an_event_that_no_reader_accepts_is_not_published",
    ),
    _mutant(
        "facts that nobody gave are written as null",
        "loss_reports.py",
        sound="class LossFacts(Part, omit_defaults=True):",
        broken="class LossFacts(Part):",
        guard="test_envelope.py::test_a_fact_that_nobody_gave_is_left_out",
    ),
    _mutant(
        "an event of claims may cover more than a reader accepts",
        "money.py",
        sound="if self.event_covered_cents > MOST_CENTS:",
        broken="if False:",
        guard="test_envelope.py::test_a_sum_over_claims_that_no_reader_accepts_is_not_made",
    ),
)
