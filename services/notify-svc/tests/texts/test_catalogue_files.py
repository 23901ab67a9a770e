"""Whoever writes texts learns of a mistake by its file and key, before any customer reads it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
import pytest

import notify_svc.texts
from contracts.vocabulary import Language
from notify_svc.texts import necessary
from notify_svc.texts.catalogue_files import CatalogueError, _Files, read_catalogues, version_of
from notify_svc.texts.languages import CATALOGUES, layout_files, texts_version

TEXTS = Path(notify_svc.texts.__file__).parent


@pytest.fixture
def copies(tmp_path: Path) -> Mapping[str, Path]:
    """Copies of all languages, by their names."""
    for language in Language:
        shutil.copytree(TEXTS / language.value, tmp_path / language.value)
    return {language.value: tmp_path / language.value for language in Language}


def change(file: Path, was: str, becomes: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert was in text
    file.write_text(text.replace(was, becomes, 1), encoding="utf-8")


def test_the_texts_of_both_languages_have_one_form(copies: Mapping[str, Path]) -> None:
    copied = read_catalogues(copies)

    for language in Language:
        assert msgspec.to_builtins(copied[language.value]) == msgspec.to_builtins(CATALOGUES[language])


@pytest.mark.parametrize(
    ("file", "was", "becomes", "told"),
    [
        ("notices.toml", "headline =", "heading =", "paid.headline is missing"),
        ("notices.toml", "headline =", "heading =", "paid.heading is not known"),
        ("notices.toml", "[paid]", "[payed]", "payed is not known"),
        ("notices.toml", "[paid]", "[payed]", "paid is missing"),
        ("general.toml", 'closing = "Met vriendelijke groet,"', 'closing = " "', "closing is empty"),
        ("general.toml", "closing =", "clossing =", "closing is missing"),
        ("general.toml", "{name},", "{nam},", "greeting has {nam}, which is not filled in here"),
        ("general.toml", "{name},", "{name!r},", "greeting has a curly bracket"),
        ("general.toml", "{name},", "{name,", "greeting has a curly bracket"),
        ("general.toml", '"Datum"', '"Datum "', "date_label begins or ends with a space"),
        ("general.toml", '"Datum"', "7", "date_label is not a text"),
        ("reasons.grounds.toml", "[storm]\nfact", "[storm]\nfacts", "storm.fact is missing"),
        ("reasons.grounds.toml", "[storm]", "[stom]", "stom is not known"),
        ("reasons.toml", "[facts.other_cause]", "[facts.other_causes]", "facts.other_cause is missing"),
        ("rain.toml", "{measured} in {hours} uur. Dat is genoeg", "{mm} in {hours} uur. Dat", "reached has {mm}"),
        ("account.toml", "before = [", "before = []\nold = [", "mails.activation_requested.before is not a list"),
        ("claim.toml", "[mails.taken_up]\nsubject", "[mails.taken_up]\nlink", "Cannot overwrite a value"),
        ("money.toml", 'heading = "', "heading = ", "Invalid value"),
        ("money.toml", "[steps]", "steps = 1\n[others]", "steps is not a table"),
        ("money.toml", "[families]", "[steps.families]", "steps.families is not known"),
    ],
)
def test_a_mistake_is_named_with_its_file_and_key(
    copies: Mapping[str, Path], file: str, was: str, becomes: str, told: str
) -> None:
    change(copies["nl"] / file, was, becomes)

    with pytest.raises(CatalogueError) as raised:
        read_catalogues(copies)

    lines = [line for line in str(raised.value).splitlines() if line.startswith(f"- nl/{file}: ")]
    assert any(told in line for line in lines), str(raised.value)


@pytest.mark.parametrize(
    ("file", "was", "becomes", "told"),
    [
        ("general.toml", 'language_tag = "nl"', 'language_tag = "dutch"', 'language_tag must be "nl"'),
        ("general.toml", 'locale = "nl_NL"', 'locale = "Nederlands"', "locale must name this language as Babel does"),
        ("general.toml", 'locale = "nl_NL"', 'locale = "en_GB"', "locale must name this language as Babel does"),
        ("general.toml", "Beste {name},", "Hallo,", "greeting lacks {name}: its reader learns that nowhere else"),
        ("account.toml", "{code} is uw code om in", "Dit is uw code om in", "sms.login_code_requested lacks {code}"),
        ("account.toml", "Bel dan meteen {phone}", "Bel dan", "sms.mobile_phone_left lacks {phone}"),
        (
            "account.toml",
            "nummer sinds {day}",
            "nummer sinds {code}",
            "sms.mobile_phone_left has {code}, which is not filled in",
        ),
        ("account.toml", "link =", "# link =", "mails.activation_requested.link is missing: this mail has a link"),
        ("account.toml", "[mails.activated]\n", '[mails.activated]\nlink = "Log in"\n', "activated.link is not known"),
        ("account.toml", "{policy_number}", "12", "mails.welcome.before lacks {policy_number}"),
        ("account.toml", "{insurer}", "{policy_day}", "mails.activation_requested.before has {policy_day}, which is"),
        ("claim.toml", '  "{questions}",\n', "", "mails.questions_asked.before lacks {questions}"),
        (
            "claim.toml",
            '  "{questions}",\n',
            '  "Dit: {questions}",\n',
            "must have {questions} as a paragraph of its own",
        ),
        ("claim.toml", "op {due_day}", "op tijd", "mails.questions_asked.before lacks {due_day}"),
        ("claim.toml", "{phone}", "{amount}", "mails.questions_asked.before has {amount}, which is not filled in"),
        ("claim.toml", " {reference}:", ":", "mails.questions_asked.subject lacks {reference}"),
        ("notices.toml", 'Wij betalen {amount}."', 'Wij betalen."', "paid.sms lacks {amount}"),
        ("money.toml", "{chosen}", "een bedrag", "chosen lacks {chosen}"),
    ],
)
def test_what_a_text_cannot_do_without_is_named_though_every_language_lacks_it(
    copies: Mapping[str, Path], file: str, was: str, becomes: str, told: str
) -> None:
    change(copies["nl"] / file, was, becomes)

    with pytest.raises(CatalogueError) as raised:
        read_catalogues({"nl": copies["nl"]})

    (line,) = str(raised.value).splitlines()[1:]
    assert line.startswith(f"- nl/{file}: ")
    assert told in line


def test_every_text_that_cannot_do_without_something_is_there() -> None:
    """Else nobody would notice that a key was renamed and is asked for nothing any more."""
    files = _Files("nl", TEXTS / "nl")

    for pattern in necessary.NEEDS:
        assert list(necessary.matching(tuple(pattern.split(".")), files.placeholders())), pattern


@pytest.mark.parametrize(
    ("file", "was", "becomes", "told"),
    [
        ("rain.toml", "{distance}", "nearby", "en/rain.toml: station lacks {distance}; the text in nl has it"),
        (
            "reasons.grounds.toml",
            "covered =",
            "denied =",
            "en/reasons.grounds.toml: sewer_water_from_covered_flood.cov",
        ),
        ("claim.toml", "{due_day}", "the end of the month", "en/claim.toml: mails.questions_asked.before lacks"),
        ("reasons.toml", "turned_besides_facts", "others", "en/reasons.toml: turned_besides_facts"),
    ],
)
def test_what_only_the_other_language_has_is_missing(
    copies: Mapping[str, Path], file: str, was: str, becomes: str, told: str
) -> None:
    change(copies["en"] / file, was, becomes)

    with pytest.raises(CatalogueError) as raised:
        read_catalogues(copies)

    assert told in str(raised.value)


def test_a_file_that_is_gone_is_named(copies: Mapping[str, Path]) -> None:
    (copies["nl"] / "money.toml").unlink()

    with pytest.raises(CatalogueError, match=r"- nl/money\.toml: the file is missing"):
        read_catalogues(copies)


def test_a_text_in_two_files_is_none(copies: Mapping[str, Path]) -> None:
    change(copies["nl"] / "reasons.toml", "[kinds]", '[grounds.storm]\nfact = "Storm."\n\n[kinds]')

    with pytest.raises(CatalogueError, match=r"nl/reasons.toml: grounds stands in another file"):
        read_catalogues(copies)


def test_a_text_in_the_place_of_a_theme_is_none(copies: Mapping[str, Path]) -> None:
    change(copies["nl"] / "general.toml", "closing", 'rain = "Regen"\nclosing')

    with pytest.raises(CatalogueError, match=r"nl/rain\.toml: rain stands in another file"):
        read_catalogues(copies)


def test_all_mistakes_are_named_at_once(copies: Mapping[str, Path]) -> None:
    change(copies["nl"] / "rain.toml", "period =", "periode =")
    change(copies["en"] / "money.toml", "heading =", "head =")

    with pytest.raises(CatalogueError) as raised:
        read_catalogues(copies)

    assert len(str(raised.value).splitlines()) == 5


def _same(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))


def _another_letter(file: Path) -> None:
    change(file, "Met vriendelijke groet,", "Met vriendelijke groeten,")


def _renamed(file: Path) -> None:
    file.rename(file.with_name("generals.toml"))


@pytest.mark.parametrize(("touch", "is_another"), [(_same, False), (_another_letter, True), (_renamed, True)])
def test_no_change_of_a_text_leaves_its_version_as_it_was(
    copies: Mapping[str, Path],
    touch: Callable[[Path], None],
    is_another: bool,  # noqa: FBT001
) -> None:
    touch(copies["nl"] / "general.toml")

    assert (version_of(copies["nl"], layout=layout_files()) != texts_version(Language.DUTCH)) is is_another
    assert version_of(copies["en"], layout=layout_files()) == texts_version(Language.ENGLISH)


def test_a_change_of_what_arranges_the_texts_is_another_version(tmp_path: Path) -> None:
    names = {file.name for file in layout_files()}
    assert {"told.html.j2", "account.txt.j2", "letter.typ"} <= names
    for name in names:
        copied = [Path(shutil.copy(file, tmp_path)) for file in layout_files()]
        assert version_of(TEXTS / "nl", layout=copied) == texts_version(Language.DUTCH)
        with (tmp_path / name).open("a", encoding="utf-8") as changed:
            changed.write(" ")
        assert version_of(TEXTS / "nl", layout=copied) != texts_version(Language.DUTCH), name


def test_the_service_does_not_start_on_texts_that_cannot_be_used(tmp_path: Path) -> None:
    """The service in a copy of its package, started as an operator starts it."""
    package = tmp_path / "notify_svc"
    shutil.copytree(TEXTS.parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    change(package / "texts/nl/general.toml", "{name},", "{naam},")

    started = subprocess.run(
        [sys.executable, "-c", "from notify_svc.__main__ import main; main()", "messages", "in-doubt"],
        cwd=tmp_path,
        env={"DATABASE_URL": "postgresql://x", "KAFKA_BOOTSTRAP_SERVERS": "x:1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert started.returncode == 2
    assert "nl/general.toml: greeting has {naam}, which is not filled in here" in started.stderr
    assert "Traceback" not in started.stderr
