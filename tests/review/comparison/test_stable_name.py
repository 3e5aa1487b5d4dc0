from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinkeeper.review.comparison.stable_name import stable_path


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("demo-1.2.dist-info/METADATA", "demo-1.3.post1.dist-info/METADATA"),
        ("Demo.Kit-1.2.dist-info/METADATA", "demo_kit-1.3.dist-info/METADATA"),
        ("demo-1.2.data/scripts/serve", "demo-2.0rc1.data/scripts/serve"),
        ("src/demo.egg-info/PKG-INFO", "src/demo-1.2-py3.9.egg-info/PKG-INFO"),
        ("demo_cloud-1.4.1-py3.8-nspkg.pth", "demo_cloud-1.4.2-py3.11-nspkg.pth"),
        ("__editable__.demo-1.2.pth", "__editable__.demo-1.3.pth"),
        ("demo-1.2.libs/libx-abc12345.so", "demo-1.3.libs/libx-0123abcd.so"),
        ("demo.libs/libquadmath-96973f99-934c22de.so.0.0.0", "demo.libs/libquadmath-00073f99-134c22de.so.0.0.1"),
        ("demo/lib/libonnx.so.1.2.3", "demo/lib/libonnx.so.1.3.0"),
        ("demo/_core.cpython-311-x86_64-linux-gnu.so", "demo/_core.cpython-312-x86_64-linux-gnu.so"),
        ("demo/_core.cpython-311-x86_64-linux-gnu.so", "demo/_core.abi3.so"),
        ("demo/__pycache__/a.cpython-311.pyc", "demo/__pycache__/a.cpython-312.opt-1.pyc"),
        ("demo/static/main.4f3a2b.js", "demo/static/main.99c0de.js"),
        ("demo/static/main.4f3a2b1c.chunk.js.map", "demo/static/main.0000aaaa.chunk.js.map"),
        ("demo/static/index-BQ3xk_9a.css", "demo/static/index-A_Qk3wph.css"),
        ("_next/static/Hp-LQxDEAEt-JSJFExm-i/_manifest.js", "_next/static/aKKihXXKRJWLQThZgi8Rq/_manifest.js"),
        ("demo/vendor/bootstrap-5.3.2.min.js", "demo/vendor/bootstrap-5.3.3.min.js"),
        ("demo/wheels/inner-1.0-py3-none-any.whl", "demo/wheels/inner-1.1-py3-none-any.whl"),
    ],
)
def test_names_that_a_build_gives_anew_are_the_same(old, new):
    assert stable_path(old) == stable_path(new) != old


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("demo/_core.abi3.so", "demo/_other.abi3.so"),
        ("demo/static/main.4f3a2b.js", "demo/static/side.4f3a2b.js"),
        ("demo-1.2.dist-info/METADATA", "other-1.2.dist-info/METADATA"),
        ("demo/a.py", "demo/b.py"),
        ("demo-1.0.pth", "demo-1.0.start"),
    ],
)
def test_different_files_stay_different(one, other):
    assert stable_path(one) != stable_path(other)


@pytest.mark.parametrize(
    "path", ["demo/core.py", "demo/javascript.js", "demo/extensions.json", "demo/Calendar.png", "demo-precedence.pth"]
)
def test_ordinary_names_stay_as_they_are(path):
    assert stable_path(path) == path


@given(st.text(alphabet="ab-.1/_pyso", max_size=400))
def test_any_path_has_a_stable_one_with_as_many_folders(path):
    assert stable_path(path).count("/") == path.count("/")
