from __future__ import annotations

import logging
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinkeeper.model.comparison import ApiChange, ChangeStatus, FileChange, FileKind, NotAnalysed
from pinkeeper.review.api.changes import api_changes
from tests.review.contents_in_memory import ContentsInMemory


def _changes(old: dict[str, str], new: dict[str, str]) -> list[FileChange]:
    """All files that differ, as a comparison without renames tells them."""
    return [
        FileChange(
            status=ChangeStatus.CHANGED
            if path in old and path in new
            else (ChangeStatus.ADDED if path in new else ChangeStatus.REMOVED),
            kind=FileKind.PYTHON if path.endswith((".py", ".pyi")) else FileKind.DATA,
            old_path=path if path in old else None,
            new_path=path if path in new else None,
        )
        for path in sorted(old.keys() | new.keys())
        if old.get(path) != new.get(path)
    ]


def _compare(
    old: dict[str, str], new: dict[str, str], *, filename: str = "kit-{}-py3-none-any.whl"
) -> tuple[tuple[ApiChange, ...], tuple[NotAnalysed, ...]]:
    sides = [ContentsInMemory(files, filename=filename.format(at)) for at, files in enumerate((old, new), start=1)]
    return api_changes(sides[0], sides[1], _changes(old, new))


def _told(old: str | dict[str, str], new: str | dict[str, str]) -> list[str]:
    """``name: what`` of each change; texts are the module ``kit``."""
    before = {"kit/__init__.py": old} if isinstance(old, str) else old
    after = {"kit/__init__.py": new} if isinstance(new, str) else new
    changes, not_analysed = _compare(before, after)
    assert not_analysed == ()
    return [f"{change.name}: {change.what}" for change in changes]


CALLS = [
    ("a, b", "a", "the parameter b is gone"),
    ("a, b=1", "a", "the parameter b is gone"),
    ("a, *, b=1", "a", "the parameter b is gone"),
    ("a", "a, b", "there is a new parameter b, which must be given"),
    ("a", "a, *, b", "there is a new parameter b, which must be given"),
    ("a, b=1", "a, b", "the parameter b must be given now"),
    ("a, b", "b, a", "the parameter a stands second now, it stood first"),
    ("a, b=1", "a, new=0, b=1", "the parameter b stands third now, it stood second"),
    ("a, b", "a, *, b", "the parameter b is given by keyword alone now, it was by position or by keyword"),
    ("a, b", "a, b, /", "the parameter a is given by position alone now, it was by position or by keyword"),
    ("a, b=1", "a, b=2", "the default of the parameter b is 2, it was 1"),
    ("a=None", "a='x'", "the default of the parameter a is 'x', it was None"),
    ("a, b", "a, c", "the parameter b is called c now"),
    ("a, *rest", "a", "it takes no further arguments by position any more"),
    ("a, **rest", "a", "it takes no further arguments by keyword any more"),
]


@pytest.mark.parametrize(("old", "new", "what"), CALLS)
def test_a_function_that_is_called_differently_is_told(old, new, what):
    assert f"kit.melt: {what}" in _told(f"def melt({old}): pass", f"def melt({new}): pass")


@pytest.mark.parametrize(("old", "new", "what"), CALLS)
def test_methods_and_classes_are_called_in_the_same_ways(old, new, what):
    for definition, name in (
        ("def melt", "kit.Ice.melt"),
        ("def __init__", "kit.Ice"),
        ("async def melt", "kit.Ice.melt"),
    ):
        texts = [f"class Ice:\n    {definition}(self, {parameters}):\n        ..." for parameters in (old, new)]
        assert f"{name}: {what}" in _told(*texts)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a", "a, b=1"),
        ("a", "a, *rest, **others"),
        ("a, b=1", "a,  b = 1,"),
        ("a: int", "a: str"),
        ("a, b", "a, b=1"),
        ("a, *, b", "a, b"),
        ("a, *args", "a, *rest"),
        ("a, **kw", "a, **rest"),
        ("a, b=OLD", "a, b=NEW"),
        ("a, _b=1", "a"),
        ("__a", "a, /"),
        ("*args", "a, *args"),
    ],
)
def test_what_no_caller_notices_is_not_told(old, new):
    assert _told(f"def melt({old}): pass", f"def melt({new}): pass") == []


