"""The verbs around a workspace: init, update, reset, doctor."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from textwrap import wrap

from gdl_check import state
from gdl_check.cli import NOT_PASSED, NOT_UNDERSTOOD, PASSED
from gdl_check.course import all_chapters, chapter_modules
from gdl_check.places import chapter_path, find_workspace, is_notebook
from gdl_check.render.learning import finding_lines, text_lines
from gdl_check.render.lines import Line, labelled, wrapped
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
    _must_be_outside(folder)
    create(folder, options.notebook)
    screen.put(_made(folder, folder.resolve() == here, options.notebook, screen.width))
    return PASSED


def _made(folder: Path, is_here: bool, notebook: bool, width: int) -> Iterator[Line]:
    """What there is in a new workspace, and where to begin."""
    first = next(all_chapters())
    name = next(iter(first.exercises))
    file = f"exercises/{chapter_path(folder / 'exercises', first.file_name).name}"
    if is_here:
        yield from text_lines(["made a folder to work in, here"])
    else:
        yield from labelled("made a folder to work in:", shown_path(folder), width, "", "")
    kind = "a notebook each" if notebook else "a file each"
    inside = [
        f"  exercises/     {len(chapter_modules())} chapters to write, {kind}",
        "  .gdl/          your progress",
        "  README.md",
    ]
    yield from text_lines([*inside, ""])
    yield from labelled(f"first: write {name} in", file, width, "", "strong")
    if not is_here:
        yield from labelled("go there:", f"cd {shlex.quote(shown_path(folder))}", width)
    yield from labelled("then:", f"gdl-check {first.exercise_id(name)}", width)
    if notebook:
        yield from labelled("or in a cell of the notebook:", f"check({name})", width)
    yield from labelled("or begin with any other chapter:", "gdl-check ch03", width)


def _must_be_outside(folder: Path) -> None:
    """A workspace in another one would be taken for it, or the other one for it."""
    for outer in (folder.resolve(), *folder.resolve().parents):
        if (outer / ".gdl").is_dir():
            which = "this folder" if outer == Path.cwd() else shown_path(outer)
            raise NotPossible(
                f"{which} is a workspace already: go on in it with gdl-check, or name "
                "a folder that lies outside of it"
            )


def _workspace(options: argparse.Namespace) -> Path:
    found = options.workspace or find_workspace(Path.cwd())
    if found is None or not (found / ".gdl").is_dir():
        raise NotUnderstood("there is no workspace here: make one with gdl-check init")
    workspace: Path = found
    return workspace


def _update(options: argparse.Namespace, screen: Screen) -> int:
    workspace = _workspace(options)
    if options.undo:
        return _undone(workspace, options.verb, screen)
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


def _undone(workspace: Path, verb: str, screen: Screen) -> int:
    places = undo(workspace, verb)
    files = [shown_path(place) for place in places if ".gdl" not in place.parts]
    told = [
        f"put back, as it was before the last {verb}:",
        *(f"  {file}" for file in files),
        *_to_reload(places),
    ]
    screen.put(text_lines(told))
    return PASSED


def _reset(options: argparse.Namespace, screen: Screen) -> int:
    workspace = _workspace(options)
    if options.undo:
        return _undone(workspace, options.verb, screen)
    if not options.targets:
        raise NotUnderstood("name what to put back to its stub, like gdl-check reset ch06.relu")
    for target in resolve(options.targets, find_desk(workspace, reference=False)):
        path = chapter_path(workspace / "exercises", target.chapter.file_name)
        was_there = path.exists()
        aside = reset(workspace, target.chapter, target.names)
        ids = [target.chapter.exercise_id(name) for name in target.names]
        state.append(state.state_file(workspace), [Event("reset", exercise) for exercise in ids])
        if not was_there:
            screen.put(labelled("brought back:", shown_path(path), screen.width, "", "strong"))
            continue
        what = ", ".join(ids) if len(ids) < 4 else target.chapter.id
        screen.put(wrapped(f"reset: {what}", screen.width))
        screen.put(labelled("what was there is in", shown_path(aside), screen.width, "", ""))
        screen.put(text_lines(["take it back: gdl-check reset --undo"]))
    return PASSED


def _doctor(options: argparse.Namespace, screen: Screen) -> int:
    from gdl_check.doctor import findings

    found = list(findings(options.workspace or find_workspace(Path.cwd())))
    for finding in found:
        screen.put(finding_lines(finding.is_fine, finding.what, finding.mend, screen.width))
    return PASSED if all(finding.is_fine for finding in found) else NOT_PASSED
