"""How the chapters are examined, one module each. The solutions can be imported here."""

import sys

from gdl_check.places import course_folder

sys.path.insert(0, str(course_folder("solutions")))
