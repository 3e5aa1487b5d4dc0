"""A framework of jobs: subpackages, decorators, lazy imports, plug-ins, threads, its own processes and requests."""

# ruff: noqa: E501 - what is planted is kept on lines of its own length

from __future__ import annotations

from tests.review.corpus.draft import Draft, source

__all__ = ["new", "old"]

_INIT = source(
    '''
    """Jobs, declared by decorators."""

    import importlib

    __version__ = "4.1.0"

    _LAZY = {
        "Worker": "quayside.runtime.worker",
        "Notifier": "quayside.notify",
        "job": "quayside.jobs",
        "schedule": "quayside.jobs",
    }


    def __getattr__(name):
        if name in _LAZY:
            return getattr(importlib.import_module(_LAZY[name]), name)
        raise AttributeError(name)


    def __dir__():
        return sorted([*globals(), *_LAZY])
    '''
)

_JOBS = source(
    '''
    """Declaring jobs."""

    import functools
    import inspect
    import threading

    REGISTRY = {}
    _lock = threading.Lock()


    def job(name=None, *, retries=0, timeout=None):
        """Make a function a job."""

        def decorate(function):
            key = name or f"{function.__module__}.{function.__qualname__}"
            with _lock:
                REGISTRY[key] = function

            @functools.wraps(function)
            def wrapper(*args, **kwargs):
                return function(*args, **kwargs)

            wrapper.retries = retries
            wrapper.timeout = timeout
            wrapper.signature = inspect.signature(function)
            return wrapper

        return decorate


    def schedule(every):
        def decorate(function):
            function.every = every
            return function

        return decorate
    '''
)

_WORKER = source(
    '''
    """Running jobs in threads and child processes."""

    import logging
    import os
    import queue
    import signal
    import subprocess
    import sys
    import threading

    from quayside.jobs import REGISTRY
    from quayside.settings import load_settings

    log = logging.getLogger(__name__)


    class Worker:
        def __init__(self, settings=None):
            self.settings = settings or load_settings()
            self._queue = queue.Queue()
            self._threads = []
            self._stop = threading.Event()

        def start(self):
            for number in range(self.settings.concurrency):
                thread = threading.Thread(target=self._loop, name=f"quayside-{number}", daemon=True)
                thread.start()
                self._threads.append(thread)
            signal.signal(signal.SIGTERM, lambda *_: self.stop())

        def _loop(self):
            while not self._stop.is_set():
                try:
                    name, args, kwargs = self._queue.get(timeout=0.5)
                except queue.Empty:
                    continue
                try:
                    REGISTRY[name](*args, **kwargs)
                except Exception:
                    log.exception("job %s failed", name)

        def submit(self, name, *args, **kwargs):
            self._queue.put((name, args, kwargs))

        def run_isolated(self, name):
            """Run a job in a child of its own."""
            environment = {**os.environ, "QUAYSIDE_JOB": name}
            return subprocess.run([sys.executable, "-m", "quayside.runtime.child"], env=environment, check=False).returncode

        def stop(self):
            self._stop.set()
            for thread in self._threads:
                thread.join(timeout=self.settings.grace)
    '''
)

_CHILD = source(
    '''
    """What runs in a child process."""

    import os

    from quayside.jobs import REGISTRY
    from quayside.plugins import load_plugins


    def main():
        load_plugins()
        REGISTRY[os.environ["QUAYSIDE_JOB"]]()


    if __name__ == "__main__":
        main()
    '''
)

_NOTIFY = source(
    '''
    """Telling others how a job went."""

    import json
    import urllib.request


    class Notifier:
        def __init__(self, url, timeout=10):
            self.url = url
            self.timeout = timeout

        def send(self, event, **fields):
            """Post an event to the address that the user configured."""
            body = json.dumps({"event": event, **fields}).encode()
            request = urllib.request.Request(self.url, data=body, headers={"content-type": "application/json"})
            with urllib.request.urlopen(request, timeout=self.timeout) as response:
                return response.status
    '''
)