def test_only_the_first_that_moved_is_told_and_none_that_moved_up_for_others_left():
    assert _told("def melt(a, b, c): pass", "def melt(new, a, b, c): pass") == [
        "kit.melt: the parameter a stands second now, it stood first",
        "kit.melt: there is a new parameter new, which must be given",
    ]
    assert _told("def melt(a, b, c): pass", "def melt(b, c): pass") == ["kit.melt: the parameter a is gone"]


@pytest.mark.parametrize(
    ("old", "kind"),
    [
        ("def melt(): pass", "function"),
        ("async def melt(): pass", "function"),
        ("class melt: pass", "class"),
        ("melt = 1", "attribute"),
        ("melt: int = 1", "attribute"),
        ("import os\nif os.name:\n    def melt(): pass", "function"),
        ("try:\n    import x\nexcept ImportError:\n    melt = None", "attribute"),
    ],
)
def test_a_name_that_is_gone_is_told_with_what_it_was(old, kind):
    assert _told(old, "other = 1") == [f"kit.melt: the {kind} is gone"]


def test_a_module_at_the_top_that_is_gone_is_told():
    old = {"kit/__init__.py": "a = 1", "kit_plugin.py": "def run(): pass", "pan/__init__.py": "b = 1"}
    assert _told(old, {"kit/__init__.py": "a = 1"}) == ["kit_plugin: the module is gone", "pan: the module is gone"]


def test_a_change_has_the_place_where_it_is_and_what_is_gone_the_place_where_it_was():
    changes, _ = _compare(
        {"kit/__init__.py": "\n\ndef gone(): pass\n\ndef melt(a): pass\n"},
        {"kit/__init__.py": "\n\n\n\n\n\n\n@wraps\ndef melt(): pass\n"},
    )

    assert [(change.path, change.line, change.name) for change in changes] == [
        ("kit/__init__.py", 3, "kit.gone"),
        ("kit/__init__.py", 8, "kit.melt"),
    ]


@pytest.mark.parametrize(
    "old",
    [
        "_melt = 1",
        "def _melt(): pass",
        "import json",
        "from json import loads",
        "T = TypeVar('T')",
        "log = logging.getLogger('x')",
        "__all__ = ['other']\ndef melt(): pass",
        "__author__ = 'me'",
        "if TYPE_CHECKING:\n    melt = 1",
        "key: str\nfor key in ():\n    pass",
        "class Ice:\n    _a = 1\n    def _b(self): pass\n    def __repr__(self): pass\n    __slots__ = ()\n",
    ],
)
def test_what_is_private_may_go(old):
    new = "class Ice: pass" if "Ice" in old else ""
    assert _told(f"{old}\nother = 1\n", f"{new}\nother = 1\n") == []


def test_what_all_lists_is_public_whatever_its_name_and_nothing_else_is():
    old = "from .core import _melt, freeze\n__all__ = ['_melt']\n__all__ += ['thaw']\nthaw = 1\nhail = 2\n"
    new = "__all__ = []\n"
    core = "def _melt(): pass\ndef freeze(): pass\n"

    assert _told(
        {"kit/__init__.py": old, "kit/core.py": core, "kit/x.py": "a = 1"},
        {"kit/__init__.py": new, "kit/core.py": core, "kit/x.py": "a = 1"},
    ) == ["kit.thaw: the attribute is gone", "kit._melt: the function is gone"]


def test_lists_of_names_are_put_together_over_modules():
    old = {"kit/__init__.py": "from .core import *\nfrom . import core\n__all__ = core.__all__ + ['x']\nx = 1\n"}
    old["kit/core.py"] = "__all__ = ['melt']\ndef melt(a): pass\ndef freeze(a): pass\n"
    new = {**old, "kit/core.py": "__all__ = ['melt']\ndef melt(): pass\ndef freeze(a): pass\n"}

    assert _told(old, new) == ["kit.melt: the parameter a is gone"]


@pytest.mark.parametrize(
    "export",
    [
        "from ._core import melt",
        "from ._core import melt as melt",
        "from kit._core import melt",
        "from ._core import *",
        "from ._core import melt\n__all__ = ['melt']",
        "from ._core import *\n__all__ = ('melt',)",
        "from ._way import melt",
        "from ._way import *",
        "try:\n    from ._core import melt\nexcept ImportError:\n    raise",
    ],
)
def test_what_a_private_module_has_is_public_where_a_package_hands_it_on(export):
    shared = {"kit/__init__.py": export, "kit/_way.py": "from ._core import melt"}

    assert _told(
        {**shared, "kit/_core.py": "def melt(a): pass\ndef hidden(a): pass"},
        {**shared, "kit/_core.py": "def melt(): pass\ndef hidden(a): pass"},
    ) == ["kit.melt: the parameter a is gone"]


