"""Whoever writes texts learns of a mistake by its file, line and key, before any customer reads it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

import notify_svc.texts
from contracts.vocabulary import Language
from notify_svc.texts import necessary
from notify_svc.texts.catalogue_files import CatalogueError, _Files, read_catalogues, version_of
from notify_svc.texts.catalogue_lines import PARAGRAPH, lines_of
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
        (
            "claim.toml",
            "[mails.taken_up]\nsubject",
            "[mails.taken_up]\nlink",
            "this key stands here for the second time",
        ),
        ("money.toml", 'heading = "', "heading = ", 'a text stands between two "'),
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

    lines = [
        line for line in str(raised.value).splitlines() if re.match(rf"- nl/{re.escape(file)}(, line \d+)?: ", line)
    ]
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
    assert re.match(rf"- nl/{re.escape(file)}, line \d+: ", line)
    assert told in line


def test_every_text_that_cannot_do_without_something_is_there() -> None:
    """Else nobody would notice that a key was renamed and is asked for nothing any more."""
    files = _Files("nl", TEXTS / "nl")

    for pattern in necessary.NEEDS:
        assert list(necessary.matching(tuple(pattern.split(".")), files.placeholders())), pattern


@pytest.mark.parametrize(
    ("file", "was", "becomes", "told"),
    [
        ("rain.toml", "{distance}", "nearby", ": station lacks {distance}; the text in nl has it"),
        (
            "reasons.grounds.toml",
            "covered =",
            "denied =",
            ": sewer_water_from_covered_flood.cov",
        ),
        ("claim.toml", "{due_day}", "the end of the month", ": mails.questions_asked.before lacks"),
        ("reasons.toml", "turned_besides_facts", "others", ": turned_besides_facts"),
    ],
)
def test_what_only_the_other_language_has_is_missing(
    copies: Mapping[str, Path], file: str, was: str, becomes: str, told: str
) -> None:
    change(copies["en"] / file, was, becomes)

    with pytest.raises(CatalogueError) as raised:
        read_catalogues(copies)

    assert re.search(rf"- en/{re.escape(file)}(, line \d+)?{re.escape(told)}", str(raised.value))


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


def told_of(copies: Mapping[str, Path]) -> list[str]:
    """Return what is said about the texts, a line each, without the dash."""
    with pytest.raises(CatalogueError) as raised:
        read_catalogues(copies)
    return [line.removeprefix("- ") for line in str(raised.value).splitlines()[1:]]


def line_of(file: Path, text: str) -> int:
    """Return on which line a text stands for the first time."""
    content = file.read_text(encoding="utf-8")
    return content[: content.index(text)].count("\n") + 1


def test_a_misspelt_placeholder_is_told_with_its_line_and_what_is_meant(copies: Mapping[str, Path]) -> None:
    file = copies["nl"] / "account.toml"
    change(file, "{insurer}", "{insurrer}")

    (told,) = told_of(copies)

    line = line_of(file, "{insurrer}")
    assert told.startswith(f"nl/account.toml, line {line}: mails.")
    assert told.endswith("has {insurrer}, which is not filled in here; is {insurer} meant?")


def test_a_placeholder_of_another_text_is_told_with_those_that_may_stand_there(copies: Mapping[str, Path]) -> None:
    change(copies["en"] / "general.toml", "{name},", "{shortfall},")

    (told,) = told_of(copies)

    assert told.endswith("has {shortfall}, which is not filled in here; what may stand here: {name}")


def test_a_misspelt_key_is_told_with_its_line_and_what_is_meant(copies: Mapping[str, Path]) -> None:
    file = copies["nl"] / "notices.toml"
    change(file, "headline =", "headlin =")

    told = told_of(copies)

    assert f"nl/notices.toml, line {line_of(file, 'headlin =')}: paid.headlin is not known; is headline meant?" in told
    assert f"nl/notices.toml, line {line_of(file, '[paid]')}: paid.headline is missing" in told


def test_the_paragraph_of_a_list_is_told(copies: Mapping[str, Path]) -> None:
    file = copies["en"] / "account.toml"
    change(file, '  "Did you do this yourself? Then you need to do nothing.",', '  "",')

    (told,) = told_of(copies)

    line = line_of(file, '  "",')
    assert told == (
        f"en/account.toml, line {line}: mails.new_device_used.before, paragraph 2, "
        "is empty: write what its reader is to see"
    )


def test_a_text_that_one_language_forgot_is_told_with_the_language_that_has_it(copies: Mapping[str, Path]) -> None:
    file = copies["nl"] / "account.toml"
    text = file.read_text(encoding="utf-8")
    begin = text.index("by_post = [")
    file.write_text(text[:begin] + text[text.index("]\n", begin) + 2 :], encoding="utf-8")

    (told,) = told_of(copies)

    line = line_of(file, "[mails.email_changed]")
    assert told.startswith(f"nl/account.toml, line {line}: mails.email_changed.by_post is missing")


def test_a_decision_that_pays_says_on_paper_what_happens_next(copies: Mapping[str, Path]) -> None:
    for path in copies.values():
        text = (path / "notices.toml").read_text(encoding="utf-8")
        begin = text.index("next_steps_by_post = [")
        (path / "notices.toml").write_text(text[:begin] + text[text.index("]\n", begin) + 2 :], encoding="utf-8")

    told = told_of(copies)

    assert [line.partition(": ")[2] for line in told] == [
        "paid.next_steps_by_post is missing: who is told by letter gets no mail about the transfer"
    ] * len(copies)


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ('gewijzigd.",', "gewijzigd.,", 'a text does not end on its line: put a " behind its last word'),
        ('gewijzigd.",', 'gewijzigd."', "a list is not in order: each of its texts ends with a comma"),
        ("gewijzigd.", 'door "iemand".', "a list is not in order: "),
        ("gewijzigd.", "door \\ iemand.", "a \\ in a text is written \\\\"),
        ("subject = ", "subject ", "behind a key stands a =, and then its text"),
        ('subject = "Uw wachtwoord is gewijzigd"', "subject = Uw wachtwoord", 'a text stands between two "'),
        ('subject = "Uw wachtwoord is gewijzigd"', 'subject = "Uw "wachtwoord""', "something stands behind the end"),
        ("[mails.activated]", "[mails.activation_requested]", "this name in [ ] stands here for the second time"),
        ("[mails.activated]", "[mails.activated", "a name in [ ] ends with a ]"),
        ("[mails.activated]", "Zie ook:", "behind a key stands a ="),
    ],
)
def test_what_keeps_a_file_from_being_read_is_told_in_plain_words(
    copies: Mapping[str, Path], was: str, becomes: str, told: str
) -> None:
    change(copies["nl"] / "account.toml", was, becomes)

    (line,) = told_of(copies)

    assert re.fullmatch(rf"nl/account\.toml, line \d+: {re.escape(told)}.*", line), line
    assert not any(word in line for word in ("statement", "document", "array", "character", "declare"))


def test_the_line_is_that_of_the_mistake(copies: Mapping[str, Path]) -> None:
    file = copies["nl"] / "account.toml"
    change(file, 'gewijzigd.",', "gewijzigd.,")

    (told,) = told_of(copies)

    assert told.startswith(f"nl/account.toml, line {line_of(file, 'gewijzigd.,')}: ")


def test_a_file_in_another_encoding_is_told_with_its_first_line_that_is(copies: Mapping[str, Path]) -> None:
    file = copies["nl"] / "account.toml"
    text = file.read_text(encoding="utf-8")
    first = next(number for number, line in enumerate(text.splitlines(), start=1) if not line.isascii())
    file.write_bytes(text.encode("latin-1", "replace"))

    (told,) = told_of(copies)

    assert told == (
        f"nl/account.toml, line {first}: has letters that are not in UTF-8: save the file with the encoding UTF-8"
    )


@pytest.mark.parametrize("begin", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_what_editors_of_windows_make_of_a_file_is_read_as_the_same(
    copies: Mapping[str, Path], begin: bytes, end: bytes
) -> None:
    for file in copies["nl"].iterdir():
        file.write_bytes(begin + file.read_bytes().replace(b"\n", end))

    assert msgspec.to_builtins(read_catalogues(copies)["nl"]) == msgspec.to_builtins(CATALOGUES[Language.DUTCH])


def paths_in(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from paths_in(one, (*path, key))
        return
    yield path
    if isinstance(value, list):
        yield from ((*path, f"{PARAGRAPH}{number}") for number in range(1, len(value) + 1))


@pytest.mark.parametrize("file", sorted(TEXTS.glob("*/*.toml")), ids=lambda file: f"{file.parent.name}/{file.name}")
def test_every_text_of_every_file_has_its_line(file: Path) -> None:
    content = file.read_text(encoding="utf-8")
    lines, written = lines_of(content), content.splitlines()

    for path in paths_in(tomllib.loads(content)):
        text: Any = tomllib.loads(content)
        for step in path:
            text = text[int(step.removeprefix(PARAGRAPH)) - 1] if step.startswith(PARAGRAPH) else text[step]
        wanted = path[-1] if isinstance(text, list) else text.replace("\\", "\\\\").replace('"', '\\"')
        assert wanted in written[lines[path] - 1], path


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
    assert re.search(r"nl/general\.toml, line \d+: greeting has \{naam\}, which is not filled in here", started.stderr)
    assert "Traceback" not in started.stderr
