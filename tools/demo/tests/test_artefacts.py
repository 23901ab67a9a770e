from pathlib import Path

from demo.artefacts import output_directory


def test_what_an_earlier_demo_left_is_gone(tmp_path: Path) -> None:
    (tmp_path / "demo/mailbox").mkdir(parents=True)
    (tmp_path / "demo/report.html").touch()

    with output_directory(tmp_path / "demo") as output:
        assert output == tmp_path / "demo"
        assert sorted(entry.name for entry in output.iterdir()) == ["letters", "proofs"]


def test_a_demo_leaves_alone_what_another_is_writing(tmp_path: Path) -> None:
    with output_directory(tmp_path / "demo") as first:
        (first / "report.html").touch()

        with output_directory(tmp_path / "demo") as second, output_directory(tmp_path / "demo") as third:
            assert (second.name, third.name) == ("demo-2", "demo-3")

        assert (first / "report.html").exists()
    with output_directory(tmp_path / "demo") as next_one:
        assert next_one == first