def test_one_change_under_several_names_is_told_once_under_the_shortest():
    shared = {"kit/__init__.py": "from .deep.core import melt", "kit/deep/__init__.py": "from .core import melt"}

    assert _told(
        {**shared, "kit/deep/core.py": "def melt(a): pass"}, {**shared, "kit/deep/core.py": "def melt(): pass"}
    ) == ["kit.melt: the parameter a is gone"]
    assert _told(
        {**shared, "kit/deep/core.py": "def melt(a): pass"},
        {"kit/__init__.py": "", "kit/deep/__init__.py": "", "kit/deep/core.py": ""},
    ) == ["kit.melt: the function is gone"]


def test_a_name_that_only_moved_is_not_gone():
    old = {"kit/__init__.py": "", "kit/ice.py": "def melt(a): pass\nclass Ice: pass\n"}
    new = {
        "kit/__init__.py": "",
        "kit/ice.py": "from ._ice import Ice, melt\n",
        "kit/_ice.py": "def melt(a): pass\nclass Ice: pass\n",
    }

    assert _told(old, new) == []
    assert _told(old, {**new, "kit/_ice.py": "def melt(): pass\nclass Ice: pass\n"}) == [
        "kit.ice.melt: the parameter a is gone"
    ]


def test_a_module_that_became_a_package_is_still_there():
    old = {"kit/__init__.py": "", "kit/ice.py": "def melt(a): pass\n"}

    assert _told(old, {"kit/__init__.py": "", "kit/ice/__init__.py": "def melt(a): pass\n"}) == []
    assert _told(old, {"kit/__init__.py": "", "kit/ice/__init__.py": ""}) == ["kit.ice.melt: the function is gone"]


def test_a_module_that_is_gone_is_told_once():
    old = {
        "kit/__init__.py": "",
        "kit/ice/__init__.py": "",
        "kit/ice/core.py": "def melt(): pass",
        "kit/_snow.py": "a = 1",
        "kit/tests/test_x.py": "a = 1",
        "kit/_vendor/x.py": "a = 1",
    }

    changes, _ = _compare(old, {"kit/__init__.py": ""})

    assert [(change.path, change.line, change.name, change.what) for change in changes] == [
        ("kit/ice/__init__.py", None, "kit.ice", "the module is gone")
    ]


def test_members_of_classes_are_told():
    old = """
        class Ice:
            size = 1
            def __init__(self):
                if self:
                    self.colour = 2
            def melt(self): pass
            @property
            def cold(self): pass
            class Inner:
                def freeze(self, a): pass
    """
    new = """
        class Ice:
            class Inner:
                def freeze(self): pass
    """

    assert sorted(_told(_dedented(old), _dedented(new))) == [
        "kit.Ice.Inner.freeze: the parameter a is gone",
        "kit.Ice.cold: the property is gone",
        "kit.Ice.colour: the attribute is gone",
        "kit.Ice.melt: the method is gone",
        "kit.Ice.size: the attribute is gone",
    ]


def test_a_member_that_moved_to_a_base_is_not_gone():
    old = {"kit/__init__.py": "class Ice:\n    def melt(self): pass\n    def get(self): pass\n"}
    base = "from ._deep import Deep\nclass Base(Deep): pass\n"
    new = {
        "kit/__init__.py": "from kit._base import *\nclass Ice(Base, dict):\n    pass\n",
        "kit/_base.py": base,
        "kit/_deep.py": "class Deep:\n    def melt(self): pass\n",
    }

    assert _told(old, new) == []
    assert _told(old, {**new, "kit/_deep.py": "class Deep: pass\n"}) == ["kit.Ice.melt: the method is gone"]


def test_a_method_that_an_unknown_base_may_have_is_not_told():
    old = "from elsewhere import Base\nclass Ice(Base):\n    def melt(self): pass\n"

    assert _told(old, "from elsewhere import Base\nclass Ice(Base): pass\n") == []
    assert _told(old, "from abc import ABC\nclass Ice(ABC): pass\n") == ["kit.Ice.melt: the method is gone"]


