from __future__ import annotations

from pathlib import Path

from machine import stamps


def test_two_lists_of_texts_never_share_a_digest() -> None:
    assert stamps.digest("ab", "c") != stamps.digest("a", "bc")
    assert stamps.digest("ab", "c") == stamps.digest("ab", "c")


def test_a_files_content_name_and_executable_bit_count(tmp_path: Path) -> None:
    file = tmp_path / "build.sh"
    file.write_text("one")
    first = stamps.digest_of_files(tmp_path, [file])
    file.write_text("two")
    second = stamps.digest_of_files(tmp_path, [file])
    file.chmod(0o755)
    third = stamps.digest_of_files(tmp_path, [file])
    renamed = file.rename(tmp_path / "other.sh")
    fourth = stamps.digest_of_files(tmp_path, [renamed])
    assert len({first, second, third, fourth}) == 4


def test_the_clones_path_does_not_count(tmp_path: Path) -> None:
    digests = set()
    for clone in ("one", "two"):
        file = tmp_path / clone / "a.txt"
        file.parent.mkdir()
        file.write_text("same")
        digests.add(stamps.digest_of_files(file.parent, [file]))
    assert len(digests) == 1


def test_python_leftovers_are_no_inputs(tmp_path: Path) -> None:
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.pyc").write_bytes(b"x")
    (tmp_path / "a.py").write_text("")
    assert stamps.files_below(tmp_path) == [tmp_path / "a.py"]


def test_a_stamp_holds_for_its_inputs_only(tmp_path: Path) -> None:
    stamp = tmp_path / "stamps" / "engine.json"
    assert not stamps.is_current(stamp, "abc")
    stamps.write(stamp, "abc")
    assert stamps.is_current(stamp, "abc")
    assert not stamps.is_current(stamp, "abd")


def test_a_damaged_stamp_means_do_it_again(tmp_path: Path) -> None:
    stamp = tmp_path / "engine.json"
    for damage in ("", "{", "[]", '{"schema": "geofleet/setup-stamp/v0", "inputs": "abc"}'):
        stamp.write_text(damage)
        assert not stamps.is_current(stamp, "abc")


def test_replacing_a_text_leaves_nothing_half_made(tmp_path: Path) -> None:
    stamps.write_text(tmp_path / "index.json", "new")
    assert [file.name for file in tmp_path.iterdir()] == ["index.json"]
