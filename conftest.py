"""What holds for all tests of the repository.

Builders and drivers that tests share lie beside them and are imported by a name used once in the whole repository, so
every directory of tests is on the path. And `chassis` and `contracts` stay the packages of these names: pytest names a
test after its path, `chassis/tests/test_order.py` would make the outer directory the package, and whoever is imported
first has the name.
"""

import sys
from pathlib import Path

import chassis  # noqa: F401
import contracts  # noqa: F401

ROOT = Path(__file__).parent

sys.path[:0] = [
    str(tests)
    for pattern in ("*/tests", "*/*/tests", "tests/integration", "tools/install")
    for tests in ROOT.glob(pattern)
]