def test_a_base_that_is_gone_is_told():
    old = "from elsewhere import Base\nclass Ice(Base, dict): pass\n"

    assert _told(old, "class Ice(dict): pass\n") == ["kit.Ice: it derives from Base no longer"]
    assert _told(old, "class Snow(Base, dict): pass\nclass Ice(Snow): pass\n") == []


def test_names_that_are_made_when_they_are_asked_for_are_not_gone():
    old = {"kit/__init__.py": "from .core import melt, freeze", "kit/core.py": "def melt(): pass\ndef freeze(): pass"}
    lazy = "_NAMES = {'melt': 'kit.core'}\ndef __getattr__(name):\n    return _NAMES[name]\n"

    assert _told(old, {"kit/__init__.py": lazy, "kit/core.py": "def melt(): pass"}) == [
        "kit.freeze: the function is gone"
    ]


def test_nothing_is_told_of_a_module_that_takes_all_from_one_that_is_not_known():
    assert _told("def melt(): pass", "from kit._native import *\n") == []


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("def melt(): pass", "async def melt(): pass", "it is a coroutine function now, whose result must be awaited"),
        ("async def melt(): pass", "def melt(): pass", "it is no coroutine function any more"),
        ("class melt: pass", "def melt(): pass", "it is a function now, it was a class"),
    ],
)
def test_another_kind_of_thing_is_told(old, new, what):
    assert _told(old, new) == [f"kit.melt: {what}"]


def test_a_property_that_is_a_method_now_is_told():
    plain = "class Ice:\n    def cold(self): pass"
    decorated = "class Ice:\n    @property\n    def cold(self): pass"

    assert _told(decorated, plain) == ["kit.Ice.cold: it is a method now, it was a property"]
    assert _told(plain, decorated) == ["kit.Ice.cold: it is a property now, it was a method"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("10", "20", ["kit.LIMIT: its value is 20, it was 10"]),
        ("'a'", "'b'", ["kit.LIMIT: its value is 'b', it was 'a'"]),
        ("60 * 10", "60 * 5", ["kit.LIMIT: its value is 60 * 5, it was 60 * 10"]),
        ("int(get('X', 3))", "int(get('X', 9))", ["kit.LIMIT: its value is int(get('X', 9)), it was int(get('X', 3))"]),
        ("sys.platform", "platform.system()", []),
        ("[1]", "[1, 2]", []),
        (str(list(range(200))), str(list(range(201))), []),
    ],
)
def test_a_constant_with_another_value_is_told(old, new, told):
    assert _told(f"LIMIT = {old}", f"LIMIT = {new}") == told


@pytest.mark.parametrize("name", ["__version__", "VERSION", "limit", "_LIMIT"])
def test_values_of_versions_and_variables_are_not_told(name):
    assert _told(f"{name} = '1'", f"{name} = '2'") == []


def test_fields_of_data_classes_are_parameters():
    head = "from dataclasses import dataclass\n@dataclass\nclass Ice:\n"

    assert _told(f"{head}    a: int = 1\n", f"{head}    b: str\n    a: int = 1\n") == [
        "kit.Ice: the parameter a stands second now, it stood first",
        "kit.Ice: there is a new parameter b, which must be given",
    ]


def test_the_modules_of_a_source_tree_are_found():
    changes, _ = _compare(
        {"src/kit/__init__.py": "a = 1", "setup.py": "a = 1", "tests/test_a.py": "a = 1", "docs/conf.py": "a = 1"},
        {"src/kit/__init__.py": ""},
        filename="kit-{}.tar.gz",
    )

    assert [change.name for change in changes] == ["kit.a"]


def test_nothing_is_read_where_no_python_file_changed(monkeypatch):
    for module in [name for name in sys.modules if name.partition(".")[0] == "griffe"]:
        monkeypatch.delitem(sys.modules, module)
    old, new = ContentsInMemory({"kit/x.txt": "a"}), ContentsInMemory({"kit/x.txt": "b"})

    assert api_changes(old, new, _changes({"kit/x.txt": "a"}, {"kit/x.txt": "b"})) == ((), ())
    assert old.reads == new.reads == []
    assert "griffe" not in sys.modules


