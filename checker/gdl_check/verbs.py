"""The verbs of the command line; nothing is imported, as a process reads this before it begins."""

STARTING = {
    "init": "make a folder to work in",
    "update": "bring new exercises into a folder, and leave what you wrote as it is",
    "reset": "put the stubs of exercises back; what was there is kept",
    "doctor": "say what is wrong with this machine, and what mends it",
}
LEARNING = {
    "list": "how far you have come",
    "show": "an exercise: what is asked, and a few inputs with their results",
    "hint": "the next hint; a further one opens after a new attempt",
    "solution": "the solution of an exercise",
    "diff": "your answer beside the solution, once it has passed",
}
TEACHING = {
    "grade": "grade a class: a folder of submissions becomes a gradebook, a page for every student"
    " and a report; what is graded already is not graded again",
    "gradescope": "make an autograder for Gradescope",
    "classroom": "put what marks every push into a template repository of GitHub Classroom",
}
# A check itself has no verb.
WITHOUT_WORKERS = {*STARTING, *LEARNING, *TEACHING, "play", "dev"}
