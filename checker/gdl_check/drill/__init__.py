"""Drills: what was passed comes back until it can be written from memory.

`cards` says what is asked, `pages` what a learner sees of it, `marking` whether an answer is right.
"""