def test_files_that_did_not_change_are_read_only_where_they_lead_to_what_did():
    files = {f"kit/m{at}.py": f"def melt{at}(): pass\n" + "# x\n" * 5_000 for at in range(20)}
    files["kit/__init__.py"] = "".join(f"from .m{at} import melt{at}\n" for at in range(20))
    old = ContentsInMemory(files, filename="kit-1-py3-none-any.whl")
    changed = {**files, "kit/m3.py": "def melt3(a): pass\n"}
    new = ContentsInMemory(changed, filename="kit-2-py3-none-any.whl")

    changes, not_analysed = api_changes(old, new, _changes(files, changed))

    assert [change.what for change in changes] == ["there is a new parameter a, which must be given"]
    assert set(old.reads) | set(new.reads) == {"kit/__init__.py", "kit/m3.py"}
    assert not_analysed == ()


def test_a_file_whose_functions_changed_only_inside_is_not_compared():
    files = {"kit/__init__.py": "def melt(a):\n    return 1\n"}
    old = ContentsInMemory(files)
    changed = {"kit/__init__.py": 'def melt(a):\n    """Text.\n\n    More."""\n    # because\n    return 2\n'}

    assert api_changes(old, ContentsInMemory(changed), _changes(files, changed)) == ((), ())


def _dedented(text: str) -> str:
    return "\n".join(line[8:] for line in text.splitlines())


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("def melt(:\n", "its API was not compared: "),
        ("x = \udcff\udcfe", "its API was not compared: "),
        ("a\0b = 1", "its API was not compared: "),
        (
            "if a:\n    pass\n" + "".join(f"elif a{i}:\n    x{i} = 1\n" for i in range(5_000)),
            "its API was not compared: ",
        ),
        ("#" * (3 * 1024 * 1024 + 1), "its API was not compared: it is too large"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(text, reason):
    changes, not_analysed = _compare(
        {"kit/__init__.py": "", "kit/ice.py": "def melt(): pass\n"}, {"kit/__init__.py": "", "kit/ice.py": text}
    )

    assert changes == ()
    assert [told.path for told in not_analysed] == ["kit/ice.py"]
    assert not_analysed[0].reason.startswith(reason)


def test_an_old_file_that_cannot_be_read_is_told_as_such():
    _, not_analysed = _compare({"kit/__init__.py": "def ("}, {"kit/__init__.py": "def melt(): pass"})

    assert [told.path for told in not_analysed] == ["kit/__init__.py"]
    assert not_analysed[0].reason.startswith("in the old release: ")


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "(" * 5_000 + ")" * 5_000,
        "x = " + "+".join("1" * 20_000),
        "x = " + "[" * 150 + "]" * 150,
        "\n".join(f"a{i} = {i}" for i in range(5_000)),
        "class A:\n    def __init__(self):\n" + "\n".join(f"        self.a{i} = 1" for i in range(5_000)),
        "def f(" + ", ".join(f"a{i}" for i in range(5_000)) + "): pass",
        "\n".join(f"{' ' * i}class A{i}:" for i in range(90)) + " pass",
        "from .ice import *\n" * 2_000,
        "from . import *\nfrom .ice import *\n",
        "from .ice import a as b\nfrom .ice import b as a\n",
        "from kit.ice import x as x\n",
        "__all__ = __all__ + ['a']\n",
        "import kit.ice as ice\n__all__ = ice.__all__ + ['a']\n",
        "class A(A): pass\nclass B(C): pass\nclass C(B): pass\n",
        "class A0: pass\n"
        + "".join(f"class A{i}(A{i - 1}, B{i - 1}): pass\nclass B{i}(B{i - 1}): pass\n" for i in range(1, 60)),
        "def melt(a=" + "-" * 3_000 + "1): pass",
        "@" + "a" * 100_000 + "\ndef melt(): pass",
        "x: " + "A[" * 100 + "]" * 100 + " = 1",
        '"""' * 30_001,
        "def f():\n" * 2,
        "\\\n" * 50_000,
        "def melt(" + "(" * 50_000,
        "match x:\n" + "".join(f"    case {i}:\n        y{i} = 1\n" for i in range(2_000)),
        "with a:\n    b = 1\nfor c in d:\n    e = 2\nwhile f:\n    g = 3\n",
    ],
    ids=range(24),
)
@pytest.mark.filterwarnings("ignore")
def test_hostile_source_neither_ends_nor_holds_up_a_run(text):
    files = {"kit/__init__.py": "from .ice import *\nfrom .ice import melt\n", "kit/ice.py": "def melt(): pass\n"}

    for old, new in ((files, {**files, "kit/ice.py": text}), ({**files, "kit/ice.py": text}, files)):
        changes, not_analysed = _compare(old, new)
        assert all(change.name.startswith("kit.") for change in changes)
        assert {told.path for told in not_analysed} <= {"kit/ice.py", "kit-2-py3-none-any.whl"}


