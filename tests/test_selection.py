"""The options with which a collector's things are chosen."""

import pytest
from pydantic import ValidationError

from collectors.selection import Selection


@pytest.mark.parametrize(
    ("include", "exclude", "name", "usual", "wanted"),
    [
        ((), (), "sda", True, True),
        ((), (), "loop0", False, False),
        (("loop*",), (), "loop0", False, True),
        ((), ("sd?",), "sda", True, False),
        ((), ("sd?",), "vda", True, True),
        (("sdb",), ("*",), "sdb", True, True),
        (("sdb",), ("*",), "sda", True, False),
        ((), ("SDA",), "sda", True, True),
    ],
)
def test_include_wins_over_exclude_and_both_over_habit(
    include: tuple[str, ...], exclude: tuple[str, ...], name: str, usual: bool, wanted: bool
) -> None:
    """A name is sampled when it is included, or usual and not excluded; patterns tell upper from lower case."""
    assert Selection(include=include, exclude=exclude).wants(name, usual) is wanted


def test_a_list_from_toml_is_taken() -> None:
    """The options are lists in plotroom.toml, and a single word is refused rather than read letter by letter."""
    assert Selection.model_validate({"include": ["dm-*"]}).include == ("dm-*",)
    with pytest.raises(ValidationError):
        Selection.model_validate({"include": "dm-*"})
