"""The lock: exact versions with hashes, no address, and what pyproject.toml asks for."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = ("run.txt", "dev.txt")


def _requirements(lock: str) -> list[str]:
    """The lock's entries, each with its continuation lines folded into one."""
    text = (ROOT / "requirements" / lock).read_text(encoding="utf-8")
    return [line for line in text.replace("\\\n", " ").splitlines() if line.strip() and not line.startswith("#")]


def _pins(lock: str) -> dict[str, str]:
    found = (re.match(r"([A-Za-z0-9._-]+)(?:\[[^]]*])?==([^ ;]+)", line) for line in _requirements(lock))
    return {canonicalize_name(m[1]): m[2] for m in found if m}


@pytest.mark.parametrize("lock", LOCKS)
def test_names_no_address(lock: str) -> None:
    text = (ROOT / "requirements" / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert " @ " not in text
    options = [line for line in text.splitlines() if line.startswith("-")]
    assert not options, f"an index or a link would stand in an option: {options}"


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_exact_and_has_hashes(lock: str) -> None:
    requirements = _requirements(lock)
    assert len(requirements) > 50
    entry = re.compile(r"[A-Za-z0-9._-]+(\[[^]]*])?==[^ ;]+( ; [^\\]*?)?(\s+--hash=sha256:[0-9a-f]{64})+\s*")
    assert not [line[:80] for line in requirements if not entry.fullmatch(line)]


def test_tests_run_on_the_versions_that_users_run() -> None:
    run, dev = _pins("run.txt"), _pins("dev.txt")
    assert {name: dev.get(name) for name in run} == run


def test_holds_what_pyproject_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    asked = {
        "run.txt": [*project["project"]["dependencies"], *groups["build"]],
        "dev.txt": [*project["project"]["dependencies"], *groups["build"], *groups["dev"]],
    }
    for lock, wanted in asked.items():
        pins = _pins(lock)
        for requirement in map(Requirement, wanted):
            pin = pins.get(canonicalize_name(requirement.name))
            assert pin is not None, f"{requirement.name} is not in {lock}: make lock"
            assert requirement.specifier.contains(pin, prereleases=True), f"{requirement} is {pin} in {lock}: make lock"