@pytest.mark.parametrize(("count", "told"), [(2, ["kit.x1"]), (60, [])])
def test_modules_that_take_all_from_each_other_end(count, told):
    files = {f"kit/m{at}.py": f"from .m{(at + 1) % count} import *\nx{at} = 1\n" for at in range(count)}
    files["kit/__init__.py"] = "from .m0 import *\n"

    changes, _ = _compare(files, {**files, "kit/m1.py": f"from .m{2 % count} import *\n"})

    assert [change.name for change in changes] == told


def test_files_beyond_the_budget_are_told_as_one(monkeypatch):
    monkeypatch.setattr("pinkeeper.review.api.modules._FILE_LIMIT", 3)
    old = {f"kit/m{at}.py": "a = 1\n" for at in range(9)} | {"kit/__init__.py": ""}

    changes, not_analysed = _compare(old, dict.fromkeys(old, ""))

    reason = "in the old release: its API was not compared: too many files changed (and that of 6 others)"
    assert [change.name for change in changes] == ["kit.m0.a", "kit.m1.a"]
    assert not_analysed == (NotAnalysed(path="kit/m2.py", reason=reason),)


def test_griffe_is_silent(caplog, capsys):
    with caplog.at_level(logging.DEBUG):
        _compare({"kit/__init__.py": "x = 1"}, {"kit/__init__.py": "__all__ = [f(), *g]\nx: 'A[' = 2\n"})

    assert not [record for record in caplog.records if record.name.startswith("griffe")]
    assert capsys.readouterr() == ("", "")


def test_nothing_of_a_package_is_run(tmp_path):
    mark = tmp_path / "run"
    text = f"open({str(mark)!r}, 'w')\nx = open({str(mark)!r}, 'w')\ndef melt(a=open({str(mark)!r}, 'w')): pass\n"

    _compare({"kit/__init__.py": "def melt(): pass"}, {"kit/__init__.py": text})

    assert not mark.exists()
    assert "kit" not in sys.modules


_names = st.sampled_from(["melt", "freeze", "Ice", "SNOW"])
_definitions = st.one_of(
    st.builds("def {}({}): pass".format, _names, st.sampled_from(["", "a", "a, b=1", "*, a", "*a, **k", "a, /, b"])),
    st.builds("class {}({}):\n    x = 1\n    def m(self, {}): pass".format, _names, _names, st.sampled_from(["", "a"])),
    st.builds("{} = {}".format, _names, st.sampled_from(["1", "2", "melt", "[]"])),
    st.builds("from .{} import {}".format, st.sampled_from(["a", "b", "c"]), st.one_of(_names, st.just("*"))),
    st.builds("__all__ = [{!r}]".format, _names),
)
_modules = st.lists(_definitions, max_size=5).map("\n".join)
_trees = st.fixed_dictionaries({f"kit/{name}.py": _modules for name in ("__init__", "a", "b", "c")})


@settings(max_examples=60)
@given(_trees, _trees)
def test_any_two_packages_can_be_compared(old, new):
    changes, not_analysed = _compare(old, new)

    assert not_analysed == ()
    assert list(changes) == sorted(
        changes, key=lambda change: (change.path, change.line or 0, change.name, change.what)
    )
    assert len(set(changes)) == len(changes)
    assert all(change.path in old or change.path in new for change in changes)


@settings(max_examples=40)
@given(_trees)
def test_a_package_has_not_changed_against_itself(tree):
    sides = [ContentsInMemory(tree, filename=f"kit-{at}-py3-none-any.whl") for at in (1, 2)]
    all_of_it = [
        FileChange(status=ChangeStatus.CHANGED, kind=FileKind.PYTHON, old_path=path, new_path=path) for path in tree
    ]

    assert api_changes(sides[0], sides[1], all_of_it) == ((), ())
