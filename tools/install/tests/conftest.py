from pathlib import Path

import pytest
from small_checkout import Checkout
from wheelhouse import lock_line, make_wheel, pack_installed


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """As it was with pytest-cov: `plugin` needs an extra of `meter`, and the index has newer releases of all."""
    index = tmp_path / "index"
    index.mkdir()
    locked = [
        make_wheel(index, "plugin", "1.0", requires=["meter[toml]>=1.0"]),
        make_wheel(index, "meter", "1.0", requires=['parser>=1.0; extra == "toml"'], extra="toml"),
        make_wheel(index, "parser", "1.0"),
        pack_installed(index, "setuptools"),
        pack_installed(index, "packaging"),
    ]
    make_wheel(index, "meter", "999", requires=['parser>=999; extra == "toml"'], extra="toml")
    for name in ("plugin", "parser", "setuptools", "packaging"):
        make_wheel(index, name, "999")
    made = Checkout(tmp_path / "checkout", index=index)
    (made.root / "requirements.lock").write_text("".join(map(lock_line, locked)))
    return made
