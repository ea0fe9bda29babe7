from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from schemas.locations import REPOSITORY


def setup(*arguments: str, cache: Path, path: str = "/usr/bin:/bin") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(REPOSITORY / "tools" / "setup.py"), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "XDG_CACHE_HOME": str(cache), "PATH": path},
    )


def test_an_unknown_step_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    done = setup("--only", "nonsense", cache=tmp_path)
    assert done.returncode == 2
    assert done.stderr == (
        "error: no step nonsense; there are: packages, engine, language-host, python, image, cometbft, etcd, simd, confio-relayer, airnode-feed, anvil, router\n"
    )


def test_a_machine_without_tools_is_told_everything_and_left_alone(tmp_path: Path) -> None:
    done = setup("--only", "image", "--only", "engine", cache=tmp_path / "cache", path=str(tmp_path))
    assert done.returncode == 6
    assert done.stderr.startswith("error: this machine is not ready for geofleet; nothing was changed:\n")
    assert "no Go on PATH; building engine needs it" in done.stderr
    assert "no apt-get here" in done.stderr
    assert sorted(file.name for file in (tmp_path / "cache" / "geofleet").iterdir()) == ["setup.lock"]


def test_an_old_python_gets_one_line_not_a_traceback(tmp_path: Path) -> None:
    program = (
        "import sys, runpy; sys.version_info = (3, 9, 2); sys.argv = [sys.argv[1]]; "
        "runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(REPOSITORY / "tools" / "setup.py")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("geofleet needs Python 3.11 or newer; this is ")
    assert len(done.stderr.splitlines()) == 1
