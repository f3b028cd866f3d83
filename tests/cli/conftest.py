"""What the tests of the command line share: an installation in a temporary folder, and the command inside it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from dunghan.cli.main import main
from dunghan.store.database import connect, migrate

SCRIPT = Path(sys.executable).parent / "dunghan"
HEADER = "office,name,role,email,zalo,phone,language\n"
PEOPLE = (
    HEADER + "024,Nguyễn Thị Hoa,officer,hoa@ha-giang.example,,,vi\n"
    "026,Trần Văn Đức,,duc@dong-van.example,1234567,0912 345 678,vi\n"
    "027,Lý Mí Sính,officer,,998877,,en\n"
    "ha-giang.so-ldtbxh,Trần Thị Đầu Mối,coordinator,dau-moi@so-ldtbxh.example,,0900000001,vi\n"
    "ha-giang.so-ldtbxh,Lê Văn Cán Bộ,officer,can-bo@so-ldtbxh.example,,,vi\n"
)


class Said(NamedTuple):
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.out)

    def refused(self, code: int, *words: str) -> None:
        """It failed with this code and one line on stderr that holds the words."""
        assert self.code == code, self
        assert self.out == ""
        assert self.err.endswith("\n") and self.err.count("\n") == 1, self.err
        assert "Traceback" not in self.err
        for word in words:
            assert word in self.err


def clean_environment(**more: str) -> dict[str, str]:
    """This process's variables without those of an installation or of a Prefect profile."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("DUNGHAN_", "PREFECT_", "PYTEST_", "COV_"))}
    return kept | more


class Desk:
    """A folder with an installation; calling it runs a command there, in this process."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._monkeypatch, self._capsys = folder, monkeypatch, capsys

    def __call__(self, *words: str) -> Said:
        self._capsys.readouterr()
        self._monkeypatch.setattr(sys, "argv", ["dunghan", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = self._capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Said(ended.value.code, out, err)

    def ok(self, *words: str) -> str:
        """Run a command that must go well and say nothing on stderr; what it said."""
        said = self(*words)
        assert (said.code, said.err) == (0, ""), said
        return said.out

    def json(self, *words: str) -> Any:
        """Run a command with --json that must go well; its document."""
        return json.loads(self.ok(*words, "--json"))

    def set(self, **variables: str) -> None:
        """Set DUNGHAN_* variables."""
        for name, value in variables.items():
            self._monkeypatch.setenv(f"DUNGHAN_{name.upper()}", value)

    def write(self, name: str, text: str | bytes) -> str:
        """Write a file there; its name."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return name


@pytest.fixture
def empty_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    """A folder in which nothing was set up."""
    for name in list(os.environ):
        if name.startswith(("DUNGHAN_", "PREFECT_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return Desk(tmp_path, monkeypatch, capsys)


@pytest.fixture(scope="session")
def _database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("cli") / "dunghan.db"
    engine = connect(f"sqlite:///{file}")
    migrate(engine)
    engine.dispose()
    return file


@pytest.fixture
def desk(empty_desk: Desk, _database: Path) -> Desk:
    """A folder in which `dunghan init` has made the database; no contacts, no gateway."""
    (empty_desk.folder / "var").mkdir()
    shutil.copy(_database, empty_desk.folder / "var" / "dunghan.db")
    return empty_desk


@pytest.fixture
def staffed(desk: Desk) -> Desk:
    """The same with a few people in three districts of Hà Giang and at the lead."""
    desk.ok("contact", "import", desk.write("people.csv", PEOPLE))
    return desk


Shell = Callable[..., Said]


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Runs the installed `dunghan` script in a process of its own, in an empty folder."""

    def run(*words: str, cwd: Path = tmp_path, env: Mapping[str, str] | None = None) -> Said:
        done = subprocess.run(
            [str(SCRIPT), *words], cwd=cwd, env=clean_environment(**(env or {})), capture_output=True, timeout=120,
            check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        return Said(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run
