"""The top-level names are plain words: nobody else here may claim them. And the contract of purity is complete."""

import tomllib
from importlib.metadata import distributions
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = ("config", "models", "flows", "deployments", "dunghan")


def _top_levels(files: list[str]) -> set[str]:
    """The names that a distribution's files put on the import path.

    >>> sorted(_top_levels(["models/__init__.py", "models.py", "_x.pth", "a-1.dist-info/METADATA", "../bin/a"]))
    ['models']
    """
    names = {file.split("/")[0] for file in files if file.endswith((".py", ".so", ".pyi"))}
    return {name.split(".")[0] for name in names if not name.startswith("..")}


@pytest.mark.parametrize("name", OURS)
def test_no_other_distribution_claims_our_names(name: str) -> None:
    claimed = {
        dist.name
        for dist in distributions()
        if dist.name != "dunghan"
        and name
        in _top_levels([str(f) for f in dist.files or ()]) | set((dist.read_text("top_level.txt") or "").split())
    }
    assert not claimed, f"{name} is claimed by {claimed} too: the import path decides who wins"


@pytest.mark.parametrize("name", OURS)
def test_our_names_are_imported_from_this_checkout(name: str) -> None:
    spec = find_spec(name)
    assert spec is not None
    assert spec.origin is not None, f"{name}/ has no __init__.py"
    assert Path(spec.origin).is_relative_to(ROOT / name)


def test_every_value_model_stands_in_the_contract_of_purity() -> None:
    """import-linter cannot say "all of models but the tables", so the list is held here."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    pure = next(c for c in settings["contracts"] if c["id"] == "pure")
    modules = {
        f"models.{p.stem}" for p in (ROOT / "models").iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()
    }
    tables = {"models.append_only", "models.instant", "models.migrations", "models.tables"}
    assert modules - {"models.__init__"} - tables == {m for m in pure["source_modules"] if m.startswith("models.")}
    assert tables <= set(pure["forbidden_modules"])
