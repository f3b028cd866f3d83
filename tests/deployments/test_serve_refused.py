"""`dunghan serve` where it cannot work: one line that says what to do, before anything is started."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from config.settings import Settings
from deployments.access import access
from deployments.lock import only_one
from deployments.server import free_port, require_free
from dunghan.engine import prefect_api
from dunghan.engine.context import Context
from dunghan.store.database import connect, migrate
from models.errors import ServerTrouble
from tests.deployments.conftest import SCRIPT
from tests.prefect_server import environment

Serve = Callable[..., str]


@pytest.fixture
def refused(tmp_path: Path) -> Serve:
    """Serve with this environment, which must fail, and return the one line."""

    def serve(*words: str, **env: str) -> str:
        done = subprocess.run(
            [str(SCRIPT), "serve", *(words or ("--port", str(free_port()), "--no-portal"))], cwd=tmp_path,
            env=environment(HOME=str(tmp_path)) | env, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        assert done.returncode == 1, done
        assert done.stderr.count("\n") == 1, done.stderr
        return done.stderr

    return serve


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A folder with a database."""
    engine = connect(f"sqlite:///{tmp_path}/var/dunghan.db")
    migrate(engine)
    engine.dispose()
    return tmp_path


def test_a_database_in_a_folder_that_is_not_there(refused: Serve) -> None:
    told = refused(DUNGHAN_DATABASE_URL="sqlite:///nowhere/dunghan.db")
    assert "nowhere/dunghan.db" in told and "dunghan init" in told


def test_a_database_server_that_does_not_answer(refused: Serve) -> None:
    told = refused(DUNGHAN_DATABASE_URL=f"postgresql://dunghan:geheim@127.0.0.1:{free_port()}/dunghan")
    assert "does not answer: start it" in told and "DUNGHAN_DATABASE_URL" in told
    assert "geheim" not in told


@pytest.mark.slow
def test_a_database_server_of_prefect_that_does_not_answer(refused: Serve, installed: Path) -> None:
    address = f"postgresql+asyncpg://prefect:geheim@127.0.0.1:{free_port()}/prefect"
    told = refused(PREFECT_SERVER_DATABASE_CONNECTION_URL=address)
    assert "Prefect's database does not answer: start it, or correct PREFECT_SERVER_DATABASE_CONNECTION_URL" in told
    assert "geheim" not in told + (installed / "var" / "log" / "dunghan.log").read_text()


def test_a_port_in_use(refused: Serve, installed: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"Port {port} is in use" in refused("--port", str(port), "--no-portal")
        here = ("--port", str(free_port()), "--portal-port", str(port))
        told = refused(*here, DUNGHAN_SECRET_KEY="x" * 32)
        assert f"Port {port} is in use" in told and "--portal-port" in told
        told = refused("--port", "42001", "--portal-port", "42001", DUNGHAN_SECRET_KEY="x" * 32)
        assert "Port 42001 is the Prefect server's" in told
    assert not list((installed / "var" / "log").iterdir()), "nothing was started"


def test_a_folder_that_cannot_be_written(refused: Serve, installed: Path) -> None:
    (installed / "var" / "prefect").touch()
    assert "var/prefect cannot be written: serve in the installation's folder" in refused()


def test_an_address_that_is_not_of_this_machine() -> None:
    with pytest.raises(ServerTrouble, match="--host"):
        require_free("192.0.2.77", free_port())


def test_a_second_copy_is_told_who_is_first(tmp_path: Path, installed: Path) -> None:
    home = tmp_path / "var" / "prefect"
    first = Context(Settings(database_url=f"sqlite:///{installed}/var/dunghan.db"))
    with only_one(first, home):
        for other in (home, tmp_path / "elsewhere"):  # with its Prefect, or on its database alone
            with pytest.raises(ServerTrouble, match=rf"process {os.getpid()}\): stop that one first"):
                _hold(Context(first.settings), other)
    _hold(first, home)


def _hold(context: Context, home: Path) -> None:
    with only_one(context, home):
        pass


@pytest.mark.postgres
@pytest.mark.xdist_group("postgres")
@pytest.mark.parametrize("database_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_a_second_copy_on_one_postgres_is_refused(context: Context, db: Engine, tmp_path: Path) -> None:
    with only_one(context, tmp_path / "a"), pytest.raises(ServerTrouble, match="runs already on the database"):
        _hold(Context(context.settings), tmp_path / "b")
    _hold(context, tmp_path / "a")


def test_a_lock_ends_with_its_holder(tmp_path: Path, installed: Path) -> None:
    holder = (
        "import sys, time; from pathlib import Path; from deployments.lock import only_one\n"
        "from dunghan.engine.context import Context\n"
        "with only_one(Context(), Path('home')): print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holder], cwd=installed, stdout=subprocess.PIPE, env=environment(PYTHONSAFEPATH="1")
    ) as process:
        assert process.stdout and process.stdout.readline() == b"held\n"
        process.kill()
    _hold(Context(Settings(database_url=f"sqlite:///{installed}/var/dunghan.db")), installed / "home")


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No variables of Prefect, and an empty folder."""
    for name in [n for n in os.environ if n.startswith("PREFECT_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "var" / "prefect"


API = "http://127.0.0.1:4200/api"


def test_on_loopback_nobody_is_asked(bare: Path) -> None:
    assert access(bare, "127.0.0.1", API) == {}
    assert prefect_api.api() == (API, "")


def test_beyond_it_a_password_is_made_once_and_kept_for_its_owner(bare: Path) -> None:
    first = access(bare, "0.0.0.0", API)
    assert first == access(bare, "0.0.0.0", API)
    assert first["PREFECT_SERVER_API_AUTH_STRING"] == first["PREFECT_API_AUTH_STRING"]
    assert first["PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED"] == "true"
    assert (bare / "client.env").stat().st_mode & 0o777 == 0o600
    assert prefect_api.api() == (API, first["PREFECT_API_AUTH_STRING"])


def test_a_password_that_is_given_is_used_and_written_nowhere(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_SERVER_API_AUTH_STRING", "so:geheim")
    for host in ("0.0.0.0", "127.0.0.1"):
        assert access(bare, host, API)["PREFECT_API_AUTH_STRING"] == "so:geheim"
    assert "geheim" not in (bare / "client.env").read_text()


def test_our_servers_password_is_shown_to_no_other_server(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    access(bare, "0.0.0.0", API)
    monkeypatch.setenv("PREFECT_API_URL", "http://prefect.tinh.example/api")
    assert prefect_api.api() == ("http://prefect.tinh.example/api", "")
