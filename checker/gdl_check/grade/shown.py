"""What a student may read of an exercise on another tool's page, as plain text."""

from __future__ import annotations

from gdl_check.grade.clean import lines
from gdl_check.render.feedback import Told, sentences


def explanation(told: Told) -> str:
    """The verdict, why as far as it may be told, and what to do next."""
    said = [f"{told.word.capitalize()}."]
    said += sentences(told)
    if told.screen:
        said.append(told.screen)
    elif told.title:
        said.append(f"Looks like: {told.title}. {told.says}")
    if told.is_open:
        said.append(f"\nCheck it yourself: {told.command}")
    return lines("\n".join(said))
