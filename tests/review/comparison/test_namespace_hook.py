from __future__ import annotations

import pytest

from pinkeeper.review.comparison.namespace_hook import is_namespace_hook

START = "import sys, types, os;has_mfs = sys.version_info > (3, 5);"
PLACE = "p = os.path.join(sys._getframe(1).f_locals['sitedir'], *('space', 'part'));"
MODULE = "m = sys.modules.setdefault('space.part', types.ModuleType('space.part'));"
PATHS = "mp = (m or []) and m.__dict__.setdefault('__path__', []);(p not in mp) and mp.append(p)"
PARENT = ";m and setattr(sys.modules['space'], 'part', m)"


@pytest.mark.parametrize(
    "line",
    [
        START + PLACE + MODULE + PATHS,
        START + PLACE + MODULE + PATHS + PARENT,
        "import sys, types, os;importlib = __import__('importlib.util');" + PLACE + MODULE + PATHS,
    ],
)
def test_what_makes_a_namespace_known_is_a_namespace_hook(line):
    assert is_namespace_hook(line)


@pytest.mark.parametrize(
    "line",
    [
        "import demo",
        "import sys as types, os",
        START + PLACE + MODULE + PATHS + ";os.system('x')",
        START + PLACE.replace("'part'", "run('part')") + MODULE + PATHS,
        START + "m = __import__('demo.core');" + PATHS,
        START + "m = __import__('sys', fromlist=[run()]);" + PATHS,
        START + MODULE + ";setattr(os, 'path', m)",
        START + "os = m;" + PATHS,
        START + "os.path.join = m;" + PATHS,
        START + "exec('x')",
        START + "[run() for run in m]",
        START + "p = lambda: 1",
        "#" + START,
        START + "p = (",
        START + "p = '" + "a" * 3000 + "'",
    ],
)
def test_whatever_does_more_is_none(line):
    assert not is_namespace_hook(line)
