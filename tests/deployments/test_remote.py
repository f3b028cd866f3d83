"""`dunghan run --remote` where no server can be used."""

import pytest

from config.settings import Settings
from deployments.remote import trigger
from deployments.server import free_port, require_free
from dunghan.engine.context import Context
from models.errors import ServerTrouble


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


def test_a_free_port_is_free_and_one_in_use_is_told() -> None:
    import socket

    require_free("127.0.0.1", free_port())
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ServerTrouble, match="--port"):
            require_free("127.0.0.1", taken.getsockname()[1])
