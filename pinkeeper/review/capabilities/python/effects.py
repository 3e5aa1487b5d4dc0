"""What calls of known names do beyond being a use of a capability, and what they give."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import Any, Final

from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.capabilities.python import catalogue, name_effects, path_effects, texts
from pinkeeper.review.capabilities.python.analysis import Analysis
from pinkeeper.review.capabilities.python.certificates import unverified
from pinkeeper.review.capabilities.python.environment import read_in_bulk, read_variable
from pinkeeper.review.capabilities.python.files import (
    change_mode,
    mark_place,
    move,
    open_file,
    temporary_file,
    write_call,
)
from pinkeeper.review.capabilities.python.inner import look_inside
from pinkeeper.review.capabilities.python.module_search import path_gained
from pinkeeper.review.capabilities.python.processes import start_process
from pinkeeper.review.capabilities.python.use import Use, all_texts, marks_given, shown, shown_of
from pinkeeper.review.capabilities.python.value import (
    BIT,
    FLOWING,
    NOTHING,
    PARAMETERS,
    UNKNOWN,
    Value,
    join,
    with_marks,
)
from pinkeeper.review.capabilities.python.variables_set import put_variable
from pinkeeper.review.capabilities.python.word_sets import word_set
from pinkeeper.review.capabilities.summary import MAIN, Capability, LiteralKind, Mark

__all__ = ["Use", "connect", "effect_of", "effect_of_result", "generic"]

Effect = Callable[[Analysis, Use], Value | None]

_HOST: Final = lazy_pattern(r"^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]{1,20}$", re.IGNORECASE)
_ADDRESS: Final = lazy_pattern(r"^\d{1,3}(?:\.\d{1,3}){3}$")
_LOCAL: Final = frozenset({"127.0.0.1", "0.0.0.0", "255.255.255.255"})  # noqa: S104 - names, not what is bound
_HOLE: Final = "…"
_NETWORK_BITS: Final = BIT[Mark.FETCHED]


def generic(a: Analysis, use: Use, known: catalogue.Entry) -> Value:
    """A use of a capability that needs no more than to be told."""
    capability, marks = known
    bits = marks_given(a, use)
    if capability is Capability.PROCESS:
        return start_process(a, use)
    if capability is Capability.NETWORK:
        return connect(a, use)
    if capability is Capability.DYNAMIC_CODE:
        return run_code(a, use)
    if use.name == "os.memfd_create":
        a.fact(capability, use.name, use.node, shown(use), bits)
        return Value(marks=marks)
    if capability is Capability.FILE_WRITE:
        return temporary_file(a, use) if use.name.startswith("tempfile.") else write_call(a, use)
    if capability is Capability.DESERIALISATION and any(map(_is_remote, all_texts(use.argument(0)))):
        bits |= BIT[Mark.FETCHED]
    a.fact(capability, use.name, use.node, shown(use), bits)
    result = a.result_named(f"{use.ref}()")
    return with_marks(result, (bits & FLOWING) | marks)


def _is_remote(text: str) -> bool:
    return text.startswith(("http://", "https://", "ftp://", "s3://", "gs://"))


def _from_hub(a: Analysis, use: Use) -> Value | None:
    """What fetches code by the name of a repository, and runs it."""
    a.fact(Capability.DYNAMIC_CODE, use.name, use.node, shown(use), marks_given(a, use) | BIT[Mark.FETCHED])
    return UNKNOWN


def _examples_run(a: Analysis, use: Use) -> Value | None:
    """``doctest``: texts in documentation become code; under ``__main__`` that is a habit."""
    if a.record.name != MAIN:
        a.fact(Capability.DYNAMIC_CODE, use.name, use.node, (), marks_given(a, use) | BIT[Mark.UNRESOLVED])
    return UNKNOWN


def _stored(a: Analysis, use: Use) -> Value | None:
    """What reads texts from files of the package."""
    del a
    return Value(refs=(f"{use.ref}()",), marks=BIT[Mark.STORED])


def connect(a: Analysis, use: Use) -> Value:
    """What reaches the network."""
    keywords = use.keywords
    bits = marks_given(a, use) | unverified(keywords)
    a.fact(Capability.NETWORK, use.name, use.node, shown(use), bits)
    for value in (
        *use.arguments[:3],
        *(keywords[name] for name in ("url", "host", "address", "hostname") if name in keywords),
    ):
        _hosts(a, use, value)
    if use.name.endswith("urlretrieve") or use.name.endswith(".download"):
        node = use.argument_node(1, "filename", "out")
        target = use.argument(1, "filename", "out")
        if target is not UNKNOWN or node is not None:
            a.fact(Capability.FILE_WRITE, use.name, use.node, list(all_texts(target))[:2], bits | BIT[Mark.FETCHED])
            mark_place(a, (node, target.shown), BIT[Mark.FETCHED] | BIT[Mark.WRITTEN])
    secret = 0
    for value in use.arguments[:2]:
        for text in all_texts(value):
            if len(text) < 2000 and ("://" in text or texts.is_metadata(text)) and texts.is_secret_path(text):  # noqa: PLR2004 - no URL is as long
                a.fact(Capability.CREDENTIALS, use.name, use.node, (text,), bits & ~PARAMETERS)
                secret = BIT[Mark.SECRET]
    result = a.result_named(f"{use.ref}()")
    known = catalogue.entry(use.name)
    gives = known[1] & BIT[Mark.FETCHED] if known is not None else 0
    return Value(refs=result.refs, marks=gives | secret)


def _request(a: Analysis, use: Use) -> Value:
    """A request that is sent later: whoever sends it sends it there."""
    url = use.argument(0 if use.name.startswith("urllib.") else 1, "url")
    made = a.result_named(f"{use.ref}()")
    text = shown_of(url)
    marks = marks_given(a, use) & FLOWING
    return made if text is None and not marks else Value(refs=made.refs, text=text, marks=marks)


def _hosts(a: Analysis, use: Use, value: Value) -> None:
    """Hosts and addresses outside of URLs."""
    found: list[Any] = [value.const]
    if value.text is not None and value.text.startswith(f"{_HOLE}."):
        found = [value.text.rpartition(_HOLE)[2].strip(".")]  # names below a host that is known
    elif isinstance(value.const, tuple):
        found = list(value.const)
    elif value.items is not None:
        found = [each.const for each in value.items.values()]
    for each in found:
        if isinstance(each, str) and 3 < len(each) < 254:  # noqa: PLR2004 - no host name is as long
            if _ADDRESS.match(each):
                if each not in _LOCAL:
                    a.literal(LiteralKind.ADDRESS, each, use.node)
            elif _HOST.match(each):
                a.literal(LiteralKind.HOST, each, use.node)


def run_code(a: Analysis, use: Use) -> Value:
    """What runs or compiles code that is made at run time."""
    code = use.argument(0, "source", "object", "code", "stmt", "command")
    bits = marks_given(a, use)
    if use.name in _CODE_FIRST:
        # Names of files and namespaces, which come after it, are no code.
        others = Use(
            node=use.node, ref=use.ref, name=use.name, callee=use.callee, base=use.base, arguments=[code], keywords={}
        )
        bits = marks_given(a, others)
    a.fact(Capability.DYNAMIC_CODE, use.name, use.node, shown(use)[:2], bits)
    result = UNKNOWN
    if (
        use.name.rpartition(".")[2] in _RUNNING
        or use.name
        in {
            "builtins.exec",
            "builtins.eval",
            "builtins.compile",
            "builtins.execfile",
            "timeit.timeit",
            "cProfile.run",
        }
        or use.name.startswith("code.")
    ):
        for const in code.constants[:4]:
            result = join(result, look_inside(a, const, use.node, code.marks))
    if use.name == "builtins.eval":
        return with_marks(result, code.marks & FLOWING)
    if use.name == "builtins.compile":
        return Value(refs=("builtins.compile()",), marks=code.marks & FLOWING)
    marks = bits & FLOWING
    refs = a.result_named(f"{use.ref}()").refs if not use.name.startswith("builtins.") else ()
    return Value(refs=refs, marks=marks) if refs or marks else UNKNOWN


def _load(a: Analysis, use: Use) -> Value | None:
    """What brings objects back, in its unsafe forms."""
    if use.name.startswith("yaml.load"):
        loader = use.argument(1, "Loader")
        if any("Safe" in ref or "Base" in ref for ref in loader.refs) or (
            not loader.refs and loader is not UNKNOWN and loader.const is NOTHING
        ):
            return UNKNOWN
        if loader is UNKNOWN and (len(use.arguments) > 1 or "Loader" in use.keywords):
            return UNKNOWN
    if use.name == "torch.load" and any(each is True for each in use.keywords.get("weights_only", UNKNOWN).constants):
        return UNKNOWN
    known = catalogue.entry(use.name)
    assert known is not None
    return generic(a, use, known)


def _written(a: Analysis, use: Use) -> Value | None:
    """``os.write``: what a descriptor stands for holds what was written to it."""
    node = use.argument_node(0, "fd")
    if node is not None:
        mark_place(a, (node, None), BIT[Mark.WRITTEN] | use.argument(1, "data").marks)
    return UNKNOWN


def _numpy_load(a: Analysis, use: Use) -> Value | None:
    if any(each is True for each in use.keywords.get("allow_pickle", UNKNOWN).constants):
        a.fact(Capability.DESERIALISATION, use.name, use.node, shown(use), marks_given(a, use))
    return None


def _getenv(a: Analysis, use: Use) -> Value | None:
    default = use.arguments[1] if len(use.arguments) > 1 else use.keywords.get("default")
    return read_variable(a, use.argument(0, "key"), use.node, "os.getenv", default)


def _variable_got(a: Analysis, use: Use) -> Value | None:
    return read_variable(
        a, use.argument(0, "key"), use.node, use.name, use.arguments[1] if len(use.arguments) > 1 else None
    )


def _variables_got(a: Analysis, use: Use) -> Value | None:
    return read_in_bulk(a, use.node, use.name)


def _registry(a: Analysis, use: Use) -> Value | None:
    for value in use.arguments:
        for text in all_texts(value):
            if texts.is_persistent(text):
                a.fact(Capability.PERSISTENCE, use.name, use.node, (text,), marks_given(a, use))
                return UNKNOWN
    return UNKNOWN


def _import_hook(a: Analysis, use: Use) -> Value | None:
    a.fact(Capability.PATCHING, use.name.rpartition(".")[0], use.node, (), marks_given(a, use))
    return UNKNOWN


def _patched_by_name(a: Analysis, use: Use) -> Value | None:
    """``mock.patch("socket.socket.connect", ...)``: what the text names is replaced for a while, or for good."""
    for text in list(all_texts(use.argument(0, "target")))[:4] or ["…"]:
        a.fact(Capability.PATCHING, text, use.node, (), marks_given(a, use))
    return UNKNOWN


def _patched_attribute(a: Analysis, use: Use) -> Value | None:
    """``mock.patch.object(owner, "name")``, ``wrapt.wrap_function_wrapper(owner, "name", wrapper)``."""
    owner = use.argument(0, "target")
    names = list(all_texts(use.argument(1, "attribute")))[:4] or ["…"]
    owners = [a.entry(ref)[0] for ref in owner.refs if not ref.startswith((":", "."))] or list(all_texts(owner))[:4]
    for each in owners:
        for name in names:
            a.fact(Capability.PATCHING, f"{each}.{name}", use.node, (), marks_given(a, use))
    return UNKNOWN


def _registered(a: Analysis, use: Use) -> Value | None:
    """What the interpreter asks from now on, besides running what is given to it."""
    a.fact(Capability.PATCHING, use.name, use.node, (), marks_given(a, use))
    return None


def _subclasses(a: Analysis, use: Use) -> Value | None:
    a.fact(Capability.REFLECTION, "object.__subclasses__", use.node, (), 0)
    return UNKNOWN


def _native(a: Analysis, use: Use) -> Value | None:
    bits = marks_given(a, use)
    last = use.name.rpartition(".")[2]
    if last in _PROTECTIONS and _makes_run(use.argument(_PROTECTIONS[last]), use.argument_node(_PROTECTIONS[last])):
        bits |= BIT[Mark.EXECUTABLE]
    a.fact(Capability.NATIVE, use.name, use.node, shown(use), bits)
    return a.result_named(f"{use.ref}()")


def _memory(a: Analysis, use: Use) -> Value | None:
    """``mmap.mmap``: of interest where what is put there may run."""
    if _makes_run(use.argument(3, "prot"), use.argument_node(3, "prot")):
        a.fact(Capability.NATIVE, use.name, use.node, shown(use), marks_given(a, use) | BIT[Mark.EXECUTABLE])
    return None


def _makes_run(protection: Value, node: Any) -> bool:
    if any(
        isinstance(each, int) and not isinstance(each, bool) and (each & _RUN or each in _RUN_ON_WINDOWS)
        for each in protection.constants
    ):
        return True
    return node is not None and any(
        getattr(each, "attr", getattr(each, "id", "")) in {"PROT_EXEC", "PAGE_EXECUTE_READWRITE", "PAGE_EXECUTE_READ"}
        for each in ast.walk(node)
    )


def _setup(a: Analysis, use: Use) -> Value | None:
    """``setup(cmdclass={...})``: the classes are run by a build."""
    held = use.keywords.get("cmdclass", UNKNOWN)
    for value in (held.items or {}).values():
        for ref in value.refs:
            found = a.class_of(ref)
            a.call(ref, use.node)
            if found is not None:
                for name in ("run", "initialize_options", "finalize_options"):
                    if name in found.attributes:
                        a.call(f":{found.key}.{name}", use.node)
    return None


_EFFECTS: Final[dict[str, Effect]] = {
    **name_effects.EFFECTS,
    **path_effects.EFFECTS,
    "builtins.open": open_file,
    "aiofiles.open": open_file,
    "os.open": open_file,
    "gzip.open": open_file,
    "bz2.open": open_file,
    "lzma.open": open_file,
    "os.chmod": change_mode,
    "os.fchmod": change_mode,
    "os.lchmod": change_mode,
    **{f"shutil.{name}": move for name in ("copy", "copy2", "copyfile", "copytree", "move")},
    **{f"os.{name}": move for name in ("rename", "renames", "replace", "link", "symlink")},
    "os.getenv": _getenv,
    **{f"os.environ.{name}": _variable_got for name in ("get", "pop", "setdefault", "__getitem__")},
    **{f"os.environ.{name}": _variables_got for name in ("items", "values", "copy")},
    "environs.Env.str": _getenv,
    "decouple.config": _getenv,
    **{
        f"winreg.{name}": _registry
        for name in ("OpenKey", "OpenKeyEx", "CreateKey", "CreateKeyEx", "SetValue", "SetValueEx")
    },
    **{
        f"_winreg.{name}": _registry
        for name in ("OpenKey", "OpenKeyEx", "CreateKey", "CreateKeyEx", "SetValue", "SetValueEx")
    },
    **{
        f"sys.{place}.{name}": _import_hook
        for place in ("meta_path", "path_hooks")
        for name in ("insert", "append", "extend")
    },
    **dict.fromkeys(("unittest.mock.patch", "mock.patch"), _patched_by_name),
    **dict.fromkeys(
        (
            *("unittest.mock.patch.object", "mock.patch.object", "wrapt.wrap_function_wrapper", "wrapt.wrap_object"),
            *("wrapt.patch_function_wrapper", "wrapt.wrap_object_attribute"),
        ),
        _patched_attribute,
    ),
    **dict.fromkeys(
        (
            *("codecs.register", "codecs.register_error", "urllib.request.install_opener", "logging.setLoggerClass"),
            *("logging.setLogRecordFactory", "multiprocessing.set_executable", "copyreg.pickle"),
        ),
        _registered,
    ),
    "builtins.object.__subclasses__": _subclasses,
    **dict.fromkeys(("urllib.request.Request", "requests.Request", "httpx.Request"), _request),
    **dict.fromkeys(
        ("torch.hub.load", "torch.hub.load_state_dict_from_url", "langchain.hub.pull", "logging.config.listen"),
        _from_hub,
    ),
    **{f"doctest.{name}": _examples_run for name in ("testmod", "testfile", "run_docstring_examples")},
    **{f"sys.path.{name}": path_gained for name in ("insert", "append", "extend")},
    **dict.fromkeys(
        ("debugpy.listen", "debugpy.connect", "pydevd.settrace", "pydevd_pycharm.settrace", "remote_pdb.RemotePdb"),
        _from_hub,
    ),
    **dict.fromkeys(("gettext.translation", "gettext.gettext", "gettext.dgettext"), _stored),
    "os.putenv": put_variable,
    "mmap.mmap": _memory,
    "os.write": _written,
    "numpy.load": _numpy_load,
    **dict.fromkeys(("yaml.load", "yaml.load_all", "torch.load"), _load),
    "setuptools.setup": _setup,
    "distutils.core.setup": _setup,
}

_CODE_FIRST: Final = frozenset({"builtins.exec", "builtins.eval", "builtins.compile"})
_RUNNING: Final = word_set("PyRun_SimpleString PyRun_SimpleStringFlags PyRun_String Py_CompileString PyEval_EvalCode")
_LIBRARIES: Final = (
    "ctypes.CDLL",
    "ctypes.PyDLL",
    "ctypes.WinDLL",
    "ctypes.OleDLL",
    "ctypes.cdll",
    "ctypes.windll",
    "ctypes.oledll",
    "ctypes.pydll",
    "ctypes.pythonapi",
)
_PROTECTIONS: Final = {"mprotect": 2, "mmap": 2, "VirtualAlloc": 3, "VirtualAllocEx": 4, "VirtualProtect": 2}
_RUN: Final = 4  # PROT_EXEC of mmap(2)
_RUN_ON_WINDOWS: Final = frozenset({0x10, 0x20, 0x40, 0x80})  # PAGE_EXECUTE and its kin
_OWN_PATHS: Final = (".__path__.insert", ".__path__.append", ".__path__.extend")
_STARTING: Final = word_set(
    "system popen execve execl execv execvp fork vfork posix_spawn WinExec CreateProcessA CreateProcessW "
    "ShellExecuteA ShellExecuteW"
)


def effect_of(name: str) -> Effect | None:
    """What a call of something with this canonical name does, where it is more than an entry of the catalogue says."""
    found = _EFFECTS.get(name)
    if found is None and name.endswith(_OWN_PATHS):
        return path_gained
    if found is not None or not name.startswith("ctypes."):
        return found
    if name.startswith(_LIBRARIES) and catalogue.entry(name) is None and name.count(".") > 1:
        last = name.rpartition(".")[2]
        return start_process if last in _STARTING else run_code if last in _RUNNING else _native
    return None


def effect_of_result(ref: str) -> Effect | None:
    """What a call of what a call gave does."""
    return name_effects.AGAIN.get(ref)
