"""`dunghan run --remote` where no server can be used: one line, and no secret in it."""

import subprocess
from pathlib import Path

import pytest

from config.settings import Settings
from deployments.remote import trigger
from deployments.server import free_port
from dunghan.engine.context import Context
from models.errors import BadSettings, ServerTrouble
from tests.deployments.conftest import SCRIPT
from tests.prefect_server import environment


@pytest.fixture
def context() -> Context:
    return Context(Settings(database_url="sqlite:///none.db"))


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_no_server_is_told_with_how_to_start_one(context: Context) -> None:
    from prefect.settings import PREFECT_API_URL, temporary_settings

    with (
        temporary_settings({PREFECT_API_URL: f"http://127.0.0.1:{free_port()}/api"}),
        pytest.raises(ServerTrouble, match="dunghan serve"),
    ):
        trigger(context, "ha-giang-168-2016", None)


@pytest.mark.parametrize("address", ["nonsense", "http://[::1/api", "ftp://prefect.tinh.example/api", "http:///api"])
def test_what_is_no_address_is_told(address: str, context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", address)
    with pytest.raises(BadSettings, match=r"PREFECT_API_URL is no address: write http://host:4200/api\."):
        trigger(context, "ha-giang-168-2016", None)


@pytest.mark.parametrize("words", [("run", "ha-giang-168-2016", "--remote"), ("deploy",)], ids=["run", "deploy"])
def test_a_wrong_address_does_not_quote_env(words: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DUNGHAN_SECRET_KEY=geheim\n")
    done = subprocess.run(
        [str(SCRIPT), *words], cwd=tmp_path,
        env=environment(HOME=str(tmp_path), PREFECT_API_URL="http://[::1/api"),
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "geheim" not in done.stdout + done.stderr
