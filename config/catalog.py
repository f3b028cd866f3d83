"""The catalogue: plans, offices, calendar, ladder and templates, each read once when first asked for."""

import csv
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from config import yaml_lines
from config.settings import Settings
from dunghan.core import plan_check
from dunghan.core.calendar import WorkCalendar
from dunghan.core.templates import Template
from models.base import Text, Value
from models.errors import BadFile, PlanNotFound, Problem
from models.ladder import Ladder
from models.office import Office, OfficeTree
from models.plan import Plan

OFFICE_COLUMNS = ("code", "name", "level", "parent", "valid_from", "valid_until")


class _Exception(Value):
    day: date
    because: Text


class _Calendar(Value):
    days_off: tuple[_Exception, ...] = ()
    days_worked: tuple[_Exception, ...] = ()


class Stamp(NamedTuple):
    """What tells a file from what it was before: when it was changed (ns), its size, and which file it is."""

    changed_ns: int
    size: int
    inode: int


class Catalog:
    """What ``config/`` holds. ``extra_offices`` are those that an operator imported into the database."""

    def __init__(self, settings: Settings, extra_offices: Iterable[Office] = ()) -> None:
        self.settings = settings
        self._folders = settings.config_folders()
        self.extra = tuple(extra_offices)
        self._plans: dict[str, Plan] = {}
        self._templates: dict[tuple[str, str], Template] = {}

    def _first(self, *parts: str) -> Path:
        paths = [folder.joinpath(*parts) for folder in self._folders]
        return next((p for p in paths if p.is_file()), paths[-1])

    @cached_property
    def plan_files(self) -> dict[str, Path]:
        """Every plan's file by plan id; the installation's own come before ours."""
        found: dict[str, Path] = {}
        for folder in self._folders:
            for path in sorted(folder.glob("plans/*.yaml")):
                found.setdefault(path.stem, path)
        return dict(sorted(found.items()))

    def plan(self, plan_id: str) -> Plan:
        """The plan with that id; PlanNotFound names the nearest, BadFile its faults."""
        if plan_id not in self._plans:
            if plan_id not in self.plan_files:
                raise PlanNotFound(plan_id, self.plan_files)
            plan = yaml_lines.read(self.plan_files[plan_id], Plan)
            if plan.id != plan_id:
                path = self.plan_files[plan_id]
                raise BadFile([Problem(str(path), 1, "id", f"it says {plan.id!r}: a plan's id is its file's name")])
            self._plans[plan_id] = plan
        return self._plans[plan_id]

    def plans(self) -> Iterator[Plan]:
        """Every plan, by id."""
        return map(self.plan, self.plan_files)

    @cached_property
    def tree(self) -> OfficeTree:
        """Every office that ever was, from ``config/offices`` and the database."""
        files: dict[str, Path] = {}
        for folder in self._folders:
            for path in sorted(folder.glob("offices/*.csv")):
                files.setdefault(path.name, path)
        offices = [office for path in files.values() for office in read_offices(path)]
        return OfficeTree([*offices, *self.extra])

    @cached_property
    def ministries(self) -> frozenset[str]:
        """Offices that are never written to automatically."""
        return frozenset(o.code for o in self.tree if o.level == "ministry")

    @cached_property
    def calendar(self) -> WorkCalendar:
        """Working days: the library's, overruled by ``calendar.yaml``."""
        held = yaml_lines.read(self._first("calendar.yaml"), _Calendar)
        return WorkCalendar({e.day: e.because for e in held.days_off}, {e.day: e.because for e in held.days_worked})

    @cached_property
    def ladder(self) -> Ladder:
        """The default ladder."""
        return yaml_lines.read(self._first("ladder.yaml"), Ladder)

    def template(self, kind: str, language: str) -> Template:
        """The texts of one kind of message in one language."""
        key = (kind, language)
        if key not in self._templates:
            path = self._first("templates", f"{kind}.{language}.txt")
            try:
                self._templates[key] = Template.parse(path.read_text(encoding="utf-8-sig"))
            except FileNotFoundError:
                raise BadFile([Problem(str(path), 0, "file", "there is no such template: restore it")]) from None
            except ValueError as error:
                raise BadFile([Problem(str(path), 0, "template", str(error))]) from None
        return self._templates[key]

    def check(self, path: Path) -> tuple[Plan, list[Problem]]:
        """Read and check one plan file: the plan and its warnings; BadFile lists the errors (and the warnings)."""
        shown = str(path)
        plan = yaml_lines.read(path, Plan)
        root = yaml_lines.lines(path.read_text(encoding="utf-8-sig"))
        there = {form.file for report in plan.reports for form in report.forms if self._beside(path, form.file)}
        findings = [
            *plan_check.check(
                plan, self.tree, self._source(path, plan), self.calendar, drafted=not self._installed(path)
            ),
            *plan_check.forms(plan, there),
        ]
        if path.stem != plan.id:
            findings.insert(
                0,
                plan_check.Finding(
                    ("id",),
                    f"a plan's id is its file's name: rename to {plan.id}.yaml",
                    warning=path.stem not in self.plan_files,
                ),
            )
        problems = [
            Problem(shown, yaml_lines.line_of(root, f.loc), ".".join(map(str, f.loc)), f.message, f.warning)
            for f in findings
        ]
        if any(not p.warning for p in problems):
            raise BadFile(problems)
        return plan, problems

    def read_all(self) -> None:
        """Read now what is otherwise read when first asked for. Raises BadFile."""
        _ = self.tree, self.calendar, self.ladder, list(self.plans())

    def stamps(self) -> dict[str, Stamp]:
        """The stamp of every file that the catalogue is read from, without opening one: some µs a file."""
        found: dict[str, Stamp] = {}
        for folder in self._folders:
            for place in (folder, *(folder / name for name in ("plans", "offices", "templates"))):
                with suppress(OSError), os.scandir(place) as entries:
                    for entry in entries:
                        if entry.name.endswith((".yaml", ".csv", ".txt")):
                            with suppress(FileNotFoundError):  # it went between the two looks
                                held = entry.stat()
                                found[entry.path] = Stamp(held.st_mtime_ns, held.st_size, held.st_ino)
        return found

    def renewed(self, extra_offices: Iterable[Office]) -> "tuple[Catalog, list[BadFile]]":
        """The catalogue as its files are now, and what is wrong with them; what cannot be read stays as it is here.

        A plan that cannot be read and is not held here is left out. Raises BadFile where offices, calendar or ladder
        can be read neither there nor here, BadSettings where the installation's own folder is gone.
        """
        new, faults = Catalog(self.settings, extra_offices), list[BadFile]()
        files = {}
        for plan_id, path in new.plan_files.items():
            try:
                new.plan(plan_id)
            except BadFile as fault:
                faults.append(fault)
                if plan_id not in self._plans:
                    continue
                new._plans[plan_id] = self._plans[plan_id]
            files[plan_id] = path
        new.plan_files = files
        for part in ("tree", "calendar", "ladder"):
            try:
                getattr(new, part)
            except BadFile as fault:
                faults.append(fault)
                new.__dict__[part] = getattr(self, part)  # the place of what a cached property has found
        for key, template in self._templates.items():
            try:
                new.template(*key)
            except BadFile as fault:
                faults.append(fault)
                new._templates[key] = template
        return new, faults

    def _installed(self, path: Path) -> bool:
        """Whether a plan file is one that runs, and no draft of one."""
        own = self.plan_files.get(path.stem)
        return own is not None and own.is_file() and path.is_file() and own.samefile(path)

    def form(self, plan_id: str, file: str) -> Path | None:
        """Where a form of a plan lies, or None where it is not there."""
        return self._beside(self.plan_files[plan_id], file)

    def _source(self, path: Path, plan: Plan) -> str | None:
        """The plan's text."""
        file = self._beside(path, plan.source.file)
        return file.read_text(encoding="utf-8-sig") if file else None

    def _beside(self, path: Path, file: str) -> Path | None:
        """A file that a plan names: beside the plan's own, else beside ours (a copied plan keeps its source)."""
        places = (folder / file for folder in (path.parent, *(f / "plans" for f in self._folders)))
        return next((place for place in places if place.is_file()), None)


def read_offices(path: Path) -> list[Office]:
    """The offices of a CSV file of ours (``code,name,level,parent,valid_from,valid_until``)."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        why = f"not UTF-8 (byte {error.start}): save the file as «CSV UTF-8»"
        raise BadFile([Problem(str(path), 0, "file", why)]) from None
    except OSError as error:
        raise BadFile([Problem(str(path), 0, "file", f"it cannot be read ({error.strerror})")]) from None
    rows = csv.reader(text.splitlines(keepends=True))
    if tuple(next(rows, ())) != OFFICE_COLUMNS:
        raise BadFile([Problem(str(path), 1, "header", f"the header must be {','.join(OFFICE_COLUMNS)}")])
    days: dict[str, date | None] = {"": None}
    found = []
    for row in rows:
        try:
            code, name, level, parent, since, until = row
            for day in (since, until):
                if day not in days:
                    days[day] = date.fromisoformat(day)
        except ValueError as error:
            raise BadFile([Problem(str(path), rows.line_num, "row", f"cannot be read: {error}")]) from None
        found.append(Office(code, name, level, parent or None, days[since], days[until]))
    return found
