"""Grading a class: submissions go in, a gradebook comes out that is right, complete and kept."""
