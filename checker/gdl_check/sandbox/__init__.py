"""Where a learner's code runs, and how we talk to it."""
