"""The verbs around a workspace: init, update, reset, doctor."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from textwrap import wrap

from gdl_check import state
from gdl_check.cli import NOT_PASSED, NOT_UNDERSTOOD, PASSED
from gdl_check.course import all_chapters, chapter_modules
from gdl_check.places import chapter_path, find_workspace, is_notebook
from gdl_check.render.learning import finding_lines, text_lines
from gdl_check.render.terminal import Screen, note
from gdl_check.state import Event
from gdl_check.targets import NotUnderstood, find_desk, resolve, shown_path
from gdl_check.update import Plan, carry_out, plan
from gdl_check.workspace import DEFAULT_NAME, NotPossible, create, reset, undo

WIDTH = 56  # of what has a reason behind it, so that it fits everywhere


def run(options: argparse.Namespace) -> int:
    """Carry out one of these verbs; the result is the exit code."""
    try:
        return perform(options, Screen(sys.stdout, options.plain))
    except (NotPossible, NotUnderstood) as error:
        note(f"gdl-check {options.verb}: {error}")
        return NOT_UNDERSTOOD
    except OSError as error:
        note(f"gdl-check {options.verb}: {error.filename}: {(error.strerror or '').lower()}")
        return NOT_UNDERSTOOD


def perform(options: argparse.Namespace, screen: Screen) -> int:
    """Carry out the verb that these options name; the exit code.

    Raises NotPossible, NotUnderstood and OSError.
    """
    verbs = {"init": _init, "update": _update, "reset": _reset, "doctor": _doctor}
    return verbs[options.verb](options, screen)


def _init(options: argparse.Namespace, screen: Screen) -> int:
    here = Path.cwd()
    folder = Path(options.folder or (here if not any(here.iterdir()) else DEFAULT_NAME))
    create(folder, options.notebook)
    first = next(all_chapters())
    name = next(iter(first.exercises))
    file = chapter_path(folder / "exercises", first.file_name).name
    kind = "a notebook each" if options.notebook else "a file each"
    go = [] if folder.resolve() == here else [f"cd {shown_path(folder)}"]
    chapters = f"{len(chapter_modules())} chapters"
    screen.put(
        text_lines(
            [
                "made a folder to work in" + (f": {shown_path(folder)}" if go else ", here"),
                f"  exercises/     {chapters}, {kind}, waiting to be written",
                "  .gdl/          your progress",
                "  README.md",
                "",
                f"first: write {name} in exercises/{file}",
                "then:",
                *(f"  {line}" for line in [*go, f"gdl-check {first.exercise_id(name)}"]),
                *([f"  or in a cell of the notebook: check({name})"] if options.notebook else []),
            ]
        )
    )
    return PASSED


def _workspace(options: argparse.Namespace) -> Path:
    found = options.workspace or find_workspace(Path.cwd())
    if found is None or not (found / ".gdl").is_dir():
        raise NotUnderstood("there is no workspace here: make one with gdl-check init")
    workspace: Path = found
    return workspace


def _update(options: argparse.Namespace, screen: Screen) -> int:
    workspace = _workspace(options)
    if options.undo:
        return _undone(workspace, screen)
    planned = plan(workspace)
    screen.put(text_lines(list(_told(planned))))
    if planned.is_empty:
        return PASSED
    if options.dry_run:
        screen.put(text_lines(["", "nothing was written: this is what would be done"]))
        return PASSED
    aside = carry_out(workspace, planned)
    kept = f"what was there before is in {shown_path(aside)}"
    told = ["", kept, "take it back: gdl-check update --undo", *_to_reload(planned.texts)]
    screen.put(text_lines(told))
    return PASSED


def _told(planned: Plan) -> Iterator[str]:
    if planned.is_empty and not planned.changes:
        yield "everything is as new as this version of gdl-check"
    for change in planned.changes:
        name = f"{change.file}  {change.name}".rstrip()
        line, why = f"{change.what:<9} {name}", f"({change.why})" if change.why else ""
        if len(line) + len(why) <= WIDTH:
            yield f"{line}  {why}".rstrip()
        else:
            yield line
            yield from wrap(why, WIDTH, initial_indent=" " * 11, subsequent_indent=" " * 12)


def _to_reload(paths: Iterable[Path]) -> list[str]:
    """What to do about a notebook that is open: saving it would bring back what was there."""
    any_notebook = any(map(is_notebook, paths))
    return ["a notebook that is open in Jupyter: reload it from disk"] if any_notebook else []


def _undone(workspace: Path, screen: Screen) -> int:
    places = undo(workspace)
    files = [shown_path(place) for place in places if ".gdl" not in place.parts]
    told = ["put back:", *(f"  {file}" for file in files), *_to_reload(places)]
    screen.put(text_lines(told))
    return PASSED


def _reset(options: argparse.Namespace, screen: Screen) -> int:
    workspace = _workspace(options)
    if options.undo:
        return _undone(workspace, screen)
    if not options.targets:
        raise NotUnderstood("name what to put back to its stub, like gdl-check reset ch06.relu")
    for target in resolve(options.targets, find_desk(workspace, reference=False)):
        aside = reset(workspace, target.chapter, target.names)
        ids = [target.chapter.exercise_id(name) for name in target.names]
        state.append(state.state_file(workspace), [Event("reset", exercise) for exercise in ids])
        screen.put(
            text_lines(
                [
                    f"reset: {', '.join(ids) if len(ids) < 4 else target.chapter.id}",
                    f"what was there is in {shown_path(aside)}",
                    "take it back: gdl-check reset --undo",
                ]
            )
        )
    return PASSED


def _doctor(options: argparse.Namespace, screen: Screen) -> int:
    from gdl_check.doctor import findings

    found = list(findings(options.workspace or find_workspace(Path.cwd())))
    for finding in found:
        screen.put(finding_lines(finding.is_fine, finding.what, finding.mend, screen.width))
    return PASSED if all(finding.is_fine for finding in found) else NOT_PASSED
