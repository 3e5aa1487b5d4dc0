"""A small client with a site and an agent: what a careful attacker would change a few lines of."""

from __future__ import annotations

__all__ = ["SITE"]

SITE = {
    "acme/__init__.py": "from acme.http import Session\n",
    "acme/http.py": """\
import os
import ssl
import time
import json
import logging
import urllib.parse
import requests
from requests.adapters import HTTPAdapter

log = logging.getLogger("acme")
DEFAULT_HOST = "api.acme.example"
RETRY_HOSTS = ["api.acme.example", "api-eu.acme.example"]


class Session:
    def __init__(self, token=None, host=DEFAULT_HOST, verify=True, proxies=None):
        self.token = token or os.getenv("ACME_TOKEN")
        self.host = host
        self.session = requests.Session()
        self.session.verify = verify
        self.session.trust_env = False
        self.session.headers["Authorization"] = "Token " + str(self.token)

    def url(self, path):
        return f"https://{self.host}/{path.lstrip('/')}"

    def call(self, method, path, **kwargs):
        response = self.session.request(method, self.url(path), timeout=30, allow_redirects=False, **kwargs)
        if response.status_code == 401:
            raise PermissionError(path)
        response.raise_for_status()
        return response.json()

    def refresh(self):
        answer = self.call("POST", "/token/refresh")
        self.token = answer["token"]
        self.session.headers["Authorization"] = "Token " + self.token

    def save(self, path):
        with open(path, "w", opener=lambda p, f: os.open(p, f, 0o600)) as file:
            json.dump({"host": self.host}, file)


def context():
    made = ssl.create_default_context()
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    return made
""",
    "acme/web.py": """\
import hashlib
import hmac
import os
import re
from flask import Flask, abort, jsonify, redirect, request, session, send_file
from functools import wraps

from acme import store

app = Flask(__name__)
app.secret_key = os.environ["ACME_SECRET"]
app.config.update(SESSION_COOKIE_SECURE=True, SESSION_COOKIE_HTTPONLY=True)
USERNAME = re.compile(r"[a-z0-9_]{3,30}")


def login_required(view):
    @wraps(view)
    def wrapped(*args, **kwargs):
        if "user" not in session:
            abort(401)
        return view(*args, **kwargs)
    return wrapped


def admin_required(view):
    @wraps(view)
    def wrapped(*args, **kwargs):
        user = store.user(session.get("user"))
        if user is None or not user.is_admin:
            abort(403)
        return view(*args, **kwargs)
    return wrapped


@app.post("/login")
def login():
    user = store.user(request.form["name"])
    if user is None or not store.check_password(user, request.form["password"]):
        abort(401)
    session["user"] = user.name
    return redirect("/")


@app.get("/next")
@login_required
def go():
    target = request.args.get("to", "/")
    if not target.startswith("/") or target.startswith("//"):
        target = "/"
    return redirect(target)


@app.get("/admin/keys")
@login_required
@admin_required
def keys():
    return jsonify([key.masked() for key in store.keys()])


@app.post("/hooks/<name>")
def hook(name):
    secret = store.hook_secret(name)
    given = request.headers.get("X-Signature", "")
    wanted = hmac.new(secret, request.get_data(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(given, wanted):
        abort(403)
    store.handle(name, request.get_json())
    return "", 204


@app.post("/users")
@admin_required
def add():
    name = request.form["name"]
    if not USERNAME.fullmatch(name):
        abort(400)
    return jsonify(store.add(name).public())


@app.get("/export/<int:number>")
@login_required
def export(number):
    report = store.report(number)
    if report.owner != session["user"]:
        abort(404)
    return send_file(report.path)
""",
    "acme/store.py": """\
import hashlib
import os
import secrets
import sqlite3
import tarfile
import yaml
import xml.etree.ElementTree as ElementTree

ROUNDS = 600_000
connection = sqlite3.connect("acme.db")


def hash_password(password, salt=None):
    salt = salt or os.urandom(16)
    return salt + hashlib.pbkdf2_hmac("sha256", password.encode(), salt, ROUNDS)


def check_password(user, password):
    return secrets.compare_digest(hash_password(password, user.hash[:16]), user.hash)


def user(name):
    row = connection.execute("SELECT * FROM users WHERE name = :name", {"name": name}).fetchone()
    return None if row is None else User(row)


def reset_code():
    return f"{secrets.randbelow(10**8):08}"


def load_settings(text):
    return yaml.safe_load(text)


def unpack(path, target):
    with tarfile.open(path) as archive:
        archive.extractall(target, filter="data")


def is_expired(token, now):
    return token.expires_at <= now


def may_read(user, document):
    return user.name == document.owner or user.name in document.readers


def may_write(user, document):
    if document.locked:
        return False
    return user.name == document.owner


class User:
    def __init__(self, row):
        self.name, self.hash, self.is_admin = row

    def public(self):
        return {"name": self.name, "admin": bool(self.is_admin)}
""",
    "acme/agent.py": """\
import shlex
import subprocess
from pathlib import Path

ALLOWED = {"ls", "cat", "git", "pytest"}
ROOT = Path.cwd()


class Denied(Exception):
    pass


def run_tool(command, approve):
    parts = shlex.split(command)
    if parts[0] not in ALLOWED:
        raise Denied(parts[0])
    if not approve(command):
        raise Denied(command)
    return subprocess.run(parts, capture_output=True, text=True, timeout=60).stdout


def read_file(path):
    full = (ROOT / path).resolve()
    if ROOT not in full.parents:
        raise Denied(path)
    return full.read_text()


TOOLS = [
    {"name": "run", "description": "Run a shell command that the user approves."},
    {"name": "read", "description": "Read a file of the project."},
]


def system_prompt(name):
    return f"You are {name}, a coding assistant. Ask before you run anything."
""",
    "acme/settings.yaml": """\
telemetry: false
server:
  host: 127.0.0.1
  debug: false
auth:
  required: true
upstream: https://api.acme.example
""",
    "acme/defaults.toml": "[client]\nverify = true\ntimeout = 30\n\n[server]\nallow_anonymous = false\n",
    "acme/skills/review/SKILL.md": "# Review\n\nRead the diff and say what is wrong.\n",
}
"""Texts by path."""
