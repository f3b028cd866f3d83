"""The systemd unit: judged by systemd's own tools, and its command run as a plain process."""

import configparser
import re
import shlex
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from dunghan.store.database import connect, migrate
from tests.deployments.conftest import SCRIPT
from tests.prefect_server import environment

UNIT = Path(__file__).parents[2] / "deployments" / "systemd" / "dunghan.service"
INSTALLED, KEPT = "/opt/dunghan/.venv/bin/dunghan", "/var/lib/dunghan"

analyze = pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="systemd-analyze (package systemd) is not here"
)


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit as it would be here: the command where we have it."""
    here = tmp_path / "dunghan.service"
    here.write_text(UNIT.read_text().replace(INSTALLED, str(SCRIPT)))
    return here


def _analyze(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", *map(str, words)], capture_output=True, text=True, check=False, timeout=60
    )


@analyze
def test_systemd_finds_no_fault_in_it(unit: Path) -> None:
    done = _analyze("verify", unit)
    assert (done.returncode, done.stderr) == (0, "")


@analyze
def test_it_is_well_closed_off(unit: Path) -> None:
    done = _analyze("security", "--offline=true", "--threshold=20", "--no-pager", unit)
    assert done.returncode == 0, done.stdout.splitlines()[-1]


def test_its_command_is_one_that_we_understand(tmp_path: Path) -> None:
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(UNIT.read_text())
    service = parser["Service"]
    engine = connect(f"sqlite:///{tmp_path}/var/dunghan.db")
    migrate(engine)
    engine.dispose()
    words = shlex.split(service["ExecStart"])
    assert words[0] == INSTALLED and service["WorkingDirectory"] == KEPT
    assert int(service["TimeoutStopSec"]) > 90, "longer than runner and server may take to end"
    told = re.findall(r"^Environment=(.*)$", UNIT.read_text(), re.MULTILINE)
    variables = dict(word.split("=", 1) for line in told for word in shlex.split(line.replace(KEPT, str(tmp_path))))
    assert set(variables) >= {"HOME", "LANG", "PREFECT_UI_STATIC_DIRECTORY"}
    with socket.socket() as taken:  # so that it is stopped by the last of its own checks
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [str(SCRIPT), *(port if word == "4200" else word for word in words[1:])], cwd=tmp_path,
            env=environment() | variables, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert f"Port {port} is in use" in done.stderr
