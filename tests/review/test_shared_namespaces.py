"""Folders that several projects share, and archives that modules come from."""

from __future__ import annotations

import pytest

from pinkeeper.model.finding import Severity
from tests.review.two_releases import between, gravest

BLOB = "cloud/blob/__init__.py"
CODE = "def read(path):\n    return path\n"


def of_namespace(tmp_path, added, *, before=None, name="cloud-blob"):
    """How grave the rule finds files that are added to a package in a shared namespace."""
    old = before or {BLOB: CODE}
    return gravest(between(tmp_path, name, old, {**old, **added})).get("namespace")


@pytest.mark.parametrize(
    "source",
    [
        "import atexit\natexit.register(print)\n",
        "from cloud.blob import read\n",
        "def __getattr__(name):\n    return name\n",
        "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\nprint(__path__)\n",
        "this is no Python\n",
    ],
    ids=["a call", "an import", "a hook", "a declaration and a call", "no Python"],
)
def test_code_in_a_namespace_that_others_share(tmp_path, source):
    assert of_namespace(tmp_path, {"cloud/__init__.py": source}) is Severity.HIGH


def test_a_deeper_namespace_is_shared_too(tmp_path):
    before = {"org/cloud/blob/__init__.py": CODE}
    assert of_namespace(tmp_path, {"org/cloud/__init__.py": "print(1)\n"}, before=before) is Severity.HIGH


def test_another_way_to_install_it_is_no_other_place(tmp_path):
    path = "cloud_blob-1.1.data/purelib/cloud/__init__.py"
    assert of_namespace(tmp_path, {path: "print(1)\n"}) is Severity.HIGH


@pytest.mark.parametrize(
    "source",
    [
        "",
        '"""Cloud."""\n',
        "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n",
        (
            "try:\n    import pkg_resources\n    pkg_resources.declare_namespace(__name__)\n"
            "except ImportError:\n    import pkgutil\n    __path__ = pkgutil.extend_path(__path__, __name__)\n"
        ),
    ],
    ids=["empty", "a text", "a declaration", "two of them"],
)
def test_a_namespace_that_is_only_declared_is_worth_a_glance(tmp_path, source):
    assert of_namespace(tmp_path, {"cloud/__init__.py": source}) is Severity.MEDIUM


@pytest.mark.parametrize(
    ("name", "before", "added"),
    [
        ("cloud-blob", {BLOB: CODE, "cloud/paths.py": CODE}, "cloud/__init__.py"),
        ("cloud-blob", {"cloud/__init__.py": "", BLOB: CODE}, "cloud/blob/inner/__init__.py"),
        ("cloud", {BLOB: CODE}, "cloud/__init__.py"),
        ("cloud-blob", {"cloud/blob/one/__init__.py": CODE}, "cloud/blob/__init__.py"),
    ],
    ids=["it had modules there", "a package of its own", "named as the project", "named as the project, deeper"],
)
def test_a_folder_of_the_project_is_shared_with_nobody(tmp_path, name, before, added):
    assert of_namespace(tmp_path, {added: "from . import blob\n"}, before=before, name=name) is None


CLIENT = '"""Client."""\nimport os\nimport sys\n\n\ndef load():\n    return os.getcwd()\n'


@pytest.mark.parametrize(
    "line",
    [
        'sys.path.insert(0, os.path.join(os.path.dirname(__file__), "extras.pyz"))',
        'sys.path.append(os.path.dirname(__file__) + "/vendor.zip")',
        'sys.path.extend([os.path.join(os.path.dirname(__file__), "more.whl")])',
        'sys.path += [os.path.join(os.path.dirname(__file__), "more.whl")]',
        'sys.path[:0] = [os.path.dirname(__file__) + "/more.egg"]',
        'sys.path = [os.path.dirname(__file__) + "/more.pyz", *sys.path]',
        'sys.path = ["/tmp/modules"] + sys.path',
        '__path__ += ["/tmp/modules"]',
    ],
)
@pytest.mark.parametrize("place", ["at import", "in a function"])
def test_modules_from_an_archive(tmp_path, line, place):
    source = CLIENT + f"\n{line}\n" if place == "at import" else CLIENT.replace("    return", f"    {line}\n    return")
    found = gravest(between(tmp_path, "gate", {"gate/__init__.py": CLIENT}, {"gate/__init__.py": source}))
    assert Severity.HIGH in found.values() or Severity.CRITICAL in found.values(), found


def test_modules_from_a_folder_of_the_package_are_ordinary(tmp_path):
    source = CLIENT + '\nsys.path.insert(0, os.path.join(os.path.dirname(__file__), "_vendor"))\n'
    found = gravest(between(tmp_path, "gate", {"gate/__init__.py": CLIENT}, {"gate/__init__.py": source}))
    assert not {Severity.HIGH, Severity.CRITICAL}.intersection(found.values())
