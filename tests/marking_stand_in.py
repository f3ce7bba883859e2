"""Marks one submission's folder in the simplest way there is, for tests of what comes after.

It takes the place of `gdl_check.grade.marking` where that is not there yet.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from gdl_check.chapter_check import ChapterCheck, Settings
from gdl_check.course import Chapter
from gdl_check.grade.gradebook import MISSING, Mark, Row, Student
from gdl_check.places import chapter_path
from gdl_check.render.tojson import report_json
from gdl_check.results import Report


def mark_folder(folder: Path, chapters: Sequence[Chapter], settings: Settings) -> Row:
    """The row of a student who has handed in these files, in the folder or in `exercises/`."""
    marks: dict[str, Mark] = {}
    is_there = False
    for chapter in chapters:
        places = [
            chapter_path(place, chapter.file_name) for place in (folder, folder / "exercises")
        ]
        path = next((path for path in places if path.is_file()), None)
        is_there = is_there or path is not None
        if path is None:
            ids = map(chapter.exercise_id, chapter.exercises)
            marks |= {id: Mark(id, MISSING) for id in ids}
            continue
        check = ChapterCheck(chapter, path, path.name, settings)
        try:
            found = check.chapter_result(list(chapter.exercises))
        finally:
            check.close()
        report = Report(settings.seed, settings.effort, (found,))
        for told in json.loads(report_json(report))["chapters"][0]["exercises"]:
            credit = float(told["status"] == "passed")
            marks[told["id"]] = Mark(told["id"], told["status"], credit, told=told)
    return Row(Student("submission"), "graded" if is_there else MISSING, marks=marks)
