"""The built wheel carries everything, and works away from the checkout with nothing but its dependencies."""

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
OURS = ("config", "models", "flows", "deployments", "dunghan")

pytestmark = pytest.mark.xdist_group("wheel")  # one worker, so that it is built and installed once


def _environment() -> dict[str, str]:
    """This process's variables without those that would lead back to the checkout or to an installation."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("DUNGHAN_", "PYTHON", "COV_", "PYTEST_"))}


def _run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd, env=_environment(), capture_output=True, text=True, encoding="utf-8", timeout=120, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built by this environment's own hatchling: no isolation, so no index is asked."""
    target = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", target, cwd=ROOT)
    (built,) = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def elsewhere(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that holds the wheel.

    A .pth lends it our dependencies; that of our own editable install, which lies among them, is not read from there.
    """
    place = tmp_path_factory.mktemp("elsewhere") / "venv"
    venv.create(place, with_pip=False)
    python = place / "bin" / "python"
    site = Path(_run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=place).strip())
    borrowed = dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib"))
    site.joinpath("borrowed.pth").write_text("\n".join(borrowed) + "\n", encoding="utf-8")
    install = ("install", "--quiet", "--no-deps", "--no-index", "--ignore-installed", "--no-input", wheel)
    _run(sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python, *install, cwd=place)
    return place


def test_carries_every_file_of_every_package(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    ours = {
        path.relative_to(ROOT).as_posix()
        for package in OURS
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert ours - held == set(), "git-ignored files do not travel: see .gitignore"
    assert held - ours == set()
    for file in (
        "config/plans/ha-giang-168-2016.yaml",
        "config/plans/sources/ha-giang-168-2016.txt",
        "config/offices/vietnam-2021.csv",
        "config/calendar.yaml",
        "config/templates/reminder.vi.txt",
        "models/migrations/script.py.mako",
        "dunghan/py.typed",
    ):
        assert file in held


def test_is_imported_from_its_own_environment(elsewhere: Path, tmp_path: Path) -> None:
    code = f"import {', '.join(OURS)}; print(*(m.__file__ for m in ({', '.join(OURS)})), sep='\\n')"
    found = _run(elsewhere / "bin" / "python", "-c", code, cwd=tmp_path).splitlines()
    assert [Path(file).is_relative_to(elsewhere) for file in found] == [True] * len(OURS), found


def test_checks_the_plans_from_another_folder(elsewhere: Path, tmp_path: Path) -> None:
    _run(elsewhere / "bin" / "dunghan", "plan", "check", cwd=tmp_path)
    assert list(tmp_path.iterdir()) == [], "a reading command leaves nothing behind"


def test_migrates_a_database_from_another_folder(elsewhere: Path, tmp_path: Path) -> None:
    _run(elsewhere / "bin" / "dunghan", "init", cwd=tmp_path)
    assert (tmp_path / "var" / "dunghan.db").is_file()
