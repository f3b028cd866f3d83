"""A host that stands in another time zone does the same."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from models.timezone import local_day
from tests.chaos.conftest import MORNINGS, Installation, Whole
from tests.chaos.stage import PLAN, left

pytestmark = pytest.mark.xdist_group("chaos")


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati"])
@pytest.mark.parametrize(
    "database_url", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
def test_a_sender_in_another_time_zone_does_the_same(installation: Installation, whole: Whole, zone: str) -> None:
    for morning in MORNINGS[:2]:
        assert not installation.one(("run", PLAN, morning), zone=zone).error
    last = MORNINGS[1]
    assert left(installation.db).until(last) == whole.left.until(last)
    assert installation.sink.counts() == Counter(whole.left.until(last).messages.keys())


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_command_in_another_time_zone_means_vietnam_by_a_bare_day(
    installation: Installation, whole: Whole, tmp_path: Path
) -> None:
    """A process of its own: nothing that a module keeps from its import escapes."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("DUNGHAN_", "PREFECT_", "PYTEST_", "COV_"))}
    kept |= {f"DUNGHAN_{name.upper()}": value for name, value in installation.settings.items()}
    day = f"{local_day(MORNINGS[0])}"
    done = subprocess.run(
        [Path(sys.executable).parent / "dunghan", "run", PLAN, "--as-of", day, "--json"], cwd=tmp_path,
        env=kept | {"TZ": "Pacific/Kiritimati"}, capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["as_of"] == f"{day}T08:00:00+07:00"
    assert left(installation.db).until(MORNINGS[0]) == whole.left.until(MORNINGS[0])