_PLUGINS = source(
    '''
    """Plug-ins, found by entry points."""

    import importlib
    from importlib.metadata import entry_points

    GROUP = "quayside.plugins"


    def load_plugins():
        """Import every plug-in and give their names."""
        names = []
        for point in entry_points(group=GROUP):
            point.load()
            names.append(point.name)
        return names


    def import_object(path):
        """``package.module:name`` as an object."""
        module, _, name = path.partition(":")
        found = importlib.import_module(module)
        return getattr(found, name) if name else found
    '''
)

_SETTINGS = source(
    '''
    """Settings from a file and the environment."""

    import os
    from dataclasses import dataclass, fields
    from pathlib import Path

    PREFIX = "QUAYSIDE_"


    @dataclass
    class Settings:
        concurrency: int = 4
        grace: float = 5.0
        state: str = "~/.local/state/quayside"


    def load_settings(environ=os.environ):
        found = {}
        for field in fields(Settings):
            value = environ.get(PREFIX + field.name.upper())
            if value is not None:
                found[field.name] = type(field.default)(value)
        return Settings(**found)


    def state_folder(settings):
        folder = Path(settings.state).expanduser()
        folder.mkdir(parents=True, exist_ok=True)
        return folder
    '''
)

_EXPRESSIONS = source(
    '''
    """Conditions of jobs, compiled once."""

    import ast

    _ALLOWED = (ast.Expression, ast.Compare, ast.Name, ast.Load, ast.Constant, ast.Gt, ast.Lt, ast.Eq, ast.BoolOp, ast.And)


    def compile_condition(text):
        tree = ast.parse(text, mode="eval")
        for node in ast.walk(tree):
            if not isinstance(node, _ALLOWED):
                raise ValueError(f"not allowed in a condition: {type(node).__name__}")
        code = compile(tree, "<condition>", "eval")

        def check(**names):
            return bool(eval(code, {"__builtins__": {}}, names))

        return check
    '''
)

_CLI = source(
    '''
    """The command line."""

    import argparse
    import os
    import subprocess
    import tempfile

    from quayside.runtime.worker import Worker


    def edit(text):
        """Let the user edit a text in an editor."""
        with tempfile.NamedTemporaryFile("w+", suffix=".toml", delete=False) as file:
            file.write(text)
        subprocess.check_call([os.environ.get("EDITOR", "vi"), file.name])
        with open(file.name, encoding="utf-8") as changed:
            return changed.read()


    def main(argv=None):
        parser = argparse.ArgumentParser("quayside")
        parser.add_argument("command", choices=["run", "edit"])
        options = parser.parse_args(argv)
        if options.command == "run":
            Worker().start()
        else:
            print(edit(""))
    '''
)


def old() -> Draft:
    """The release that is in use."""
    return Draft(
        name="quayside",
        version="4.1.0",
        summary="Jobs, declared by decorators",
        lines=["Author: Quayside contributors", "Project-URL: Documentation, https://docs.quayside.example"],
        requires=["click>=8", "typing-extensions>=4", 'redis>=5; extra == "redis"'],
        extras=["redis"],
        entry_points="[console_scripts]\nquayside = quayside.cli:main\n\n[quayside.plugins]\ncore = quayside.jobs\n",
        installed={
            path: text.encode()
            for path, text in {
                "quayside/__init__.py": _INIT,
                "quayside/cli.py": _CLI,
                "quayside/jobs.py": _JOBS,
                "quayside/notify.py": _NOTIFY,
                "quayside/plugins.py": _PLUGINS,
                "quayside/settings.py": _SETTINGS,
                "quayside/expressions.py": _EXPRESSIONS,
                "quayside/runtime/__init__.py": "",
                "quayside/runtime/worker.py": _WORKER,
                "quayside/runtime/child.py": _CHILD,
                "quayside/web/__init__.py": "",
                "quayside/web/static/app.js": "document.title = 'quayside';\n",
                "quayside/py.typed": "",
            }.items()
        },
        around={
            path: text.encode()
            for path, text in {
                "pyproject.toml": source(
                    """
                    [build-system]
                    requires = ["flit_core>=3.4"]
                    build-backend = "flit_core.buildapi"

                    [project]
                    name = "quayside"
                    version = "4.1.0"
                    description = "Jobs, declared by decorators"
                    dependencies = ["click>=8", "typing-extensions>=4"]
                    """
                ),
                "README.md": "# quayside\n\nJobs, declared by decorators. See https://docs.quayside.example\n",
                "HISTORY.md": "# History\n\n## 4.1.0 (2026-02-01)\n\n* Conditions.\n",
                "tests/test_jobs.py": "from quayside.jobs import REGISTRY, job\n\n\ndef test_registered():\n    job('x')(print)\n    assert 'x' in REGISTRY\n",
            }.items()
        },
    )


