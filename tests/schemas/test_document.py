"""Every trap of YAML that has bitten somebody is refused at its place, or read as what was written."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from schemas.diagnostics import MISTAKES_MAX, InvalidDocumentError, Mark
from schemas.document import Document, read_file, read_text, yaml_text
from schemas.tree import ALIASES_MAX, BYTES_MAX, DEPTH_MAX, VALUES_MAX


def read(text: str) -> Document:
    return read_text(text, source="t.yaml")


def refusal(text: str) -> str:
    """Return the first line of each mistake of a refused text."""
    with pytest.raises(InvalidDocumentError) as caught:
        read(text)
    return "\n".join(found.text().splitlines()[0] for found in caught.value.diagnostics)


def file_refusal(path: Path) -> str:
    with pytest.raises(InvalidDocumentError) as caught:
        read_file(path, source="t.yaml")
    return str(caught.value)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("NO", "NO"), ("no", "no"), ("on", "on"), ("off", "off"), ("yes", "yes"), ("y", "y"),
        ("22:22", "22:22"), ("12:30:45", "12:30:45"), ("127:0", "127:0"),
        ("0600", "0600"), ("012345670123", "012345670123"), ("0o17", "0o17"), ("-07", "-07"),
        ("0xff", "0xff"), ("0b101", "0b101"), ("1_000", "1_000"),
        ("2024-01-01", "2024-01-01"), ("2024-13-45", "2024-13-45"), ("2001-12-14t21:59:43.10-05:00", "2001-12-14t21:59:43.10-05:00"),
        ("=", "="), ("1.2.3", "1.2.3"), ("1e", "1e"), ("+-5", "+-5"), ("--", "--"), (".", "."), ("-", [None]),
        ("١٢", "١٢"), ("1.10", 1.1), ("1e5", 1e5), ("12e03", 12e3), ("+5", 5), ("-0", 0), ("5.", 5.0), (".5", 0.5),
        ("999999999999999999", 999999999999999999),
        ("true", True), ("False", False), ("tRUE", "tRUE"), ("~", None), ("null", None), ("nULL", "nULL"),
        ('"NO"', "NO"), ("'12'", "12"), ('"null"', "null"), ('"\\u00e9"', "é"), ("!!str 12", "12"),
    ],
)  # fmt: skip
def test_a_scalar_is_what_yaml_1_2_says_or_stays_text(written: str, value: object) -> None:
    found = read(f"key: {written}\n" if written != "-" else "key:\n  -\n").value["key"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\na: 2\n", "t.yaml:2:1: error SPEC112 key 'a' is given twice, first on line 1"),
        ("x:\n  b: {c: 1, c: 2}\n", "t.yaml:2:13: error SPEC112 key 'c' is given twice, first on line 2"),
        ("a: 1\n'a': 2\n", "t.yaml:2:1: error SPEC112 key 'a' is given twice, first on line 1"),
        ("a: &b {c: 1}\nd:\n  <<: *b\n", "t.yaml:3:3: error SPEC111 merge keys ('<<') are not allowed"),
        ("a: &b [*b]\n", "t.yaml:1:8: error SPEC114 alias '*b' refers to the value it stands in"),
        ("a: *b\n", "t.yaml:1:4: error SPEC114 alias '*b' has no anchor before it"),
        ("a: &b 1\n*b : 2\n", "t.yaml:2:1: error SPEC110 a key must be text, not an alias"),
        ("1: a\n", "t.yaml:1:1: error SPEC110 a key must be text, not a number"),
        ("1.5: a\n", "t.yaml:1:1: error SPEC110 a key must be text, not a number"),
        (".nan: a\n", "t.yaml:1:1: error SPEC110 a key must be text, not a number"),
        ("true: a\n", "t.yaml:1:1: error SPEC110 a key must be text, not a boolean"),
        ("~: a\n", "t.yaml:1:1: error SPEC110 a key must be text, not null"),
        ("? \n: a\n", "t.yaml:1:2: error SPEC110 a key must be text, not null"),
        ("? [a]\n: b\n", "t.yaml:1:3: error SPEC110 a key must be text, not a list or mapping"),
        ("? {a: b}\n: b\n", "t.yaml:1:3: error SPEC110 a key must be text, not a list or mapping"),
        ("a: .nan\n", "t.yaml:1:4: error SPEC115 '.nan' is not a number that can be used"),
        ("a: -.INF\n", "t.yaml:1:4: error SPEC115 '-.INF' is not a number that can be used"),
        ("a: 1e999\n", "t.yaml:1:4: error SPEC115 '1e999' is not a number that can be used"),
        (f"a: {'9' * 19}\n", "t.yaml:1:4: error SPEC115 a number of more than 18 digits"),
        (f"a: {'9' * 5000}\n", "t.yaml:1:4: error SPEC115 a number of more than 18 digits"),
        (f"a: {'9' * 5000}.5\n", "t.yaml:1:4: error SPEC115 a number of more than 18 digits"),
        ("a: !!python/object/apply:os.system [ls]\n",
         "t.yaml:1:4: error SPEC108 tag 'tag:yaml.org,2002:python/object/apply:os.system' is not allowed"),
        ("a: !vault x\n", "t.yaml:1:4: error SPEC108 tag '!vault' is not allowed"),
        ("a: ! 12\n", "t.yaml:1:4: error SPEC108 tag '!' is not allowed"),
        ("a: !!set {x}\n", "t.yaml:1:4: error SPEC108 tag 'tag:yaml.org,2002:set' is not allowed"),
        ('a: !!binary "****"\n', "t.yaml:1:4: error SPEC108 tag 'tag:yaml.org,2002:binary' is not allowed"),
        ("a: !!timestamp 2024-13-45\n", "t.yaml:1:4: error SPEC108 tag 'tag:yaml.org,2002:timestamp' is not allowed"),
        ("a: 1\n---\nb: 2\n", "t.yaml:2:1: error SPEC105 holds more than one document"),
        ("", "t.yaml:1:1: error SPEC106 is empty"),
        ("# only a comment\n", "t.yaml:1:1: error SPEC106 is empty"),
        ("a: \x00\n", "t.yaml:1:4: error SPEC103 control character U+0000 is not allowed"),
        ("a: b\nc: \x1b[31m\n", "t.yaml:2:4: error SPEC103 control character U+001B is not allowed"),
        ("a: \u202eevil\n", "t.yaml:1:4: error SPEC103 control character U+202E is not allowed"),
        ("a: \x85\n", "t.yaml:1:4: error SPEC103 control character U+0085 is not allowed"),
        ("a: \ud800\n", "t.yaml:1:4: error SPEC103 control character U+D800 is not allowed"),
        ("a: b\ufeff\n", "t.yaml:1:5: error SPEC103 control character U+FEFF is not allowed"),
        ('a: "x\\0"\n', "t.yaml:1:4: error SPEC103 control character U+0000 is not allowed"),
        ('a: "\\u202e"\n', "t.yaml:1:4: error SPEC103 control character U+202E is not allowed"),
        ('"\\e": 1\n', "t.yaml:1:1: error SPEC103 control character U+001B is not allowed"),
        ('a: "\\uD800"\n', "t.yaml:1:7: error SPEC104 is not YAML: found invalid Unicode character escape code"),
        ("a: [1, 2\nb: 3\n", "t.yaml:2:2: error SPEC104 is not YAML: did not find expected ',' or ']'"),
        ("a:\n\tb: 1\n", "t.yaml:2:1: error SPEC104 is not YAML: found character that cannot start any token"),
        ("a: b: c\n", "t.yaml:1:5: error SPEC104 is not YAML: mapping values are not allowed in this context"),
        ("%YAML 3.0\n---\na: 1\n", "t.yaml:1:1: error SPEC104 is not YAML: found incompatible YAML document"),
    ],
)  # fmt: skip
def test_a_trap_is_refused_at_its_place(text: str, message: str) -> None:
    assert refusal(text) == message


def test_all_mistakes_of_a_text_are_told_at_once_and_in_order() -> None:
    assert refusal("b: .nan\na: 1\na: !x 2\n1: 3\nc: [\n") == "\n".join(
        [
            "t.yaml:1:4: error SPEC115 '.nan' is not a number that can be used",
            "t.yaml:3:1: error SPEC112 key 'a' is given twice, first on line 2",
            "t.yaml:3:4: error SPEC108 tag '!x' is not allowed",
            "t.yaml:4:1: error SPEC110 a key must be text, not a number",
            "t.yaml:6:1: error SPEC104 is not YAML: did not find expected node content",
        ]
    )


def test_a_text_is_judged_up_to_its_hundredth_mistake_in_no_time() -> None:
    started = time.process_time()
    with pytest.raises(InvalidDocumentError) as caught:
        read("a: 1\n" * 20_000)
    assert len(caught.value.diagnostics) == MISTAKES_MAX
    assert str(caught.value).endswith("100 mistakes found; the rest of the file was not judged.")
    assert time.process_time() - started < 4


def test_a_byte_order_mark_and_foreign_line_ends_do_not_shift_places() -> None:
    for text in ("\ufeffa: 1\r\nb: x\r\n", "a: 1\rb: x\r", "a: 1\nb: x\n"):
        document = read(text)
        assert document.value == {"a": 1, "b": "x"}
        assert document.where(("b",)) == "t.yaml:2:4"
        assert document.line_text(document.mark(("b",))) == "b: x"


@pytest.mark.parametrize(
    "text", ["[" * 50_000, "{a: " * 20_000, "- " * 50_000, "[" * 50_000 + "]" * 50_000, "? " * 20_000]
)
def test_brackets_nested_fifty_thousand_deep_are_refused(text: str) -> None:
    started = time.process_time()
    assert f"is nested deeper than {DEPTH_MAX} levels" in refusal(text) or "SPEC110" in refusal(text)
    assert time.process_time() - started < 4


def test_the_depth_limit_itself_is_allowed_and_one_more_is_not() -> None:
    read("[" * DEPTH_MAX + "]" * DEPTH_MAX)
    assert refusal("[" * (DEPTH_MAX + 1) + "]" * (DEPTH_MAX + 1)) == (
        f"t.yaml:1:{DEPTH_MAX + 1}: error SPEC109 is nested deeper than {DEPTH_MAX} levels"
    )


def test_fifty_aliases_are_allowed_and_one_more_is_not() -> None:
    head = "a: &a 1\nb:\n"
    assert read(head + "  - *a\n" * ALIASES_MAX).value["b"] == [1] * ALIASES_MAX
    assert refusal(head + "  - *a\n" * (ALIASES_MAX + 1)) == "t.yaml:53:5: error SPEC113 uses more than 50 aliases"


def test_an_alias_is_read_as_its_anchor_and_stands_where_it_is_written() -> None:
    document = read("a: &x {b: [1, 2]}\nc: *x\n")
    assert document.value == {"a": {"b": [1, 2]}, "c": {"b": [1, 2]}}
    assert document.where(("c",)) == "t.yaml:2:4"
    assert document.where(("c", "b", 1)) == "t.yaml:1:15", "what is to be mended is at the anchor"


def laughs(levels: int, width: int) -> str:
    lines = ["l0: &l0 [lol]"]
    lines += [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * width)}]" for n in range(1, levels + 1)]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    "text", [laughs(9, 9), laughs(7, 7), laughs(5, 9), laughs(24, 2)], ids=["9x9", "7x7", "5x9", "24x2"]
)
def test_a_billion_laughs_are_refused_before_they_are_told(text: str) -> None:
    started = time.process_time()
    assert "SPEC107 grows too large through aliases" in refusal(text) or "SPEC113" in refusal(text)
    assert time.process_time() - started < 4


def test_long_text_repeated_by_aliases_counts_by_its_length() -> None:
    text = f"a: &a {'x' * 500_000}\nb: [*a, *a, *a]\n"
    assert refusal(text) == "t.yaml:2:13: error SPEC107 grows too large through aliases"


def test_twenty_thousand_keys_are_read_in_no_time() -> None:
    started = time.process_time()
    assert len(read("".join(f"k{n}: {n}\n" for n in range(20_000))).value) == 20_000
    assert time.process_time() - started < 4


def test_more_values_than_the_limit_are_refused() -> None:
    assert refusal("[" + "a," * VALUES_MAX + "]").endswith(f"SPEC107 holds more than {VALUES_MAX:,} values")


def test_a_file_of_one_mebibyte_is_read_and_a_byte_more_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text("a: " + "x" * (BYTES_MAX - 3))
    assert len(read_file(path).value["a"]) == BYTES_MAX - 3
    path.write_text("a: " + "x" * (BYTES_MAX - 2))
    assert file_refusal(path) == (
        "t.yaml:1:1: error SPEC101 is larger than 1,048,576 bytes\n  Split it, or remove what is not a spec."
    )
    with pytest.raises(InvalidDocumentError, match="SPEC101"):
        read("é" * (BYTES_MAX // 2 + 1))


def test_an_endless_file_is_refused() -> None:
    assert "SPEC101" in file_refusal(Path("/dev/zero"))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("a: 1\n".encode("utf-16"), "t.yaml:1:1: error SPEC102 is not UTF-8 text\n  Save the file as UTF-8."),
        ("a: 1\n".encode("utf-16-le"),
         "t.yaml:1:2: error SPEC103 control character U+0000 is not allowed\n  Delete the character."),
        ("a: 1\nb: ü\n".encode("latin-1"), "t.yaml:2:4: error SPEC102 is not UTF-8 text\n  Save the file as UTF-8."),
    ],
    ids=["UTF-16", "UTF-16 without a mark", "Latin-1"],
)  # fmt: skip
def test_another_encoding_is_refused_where_it_shows(data: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_bytes(data)
    assert file_refusal(path) == message


@pytest.mark.parametrize("name", ["missing.yaml", ".", "nul\0.yaml"])
def test_a_file_that_cannot_be_read_is_refused_by_name(name: str, tmp_path: Path) -> None:
    assert file_refusal(tmp_path / name).startswith("t.yaml:1:1: error SPEC100 cannot be read: ")


def test_keys_and_values_have_their_own_places_and_unknown_paths_their_parents() -> None:
    document = read("fleets:\n  eu:\n    count: 4\n    members:\n    - {region: a}\n")
    assert document.mark(("fleets", "eu", "count")) == Mark(line=3, column=12, end_column=13)
    assert document.mark(("fleets", "eu", "count"), of_key=True) == Mark(line=3, column=5, end_column=10)
    assert document.where(("fleets", "eu", "members", 0, "region")) == "t.yaml:5:16"
    assert document.where(("fleets", "eu", "members", 3)) == document.where(("fleets", "eu", "members"))
    assert document.where(("fleets", "us", "count")) == document.where(("fleets",))
    assert document.where(()) == "t.yaml:1:1"


@pytest.mark.parametrize("name", ["brackets", "laughs", "large", "values", "keys", "unknown"])
def test_hostile_files_are_refused_in_half_a_second_and_256_mib(name: str, tmp_path: Path) -> None:
    texts = {
        "brackets": "[" * 100_000,
        "laughs": laughs(9, 9),
        "large": "a: [" + "x, " * 400_000 + "]",
        "values": "[" + "a," * 500_000 + "]",
        "keys": "".join(f"k{n}: {{a: .nan}}\n" for n in range(50_000)),
        "unknown": "".join(f"k{n}: 1\n" for n in range(45_000)),
    }
    path = tmp_path / "hostile.yaml"
    path.write_text(texts[name])
    code = (
        "import sys, time, pathlib\n"
        "from schemas.loading import load_spec\n"
        "from schemas.diagnostics import InvalidDocumentError\n"
        "started = time.process_time()\n"
        "try:\n    load_spec(pathlib.Path(sys.argv[1]))\n"
        "except InvalidDocumentError:\n    print(time.process_time() - started)\n"
    )
    # 512 MiB of address space hold the interpreter, its libraries and the 256 MiB that the file may take.
    run = subprocess.run(
        [sys.executable, "-c", code, str(path)],
        capture_output=True, text=True, timeout=30, cwd=Path(__file__).parents[2],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (512 << 20, 512 << 20)),
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert float(run.stdout) < 2


@pytest.mark.parametrize(
    "text",
    ["12e456", "1e10", "0600", "12:30", "NO", "true", "null", "", "~", "123", "1.5", ".inf", "9" * 30, "<<", "=", "a: b", "# x",
     "- x", "*a", "&a", "!x", "a\nb", " a", "é", "'", '"', "2024-01-01T00:00:00Z", "SHA256:abc+/=", "x" * 300],
)  # fmt: skip
def test_text_is_written_so_that_it_is_read_back_as_text(text: str) -> None:
    value = {"key": text, text or "empty": [text]}
    assert read(yaml_text(value)).value == value


def test_written_values_are_never_anchors() -> None:
    shared = {"a": [1]}
    assert yaml_text({"x": shared, "y": shared}) == "x:\n  a:\n  - 1\ny:\n  a:\n  - 1\n"


def test_numbers_are_written_so_that_they_are_read_back() -> None:
    value = {"a": [0, -5, 10**17, 0.1, 1e-9, 123456.789, 1e16, True, None]}
    assert json.dumps(read(yaml_text(value)).value) == json.dumps(value)
