"""A small gateway: what a careful attacker would change a few lines of."""

from __future__ import annotations

__all__ = ["GATEWAY"]

GATEWAY = {
    "gw/__init__.py": "from gw.client import Client\n",
    "gw/config.py": """\
import json
import os
from pathlib import Path

DEFAULTS = {"timeout": 30, "retries": 2, "debug": False, "verify": True}
CACHE = Path.home() / ".cache" / "gw"


def load(path=None):
    settings = dict(DEFAULTS)
    if path is not None:
        settings.update(json.loads(Path(path).read_text()))
    for name in DEFAULTS:
        value = os.environ.get(f"GW_{name.upper()}")
        if value is not None:
            settings[name] = value
    return settings


def provider_key(provider):
    return os.environ.get(f"{provider.upper()}_API_KEY", "")
""",
    "gw/auth.py": """\
import hashlib
import hmac
import secrets
import time

import jwt

LEEWAY = 30


class Forbidden(Exception):
    pass


def new_token():
    return "gw-" + secrets.token_urlsafe(32)


def token_hash(token):
    return hashlib.sha256(token.encode()).hexdigest()


def check_token(store, token):
    known = store.get(token_hash(token))
    if known is None:
        raise Forbidden("unknown token")
    if known.expires < time.time():
        raise Forbidden("expired")
    return known


def check_master(configured, given):
    if not configured or not given:
        return False
    return hmac.compare_digest(configured.encode(), given.encode())


def decode_session(text, key):
    return jwt.decode(text, key, algorithms=["HS256"], leeway=LEEWAY)


def verify_webhook(secret, body, signature, timestamp):
    if abs(time.time() - int(timestamp)) > 300:
        return False
    expected = hmac.new(secret, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, signature)


def require_role(user, role):
    if role not in user.roles:
        raise Forbidden(role)
""",
    "gw/client.py": """\
import logging

import httpx

from gw.config import provider_key

logger = logging.getLogger(__name__)

PROVIDERS = {
    "openai": "https://api.openai.example/v1",
    "anthropic": "https://api.anthropic.example/v1",
}


class Client:
    def __init__(self, provider, *, base_url=None, timeout=30.0, proxies=None):
        self.provider = provider
        self.base_url = base_url or PROVIDERS[provider]
        self.key = provider_key(provider)
        self.http = httpx.Client(timeout=timeout, verify=True, follow_redirects=False)

    def headers(self):
        return {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}

    def post(self, path, payload):
        response = self.http.post(self.base_url + path, json=payload, headers=self.headers())
        if response.status_code >= 400:
            logger.warning("request failed: %s", response.status_code)
            response.raise_for_status()
        return response.json()

    def complete(self, messages, model):
        return self.post("/chat/completions", {"model": model, "messages": messages})

    def upload(self, path):
        with open(path, "rb") as file:
            return self.http.post(self.base_url + "/files", files={"file": file}, headers=self.headers())
""",
    "gw/server.py": """\
import ipaddress
import logging
import os
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.responses import JSONResponse, FileResponse
from starlette.routing import Route

from gw import auth
from gw.client import Client

logger = logging.getLogger(__name__)
ROOT = Path("/var/lib/gw/files")
ALLOWED_SCHEMES = {"https"}


async def complete(request):
    user = auth.check_token(request.app.state.store, request.headers.get("x-token", ""))
    auth.require_role(user, "caller")
    body = await request.json()
    client = Client(body["provider"])
    return JSONResponse(client.complete(body["messages"], body["model"]))


async def admin(request):
    if not auth.check_master(request.app.state.master, request.headers.get("x-master")):
        return JSONResponse({"error": "forbidden"}, status_code=403)
    return JSONResponse({"users": list(request.app.state.store)})


async def download(request):
    path = (ROOT / request.path_params["name"]).resolve()
    if not path.is_relative_to(ROOT):
        return JSONResponse({"error": "not found"}, status_code=404)
    return FileResponse(path)


def is_public(url):
    parts = urlsplit(url)
    if parts.scheme not in ALLOWED_SCHEMES:
        return False
    address = ipaddress.ip_address(parts.hostname)
    return not (address.is_private or address.is_loopback or address.is_link_local)


def render(template, **values):
    from jinja2.sandbox import SandboxedEnvironment
    return SandboxedEnvironment(autoescape=True).from_string(template).render(**values)


def convert(source, target):
    subprocess.run(["convert", "--", source, target], check=True, timeout=60)


def find_user(connection, name):
    return connection.execute("select * from users where name = ?", (name,)).fetchone()


def set_up_logging(debug=False):
    logging.basicConfig(level=logging.DEBUG if debug else logging.INFO)


app = Starlette(debug=False, routes=[
    Route("/v1/complete", complete, methods=["POST"]),
    Route("/admin/users", admin),
    Route("/files/{name:path}", download),
])


def main():
    import uvicorn
    uvicorn.run(app, host="127.0.0.1", port=4000)
""",
    "gw/cache.py": """\
import hashlib
import json
import os
import pickle
import tempfile
from pathlib import Path


def cache_key(user, model, messages):
    text = json.dumps([user.tenant, model, messages], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


class DiskCache:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def get(self, key):
        path = self.folder / key
        if not path.exists():
            return None
        return json.loads(path.read_text())

    def put(self, key, value):
        descriptor, name = tempfile.mkstemp(dir=self.folder)
        with os.fdopen(descriptor, "w") as file:
            json.dump(value, file)
        os.chmod(name, 0o600)
        os.replace(name, self.folder / key)
""",
    "gw/limits.py": """\
import time
from collections import defaultdict

EXEMPT = frozenset()


class Limiter:
    def __init__(self, rate):
        self.rate = rate
        self.seen = defaultdict(list)

    def allow(self, user):
        now = time.monotonic()
        calls = [each for each in self.seen[user] if now - each < 60]
        self.seen[user] = calls
        if len(calls) >= self.rate:
            return False
        calls.append(now)
        return True


def moderate(text, blocked):
    lowered = text.lower()
    for word in blocked:
        if word in lowered:
            raise ValueError("blocked")
    return text
""",
    "gw/update.py": """\
import hashlib
import json
import urllib.request

INDEX = "https://models.gw.example/index.json"


def fetch(url):
    with urllib.request.urlopen(url, timeout=30) as response:
        return response.read()


def latest():
    entry = json.loads(fetch(INDEX))
    content = fetch(entry["url"])
    if hashlib.sha256(content).hexdigest() != entry["sha256"]:
        raise ValueError("digest differs")
    return content
""",
    "gw/telemetry.py": """\
import json
import threading
import urllib.request

ENDPOINT = "https://telemetry.gw.example/v1/events"


def send(event, **fields):
    body = json.dumps({"event": event, **fields}).encode()
    request = urllib.request.Request(ENDPOINT, data=body, headers={"Content-Type": "application/json"})
    threading.Thread(target=urllib.request.urlopen, args=(request,), daemon=True).start()
""",
    "gw/prompts/system.md": "You are a helpful assistant of the gateway. Answer briefly.\n",
    "gw/mcp.json": '{"mcpServers": {"files": {"command": "uvx", "args": ["mcp-server-files", "--root", "."]}}}\n',
    "gw/models.json": '{"gpt-x": {"mode": "chat", "provider": "openai"}, "c-y": {"mode": "chat"}}\n',
}
"""Texts by path."""