def new() -> Draft:
    """A major release: a health page, job output captured, plug-ins loaded later, new modules, another dependency."""
    draft = old()
    draft.version = "5.0.0"
    draft.replace("quayside/__init__.py", '"4.1.0"', '"5.0.0"')
    draft.replace("quayside/__init__.py", '    "Notifier"', '    "Health": "quayside.web.health",\n    "Notifier"')
    draft.put(
        "quayside/web/health.py",
        source(
            '''
            """A page that says how workers are."""

            import json
            from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


            class Health:
                def __init__(self, worker, port=8787):
                    self.worker = worker
                    self.port = port

                def serve(self):
                    health = self

                    class Handler(BaseHTTPRequestHandler):
                        def do_GET(self):
                            body = json.dumps({"threads": len(health.worker._threads)}).encode()
                            self.send_response(200)
                            self.send_header("content-type", "application/json")
                            self.end_headers()
                            self.wfile.write(body)

                    ThreadingHTTPServer(("127.0.0.1", self.port), Handler).serve_forever()
            '''
        ),
    )
    draft.put(
        "quayside/web/static/app.js",
        "document.title = 'quayside';\nfetch('/health').then(r => r.json()).then(console.log);\n",
    )
    draft.after(
        "quayside/runtime/worker.py",
        "self._queue.put((name, args, kwargs))",
        '''

        def run_captured(self, name):
            """Run a job in a child of its own and give what it prints."""
            environment = {**os.environ, "QUAYSIDE_JOB": name}
            command = [sys.executable, "-m", "quayside.runtime.child"]
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
            return done.stdout
        ''',
        indent=4,
    )
    draft.after(
        "quayside/notify.py",
        "return response.status",
        '''

        def send_all(self, events):
            """Post several events."""
            return [self.send(event, **fields) for event, fields in events]
        ''',
        indent=4,
    )
    draft.put(
        "quayside/jobs/__init__.py",
        'from quayside.jobs.declare import REGISTRY, job, schedule\n\n__all__ = ["REGISTRY", "job", "schedule"]\n',
    )
    declare = draft.installed.pop("quayside/jobs.py").decode()
    draft.put(
        "quayside/jobs/declare.py",
        declare.replace(
            "            with _lock:\n",
            '            if key in REGISTRY:\n                raise ValueError(f"two jobs are called {key}")\n            with _lock:\n',
        ),
    )
    draft.put(
        "quayside/jobs/graph.py",
        source(
            '''
            """What must run before what."""

            from graphlib import TopologicalSorter


            class Graph:
                def __init__(self):
                    self._needs = {}

                def add(self, name, *needs):
                    self._needs.setdefault(name, set()).update(needs)

                def order(self):
                    """Names, each after what it needs."""
                    return list(TopologicalSorter(self._needs).static_order())
            '''
        ),
    )
    draft.replace("quayside/expressions.py", "ast.And)", "ast.And, ast.Or, ast.Not, ast.UnaryOp)")
    draft.requires.insert(1, "structlog>=24")
    draft.replace("pyproject.toml", 'version = "4.1.0"', 'version = "5.0.0"')
    draft.replace("pyproject.toml", '"click>=8",', '"click>=8", "structlog>=24",')
    draft.put_around(
        "HISTORY.md",
        "# History\n\n## 5.0.0 (2026-05-01)\n\n* `quayside.jobs` is a package.\n* A health page.\n* `Worker.run_captured`.\n\n## 4.1.0 (2026-02-01)\n\n* Conditions.\n",
    )
    return draft
