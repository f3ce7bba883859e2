"""`python -m gdl_check`."""

import sys

from gdl_check.cli import main

sys.exit(main())
