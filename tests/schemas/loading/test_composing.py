"""Bases in one line, fragments in their places, each file once, up to the limits."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from schemas.diagnostics import InvalidDocumentError
from schemas.document import Document, read_file, read_text
from schemas.loading.composed import ComposedDocument
from schemas.loading.composing import composed
from schemas.loading.reading import BYTES_TOTAL_MAX, FILES_MAX
from schemas.tree import DEPTH_MAX

Compose = Callable[..., Document]
Refuse = Callable[..., str]
ROOT = Path(__file__).parents[3]


def test_a_spec_that_names_no_file_stays_the_document_it_was() -> None:
    for text in (
        "a: 1\n", "# extends: base.yaml\na: include\n", "a: 'extends'\n", 'a: "\\u0041"\nb: [include, {c: extends}]\n',
    ):  # fmt: skip
        document = read_text(text, source="s.yaml")
        assert composed(document, None) is document


def test_a_key_written_with_escapes_or_behind_an_alias_is_the_same_key(compose: Compose) -> None:
    assert compose(base="a: 1\n", spec='"ext\\u0065nds": base.yaml\n').value == {"a": 1}
    files = {"part": "b: 1\n", "spec": "x: &x {include: part.yaml, c: 2}\ny: *x\nz: [*x]\n"}
    whole = {"b": 1, "c": 2}
    assert compose(**files).value == {"x": whole, "y": whole, "z": [whole]}


def test_bases_stand_over_each_other_in_the_order_of_the_list_and_the_spec_over_all(compose: Compose) -> None:
    document = compose(
        one="{a: 1, b: 1, c: 1}\n", two="{b: 2, c: 2}\n", spec="extends: [one.yaml, two.yaml]\nc: 3\n",
    )  # fmt: skip
    assert document.value == {"a": 1, "b": 2, "c": 3}
    assert isinstance(document, ComposedDocument)
    assert document.chain == ("spec.yaml", "two.yaml", "one.yaml")


def test_a_base_that_two_extend_stands_once_and_under_both(compose: Compose) -> None:
    # Laid over again with `right`, the root would take away what `left` says.
    document = compose(
        root="{a: root, b: root}\n", left="extends: root.yaml\na: left\n", right="extends: root.yaml\nb: right\n",
        spec="extends: [left.yaml, right.yaml]\n",
    )  # fmt: skip
    assert document.value == {"a": "left", "b": "right"}


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"spec": "extends: [a.yaml, a.yaml]\n", "a": "x: 1\n"},
         "spec.yaml:1:19: error SPEC410 extends: 'a.yaml' cannot stand over 'a.yaml'"),
        ({"spec": "extends: [a.yaml, b.yaml]\n", "a": "extends: b.yaml\n", "b": "x: 1\n"},
         "spec.yaml:1:19: error SPEC410 extends: 'b.yaml' cannot stand over 'a.yaml': the order is b.yaml, a.yaml"),
        ({"spec": "extends: [a.yaml, b.yaml]\n", "a": "extends: [c.yaml, d.yaml]\n", "b": "extends: [d.yaml, c.yaml]\n",
          "c": "x: 1\n", "d": "x: 2\n"},
         "b.yaml:1:19: error SPEC410 extends: 'c.yaml' cannot stand over 'd.yaml': the order is c.yaml, d.yaml, a.yaml"),
        ({"spec": "extends: a.yaml\n", "a": "[1]\n"},
         "spec.yaml:1:10: error SPEC407 extends: 'a.yaml' is not a mapping, and nothing can be laid over it"),
        ({"spec": "extends: a.yaml\n", "a": "extends: b.yaml\n", "b": "extends: c.yaml\n", "c": "extends: a.yaml\n"},
         "c.yaml:1:10: error SPEC404 extends: goes in a circle: spec.yaml -> a.yaml -> b.yaml -> c.yaml -> a.yaml"),
        ({"spec": "extends: ./spec.yaml\n"},
         "spec.yaml:1:10: error SPEC404 extends: goes in a circle: spec.yaml -> spec.yaml"),
        ({"spec": "x: {include: a.yaml}\n", "a": "include: b.yaml\n", "b": "y: [{include: a.yaml}]\n"},
         "b.yaml:1:15: error SPEC404 y[0].include: goes in a circle: spec.yaml -> a.yaml -> b.yaml -> a.yaml"),
        ({"spec": "extends: a.yaml\n", "a": "x: {include: b.yaml}\n", "b": "y: {include: spec.yaml}\n"},
         "b.yaml:1:14: error SPEC404 y.include: goes in a circle: spec.yaml -> a.yaml -> b.yaml -> spec.yaml"),
        ({"spec": "extends: [a.yaml, b.yaml]\n", "a": "x: {include: c.yaml}\n", "b": "x: {include: c.yaml}\n",
          "c": "y: {include: b.yaml}\n"},
         "b.yaml:1:14: error SPEC404 x.include: goes in a circle: spec.yaml -> a.yaml -> c.yaml -> b.yaml -> c.yaml"),
        ({"spec": "extends: []\n"}, "spec.yaml:1:10: error SPEC401 extends: 'extends' takes the path of a file, or a list of them"),
        ({"spec": "extends:\n"}, "spec.yaml:1:9: error SPEC401 extends: 'extends' takes the path of a file, or a list of them"),
        ({"spec": "x: {include: {a: b.yaml}}\n"},
         "spec.yaml:1:14: error SPEC401 x.include: 'include' takes the path of a file, or a list of them"),
        ({"spec": "include: a.yaml\n"}, "spec.yaml:1:1: error SPEC406 include: 'include' does not stand here: it is for a part of a spec"),
        ({"spec": "extends: a.yaml\n", "a": "include: b.yaml\n"},
         "a.yaml:1:1: error SPEC406 include: 'include' does not stand here: it is for a part of a spec"),
        ({"spec": "x: {extends: a.yaml}\n"},
         "spec.yaml:1:5: error SPEC406 x.extends: 'extends' does not stand here: only the root of a spec or a base has it"),
        ({"spec": "x: {include: a.yaml}\n", "a": "extends: b.yaml\n"},
         "a.yaml:1:1: error SPEC406 extends: 'extends' does not stand here: only the root of a spec or a base has it"),
        ({"spec": "x: {include: a.yaml, b: 1}\n", "a": "[1]\n"},
         "spec.yaml:1:4: error SPEC407 x: found a mapping over a list, at a.yaml:1:1"),
    ],
)  # fmt: skip
def test_files_that_do_not_fit_each_other_are_refused(refuse: Refuse, files: dict[str, str], message: str) -> None:
    assert refuse(**files) == message


@pytest.mark.parametrize(
    ("fragment", "spec", "result"),
    [
        ("{a: 1}", "x: {include: part.yaml}", {"x": {"a": 1}}),
        ("{a: 1, b: 1}", "x: {include: part.yaml, b: 2, c: 3}", {"x": {"a": 1, "b": 2, "c": 3}}),
        ("{a: {b: 1, c: 1}}", "x: {include: part.yaml, a: {c: null}}", {"x": {"a": {"b": 1}}}),
        ("[1, 2]", "x: {include: part.yaml}", {"x": [1, 2]}),
        ("[1, 2]", "x: [{include: part.yaml}, 3]", {"x": [[1, 2], 3]}),
        ("{a: 1}", "x: [{include: part.yaml}, {include: part.yaml, a: 2}]", {"x": [{"a": 1}, {"a": 2}]}),
        ("text", "x: {include: part.yaml}", {"x": "text"}),
        ("{a: 1}", "x: {include: [part.yaml, other.yaml]}", {"x": {"a": 9, "b": 9}}),
        ("[{hub: a, c: 1}]", "near: {include: [part.yaml, near.yaml]}", {"near": [{"hub": "a", "c": 2}, {"hub": "b"}]}),
        ("a: {include: inner.yaml, c: 2}", "x: {include: part.yaml, b: 3}", {"x": {"a": {"d": 1, "c": 2}, "b": 3}}),
        ("{}", "x: {include: part.yaml}", {"x": {}}),
    ],
)
def test_a_fragment_stands_where_it_is_named_and_keys_beside_it_go_over_it(
    compose: Compose, fragment: str, spec: str, result: object
) -> None:
    found = compose(
        part=fragment, other="{a: 9, b: 9}\n", near="[{hub: a, c: 2}, {hub: b}]\n", inner="{d: 1, c: 1}\n", spec=spec
    )
    assert found.value == result


def test_a_fragment_in_an_overlay_goes_over_the_base(compose: Compose) -> None:
    document = compose(
        base="x: {a: 1, b: 1, c: 1, d: 1}\n", part="{b: 2, c: 2}\n",
        spec="extends: base.yaml\nx: {include: part.yaml, c: 3, d: null}\n",
    )  # fmt: skip
    assert document.value == {"x": {"a": 1, "b": 2, "c": 3}}


def test_a_null_beside_a_fragment_removes_from_the_fragment_and_from_the_base(compose: Compose, refuse: Refuse) -> None:
    files = {"base": "x: {a: 1, b: 1}\n", "part": "{b: 2, c: 2}\n"}
    assert compose(**files, spec="extends: base.yaml\nx: {include: part.yaml, b: null}\n").value == {
        "x": {"a": 1, "c": 2}
    }
    assert refuse(**files, spec="extends: base.yaml\nx: {include: part.yaml, z: null}\n") == (
        "spec.yaml:2:28: error SPEC408 x.z: 'null' removes what is inherited, but nothing gives 'z'"
    )


def test_a_base_with_mistakes_is_told_once_in_its_file_with_every_other_mistake(refuse: Refuse) -> None:
    assert refuse(
        spec="extends: [left.yaml, right.yaml]\nx: {include: part.yaml}\ny: {include: part.yaml}\nz: {include: none.yaml}\n",
        left="extends: root.yaml\n", right="extends: root.yaml\n", root="a: 1\na: 2\n", part="b: [\n",
    ).splitlines() == [
        "part.yaml:2:1: error SPEC104 is not YAML: did not find expected node content",
        "root.yaml:2:1: error SPEC112 key 'a' is given twice, first on line 1",
        "spec.yaml:4:14: error SPEC403 z.include: 'none.yaml' cannot be read: No such file or directory",
    ]  # fmt: skip


def test_an_empty_base_and_one_that_is_not_utf_8_are_told_in_their_files(
    write: Callable[[dict[str, str]], Path], refuse: Refuse
) -> None:
    folder = write({"empty.yaml": "# nothing\n"}).parent
    (folder / "latin.yaml").write_bytes(b"a: \xe9\n")
    assert refuse(spec="extends: [empty.yaml, latin.yaml]\n").splitlines() == [
        "empty.yaml:1:1: error SPEC106 is empty",
        "latin.yaml:1:4: error SPEC102 is not UTF-8 text",
    ]


def test_a_byte_order_mark_and_foreign_line_ends_in_a_base_do_not_shift_places(compose: Compose) -> None:
    document = compose(base="\ufeffa: 1\r\nb:\r\n  c: x\r\n", spec="\ufeffextends: base.yaml\r\nb: {d: 1}\r\n")
    assert document.value == {"a": 1, "b": {"c": "x", "d": 1}}
    assert document.where(("b", "c")) == "base.yaml:3:6"
    assert document.where(("b", "d")) == "spec.yaml:2:8"
    assert document.diagnostic("X", "m", ("b", "c"), remedy="r").line_text == "  c: x"


def test_a_base_of_an_older_version_is_told_how_to_migrate_itself(refuse: Refuse) -> None:
    told = refuse(base="apiVersion: geofleet/v1alpha1\n", spec="extends: base.yaml\napiVersion: geofleet/v1\n")
    assert told.startswith("base.yaml:1:13: error SPEC501 apiVersion: 'geofleet/v1alpha1' is an older version")
    assert len(told.splitlines()) == 1


def test_thirty_two_files_are_read_and_one_more_is_not(compose: Compose, refuse: Refuse) -> None:
    files = {f"f{n}": f"extends: f{n + 1}.yaml\nk{n}: {n}\n" for n in range(FILES_MAX - 1)}
    last = {f"f{FILES_MAX - 1}": "last: 1\n"}
    assert len(compose(**files, **last, spec="extends: f0.yaml\n").value) == FILES_MAX
    more = {f"f{FILES_MAX - 1}": f"extends: f{FILES_MAX}.yaml\n", f"f{FILES_MAX}": "last: 1\n"}
    assert refuse(**files, **more, spec="extends: f0.yaml\n") == (
        "f31.yaml:1:10: error SPEC405 extends: this is one file more than the 32 that a spec may extend and include"
    )


def test_the_depth_limit_counts_fragments_in_fragments(compose: Compose, refuse: Refuse) -> None:
    def nested(levels: int, inner: str) -> str:
        return "{a: " * levels + inner + "}" * levels + "\n"

    half = DEPTH_MAX // 2
    fine = {"spec": nested(half, "{include: part.yaml}"), "part": nested(half, "1")}
    assert compose(**fine).value["a"]
    deep = {**fine, "part": nested(half + 1, "1")}
    assert refuse(**deep).endswith("is nested deeper than 32 levels with its fragments")
    chain = {f"f{n}": nested(28, f"{{include: f{n + 1}.yaml}}") for n in range(31)}
    told = refuse(**chain, f31="a: 1\n", spec="x: {include: f0.yaml}\n")
    assert told.endswith("is nested deeper than 32 levels with its fragments")
    # Each fragment is used flat before it is used deep, so no single way down is too deep at first.
    backwards = "".join(f"x{n}: {{include: f{n}.yaml}}\n" for n in range(31, -1, -1))
    assert refuse(**chain, f31="a: 1\n", spec=backwards).endswith("is nested deeper than 32 levels with its fragments")


ATTACKS = {
    "laughs": {f"f{n}": f"a: {{include: f{n + 1}.yaml}}\nb: {{include: f{n + 1}.yaml}}\n" for n in range(31)}
    | {"f31": "a: 1\n", "spec": "x: {include: f0.yaml}\n"},
    "laughs with keys": {
        f"f{n}": f"a: {{include: f{n + 1}.yaml, c: 1}}\nb: {{include: f{n + 1}.yaml, c: 2}}\n" for n in range(25)
    }
    | {"f25": "a: {a: 1}\n", "spec": "x: {include: f0.yaml}\n"},
    "one wide fragment often": {
        "part": "".join(f"k{n}: 1\n" for n in range(30_000)),
        "spec": "".join(f"x{n}: {{include: part.yaml, a: 1}}\n" for n in range(15_000)),
    },
    "one long text often": {
        "part": f"a: {'x' * 1_000_000}\n", "spec": "".join(f"x{n}: {{include: part.yaml}}\n" for n in range(15_000)),
    },
    "many values": {f"f{n}": "".join(f"k{k}: 1\n" for k in range(40_000)) for n in range(3)}
    | {"spec": "extends: [f0.yaml, f1.yaml, f2.yaml]\n"},
    "many bytes": {f"f{n}": f"a: {'x' * 1_000_000}\n" for n in range(6)}
    | {"spec": f"extends: [{', '.join(f'f{n}.yaml' for n in range(6))}]\n"},
    "aliases": {"part": "a: &a [1, 2, 3]\nb: [" + ", ".join(["*a"] * 50) + "]\n",
                "spec": "".join(f"x{n}: {{include: part.yaml}}\n" for n in range(2000))},
}  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_billion_includes_are_refused_in_no_time(refuse: Refuse, attack: str) -> None:
    # One second where it was written; without the limit each would take hours.
    started = time.process_time()
    assert " error SPEC405 " in refuse(**ATTACKS[attack])
    assert time.process_time() - started < 6


def test_a_billion_includes_fit_into_256_mib(write: Callable[[dict[str, str]], Path]) -> None:
    for attack, files in ATTACKS.items():
        spec = write({f"{name}.yaml": text for name, text in files.items()})
        program = (
            "import pathlib, sys\nfrom schemas.errors import FleetError\nfrom schemas.loading import load_spec\n"
            "try:\n    load_spec(pathlib.Path(sys.argv[1]))\nexcept FleetError as error:\n    print(error)\n"
        )
        # 512 MiB of address space hold the interpreter, its libraries and the 256 MiB that the files may take.
        done = subprocess.run(
            [sys.executable, "-c", program, str(spec)],
            capture_output=True, text=True, timeout=60, cwd=ROOT, check=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (512 << 20, 512 << 20)),
        )  # fmt: skip
        assert "SPEC405" in done.stdout, attack


def test_the_size_of_all_files_is_limited_to_the_byte(compose: Compose, refuse: Refuse) -> None:
    files = {f"f{n}": f"k{n}: {'x' * 1_000_000}\n" for n in range(4)}
    used = sum(len(text) for text in files.values())
    spec = "extends: [f0.yaml, f1.yaml, f2.yaml, f3.yaml, f4.yaml]\n"
    rest = BYTES_TOTAL_MAX - used - len(spec) - len("last: \n")
    assert compose(**files, f4=f"last: {'x' * rest}\n", spec=spec).value["last"]
    assert refuse(**files, f4=f"last: {'x' * (rest + 1)}\n", spec=spec) == (
        "spec.yaml:1:47: error SPEC405 extends[4]: with this file the spec is larger than 4,194,304 bytes"
    )


def test_the_same_files_compose_to_the_same_value_whatever_was_read_before(compose: Compose) -> None:
    files = {"a": "x: {include: p.yaml}\n", "b": "extends: a.yaml\nx: {k: 2}\n", "p": "k: 1\n"}
    first = compose(**files, spec="extends: [a.yaml, b.yaml]\n")
    again = compose(**files, spec="extends: [a.yaml, b.yaml]\n")
    assert first.value == again.value == {"x": {"k": 2}}
    assert first.where(("x", "k")) == again.where(("x", "k")) == "b.yaml:2:8"


def test_mistakes_are_told_up_to_the_limit(compose: Compose) -> None:
    with pytest.raises(InvalidDocumentError) as caught:
        compose(base="a: 1\n", spec="extends: base.yaml\n" + "".join(f"k{n}: null\n" for n in range(500)))
    assert len(caught.value.diagnostics) == 100


def test_what_is_composed_is_read_from_the_disk_once(
    write: Callable[[dict[str, str]], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = write({
        "spec.yaml": "extends: [a.yaml, b.yaml]\nx: {include: p.yaml}\ny: {include: p.yaml}\n", "a.yaml": "extends: r.yaml\n",
        "b.yaml": "extends: r.yaml\n", "r.yaml": "k: 1\n", "p.yaml": "k: 1\n",
    })  # fmt: skip
    read: list[str] = []

    def recorded(path: Path, *, source: str = "") -> Document:
        read.append(path.name)
        return read_file(path, source=source)

    monkeypatch.setattr("schemas.loading.reading.read_file", recorded)
    composed(read_file(spec), spec)
    assert sorted(read) == ["a.yaml", "b.yaml", "p.yaml", "r.yaml"]
