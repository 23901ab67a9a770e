"""Keep the names `chassis` and `contracts` for the packages.

Pytest names a test after its path: `chassis/tests/test_order.py` would make the outer directory the package `chassis`.
Whoever is imported first has the name.
"""

import chassis  # noqa: F401
import contracts  # noqa: F401
