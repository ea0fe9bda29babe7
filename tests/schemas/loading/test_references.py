"""Which files a spec may read: those inside its repository, and no others."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from schemas import locations
from schemas.diagnostics import InvalidDocumentError
from schemas.document import Document
from schemas.loading import load_spec, load_spec_text
from schemas.loading.references import CHARACTERS_MAX, home_of

Compose = Callable[..., Document]
Refuse = Callable[..., str]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/etc/base.yaml", "SPEC402 extends: '/etc/base.yaml' is not a relative path"),
        ("//etc/base.yaml", "SPEC402 extends: '//etc/base.yaml' is not a relative path"),
        ("~/base.yaml", "SPEC402 extends: '~/base.yaml' is not a relative path"),
        ("~root/base.yaml", "SPEC402 extends: '~root/base.yaml' is not a relative path"),
        ("\\base.yaml", "SPEC402 extends: '\\base.yaml' is not a relative path"),
        ("C:\\base.yaml", "SPEC402 extends: 'C:\\base.yaml' is a URL"),
        ("https://specs.example/base.yaml", "SPEC402 extends: 'https://specs.example/base.yaml' is a URL"),
        ("git+ssh://specs.example/base.yaml", "SPEC402 extends: 'git+ssh://specs.example/base.yaml' is a URL"),
        ("file:///etc/base.yaml", "SPEC402 extends: 'file:///etc/base.yaml' is a URL"),
        ("file:base.yaml", "SPEC402 extends: 'file:base.yaml' is a URL"),
        ("../base.yaml", "SPEC402 extends: '../base.yaml' leads out of the spec's folder"),
        ("a/../../base.yaml", "SPEC402 extends: 'a/../../base.yaml' leads out of the spec's folder"),
        ("../" * 60 + "base.yaml", f"SPEC402 extends: '{'../' * 19}...' leads out of the spec's folder"),
        (".", "SPEC402 extends: '.' is not a YAML file"),
        ("base.json", "SPEC402 extends: 'base.json' is not a YAML file"),
        (".git/config", "SPEC402 extends: '.git/config' is not a YAML file"),
        ("base.yaml/", "SPEC403 extends: 'base.yaml/' cannot be read: No such file or directory"),
        ("${HOME}.yaml", "SPEC403 extends: '${HOME}.yaml' cannot be read: No such file or directory"),
        ("b" * 300 + ".yaml", f"SPEC403 extends: '{'b' * 57}...' cannot be read: File name too long"),
        ("b/" * 240 + "c.yaml", f"SPEC403 extends: '{'b/' * 28}b...' cannot be read: No such file or directory"),
        ("b" * (CHARACTERS_MAX + 1), "SPEC402 extends: the path is longer than 500 characters"),
    ],
    ids=lambda value: value[:30],
)
def test_a_path_that_leads_elsewhere_or_nowhere_is_refused_at_its_place(
    refuse: Refuse, path: str, message: str
) -> None:
    assert refuse(spec=f"extends: '{path}'\n") == f"spec.yaml:1:10: error {message}"


def test_a_null_character_never_reaches_the_file_system(refuse: Refuse) -> None:
    assert refuse(spec='extends: "base\\0.yaml"\n').startswith("spec.yaml:1:10: error SPEC103 control character U+0000")


def test_the_nearest_file_is_named(compose: Compose) -> None:
    with pytest.raises(InvalidDocumentError, match=r"Did you mean 'bases/production\.yaml'\?"):
        compose(spec="extends: bases/prodution.yaml\n", bases__production="a: 1\n")


def test_a_link_inside_is_followed_and_one_that_leads_out_is_not(
    write: Callable[[dict[str, str]], Path], refuse: Refuse, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "base.yaml").write_text("a: 1\n")
    folder = write({"real.yaml": "a: 1\n", "secret.pem": "a: 1\n"}).parent
    for name, target in {
        "inside": folder / "real.yaml", "out": outside / "base.yaml", "other": folder / "secret.pem",
        "circle": folder / "circle.yaml", "gone": folder / "gone-too.yaml",
    }.items():  # fmt: skip
        (folder / f"{name}.yaml").symlink_to(target)
    (folder / "folder").symlink_to(outside)
    told = refuse(spec="extends: [inside.yaml, out.yaml, folder/base.yaml, other.yaml, circle.yaml, gone.yaml]\n")
    assert [line.split(": ", 2)[2] for line in told.splitlines()] == [
        "'out.yaml' follows a link out of the spec's folder",
        "'folder/base.yaml' follows a link out of the spec's folder",
        "'other.yaml' is not a YAML file",
        "'circle.yaml' cannot be read: its links lead in a circle",
        "'gone.yaml' cannot be read: No such file or directory",
    ]


def test_a_pipe_or_a_folder_is_not_waited_for(write: Callable[[dict[str, str]], Path], refuse: Refuse) -> None:
    folder = write({}).parent
    os.mkfifo(folder / "pipe.yaml")
    (folder / "folder.yaml").mkdir()
    started = time.monotonic()
    assert refuse(spec="extends: [pipe.yaml, folder.yaml]\n") == (
        "spec.yaml:1:11: error SPEC403 extends[0]: 'pipe.yaml' cannot be read: it is not a file\n"
        "spec.yaml:1:22: error SPEC403 extends[1]: 'folder.yaml' cannot be read: it is not a file"
    )
    assert time.monotonic() - started < 10


def test_a_file_is_found_from_the_folder_of_the_file_that_names_it(compose: Compose) -> None:
    document = compose(
        spec="extends: a/base.yaml\n", a__base="extends: ../b/base.yaml\nx: {include: parts/x.yaml}\n", b__base="b: 1\n",
        a__parts__x="c: 1\n",
    )  # fmt: skip
    assert document.value == {"b": 1, "x": {"c": 1}}
    assert document.where(("b",)) == "b/base.yaml:1:4"
    assert document.where(("x", "c")) == "a/parts/x.yaml:1:4"


def test_the_root_is_the_repository_else_the_checkout_else_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "repository" / "stacks"
    folder.mkdir(parents=True)
    spec = folder / "spec.yaml"
    spec.write_text("a: 1\n")
    assert home_of(spec, source="spec.yaml").root == folder
    monkeypatch.setattr(locations, "REPOSITORY", tmp_path)
    assert home_of(spec, source="spec.yaml").root == tmp_path
    (tmp_path / "repository" / ".git").write_text("gitdir: elsewhere\n")
    assert home_of(spec, source="spec.yaml").root == tmp_path / "repository"


def test_a_base_in_the_repository_above_the_folder_is_read_and_one_above_the_repository_is_not(tmp_path: Path) -> None:
    stacks = tmp_path / "repository" / "stacks"
    stacks.mkdir(parents=True)
    (tmp_path / "repository" / ".git").mkdir()
    (tmp_path / "base.yaml").write_text("a: 1\n")
    (stacks.parent / "base.yaml").write_text("zzz: 1\n")
    spec = stacks / "spec.yaml"
    spec.write_text("extends: ../base.yaml\n")
    with pytest.raises(InvalidDocumentError, match=r"^base\.yaml:1:1: error SPEC201 zzz: is not a known key"):
        load_spec(spec, source="stacks/spec.yaml")
    spec.write_text("extends: ../../base.yaml\n")
    with pytest.raises(
        InvalidDocumentError, match=r"SPEC402 extends: '\.\./\.\./base\.yaml' leads out of the repository"
    ):
        load_spec(spec, source="stacks/spec.yaml")


def test_files_are_named_as_the_spec_is_and_in_full_where_a_link_led_to_it(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir()
    (real / "base.yaml").write_text("zzz: 1\n")
    (real / "spec.yaml").write_text("extends: base.yaml\n")
    (tmp_path / "link.yaml").symlink_to(real / "spec.yaml")
    for path, source, named in [
        (real / "spec.yaml", "stacks/spec.yaml", "stacks/base.yaml"),
        (real / "spec.yaml", "", f"{real}/base.yaml"),
        (tmp_path / "link.yaml", "link.yaml", f"{real}/base.yaml"),
    ]:
        with pytest.raises(InvalidDocumentError, match=f"^{named}:1:1: error SPEC201 zzz: is not a known key"):
            load_spec(path, source=source)


def test_text_from_nowhere_names_no_files_and_text_of_a_file_does(tmp_path: Path) -> None:
    with pytest.raises(
        InvalidDocumentError, match=r"^s\.yaml:1:10: error SPEC403 extends: text that was not read from a "
    ):
        load_spec_text("extends: base.yaml\n", source="s.yaml")
    (tmp_path / "base.yaml").write_text("zzz: 1\n")
    with pytest.raises(InvalidDocumentError, match=r"^base\.yaml:1:1: error SPEC201 zzz: is not a known key"):
        load_spec_text("extends: base.yaml\n", source="s.yaml", path=tmp_path / "s.yaml")
