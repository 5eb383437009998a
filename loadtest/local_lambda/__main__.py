"""`python -m loadtest.local_lambda` starts a local Lambda; see `server`."""

import sys

from .server import main

sys.exit(main())
