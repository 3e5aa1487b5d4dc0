"""What calls of known names do beyond being a use of a capability, and what they give."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import Any, Final

from pinkeeper.review.capabilities.python import catalogue, codecs_known, texts
from pinkeeper.review.capabilities.python.analysis import Analysis
from pinkeeper.review.capabilities.python.containers import subscripted
from pinkeeper.review.capabilities.python.environment import read_variable
from pinkeeper.review.capabilities.python.files import (
    change_mode,
    mark_place,
    move,
    note_secret_path,
    open_file,
    temporary_file,
    write_call,
)
from pinkeeper.review.capabilities.python.inner import look_inside
from pinkeeper.review.capabilities.python.patching import note_patch
from pinkeeper.review.capabilities.python.processes import start_process
from pinkeeper.review.capabilities.python.reflection import import_by_name, resolved_attribute
from pinkeeper.review.capabilities.python.use import Use, all_texts, marks_given, shown
from pinkeeper.review.capabilities.python.value import (
    BIT,
    FLOWING,
    FOLDED,
    NOTHING,
    OWN,
    PARAMETERS,
    UNKNOWN,
    Value,
    join,
    named,
    with_marks,
)
from pinkeeper.review.capabilities.python.word_sets import word_set
from pinkeeper.review.capabilities.summary import Capability, LiteralKind, Mark

__all__ = ["Use", "effect_of", "effect_of_result", "generic"]

Effect = Callable[[Analysis, Use], Value | None]

_HOST: Final = re.compile(r"^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]{1,20}$", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"^\d{1,3}(?:\.\d{1,3}){3}$")
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
    if capability is Capability.FILE_WRITE:
        return temporary_file(a, use) if use.name.startswith("tempfile.") else write_call(a, use)
    a.fact(capability, use.name, use.node, shown(use), bits)
    result = a.result_named(f"{use.ref}()")
    return with_marks(result, (bits & FLOWING) | marks)


def connect(a: Analysis, use: Use) -> Value:  # noqa: C901 - one case a kind
    """What reaches the network."""
    bits = marks_given(a, use)
    keywords = use.keywords
    if (
        _is_false(keywords.get("verify", UNKNOWN))
        or _is_false(keywords.get("ssl", UNKNOWN))
        or _is_false(keywords.get("verify_ssl", UNKNOWN))
    ):
        bits |= BIT[Mark.INSECURE]
    for name in ("context", "ssl", "ssl_context", "verify"):
        if any("unverified" in ref for ref in keywords.get(name, UNKNOWN).refs):
            bits |= BIT[Mark.INSECURE]
    if keywords.get("cert_reqs", UNKNOWN).const in {"CERT_NONE", 0} or any(
        ref.endswith("CERT_NONE") for ref in keywords.get("cert_reqs", UNKNOWN).refs
    ):
        bits |= BIT[Mark.INSECURE]
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
            if len(text) < 2000 and "://" in text and texts.is_secret_path(text):  # noqa: PLR2004 - no URL is as long
                a.fact(Capability.CREDENTIALS, use.name, use.node, (text,), bits & ~PARAMETERS)
                secret = BIT[Mark.SECRET]
    result = a.result_named(f"{use.ref}()")
    known = catalogue.entry(use.name)
    gives = known[1] & BIT[Mark.FETCHED] if known is not None else 0
    return Value(refs=result.refs, marks=gives | secret)


def _hosts(a: Analysis, use: Use, value: Value) -> None:
    """Hosts and addresses outside of URLs."""
    found: list[Any] = [value.const]
    if isinstance(value.const, tuple):
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


def _is_false(value: Value) -> bool:
    return any(each is False for each in value.constants)


def run_code(a: Analysis, use: Use) -> Value:
    """What runs or compiles code that is made at run time."""
    code = use.argument(0, "source", "object", "code", "stmt", "command")
    bits = marks_given(a, use)
    a.fact(Capability.DYNAMIC_CODE, use.name, use.node, shown(use)[:2], bits)
    result = UNKNOWN
    if use.name in {
        "builtins.exec",
        "builtins.eval",
        "builtins.compile",
        "builtins.execfile",
        "timeit.timeit",
        "cProfile.run",
    } or use.name.startswith("code."):
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


def _numpy_load(a: Analysis, use: Use) -> Value | None:
    if any(each is True for each in use.keywords.get("allow_pickle", UNKNOWN).constants):
        a.fact(Capability.DESERIALISATION, use.name, use.node, shown(use), marks_given(a, use))
    return None


def _getattr(a: Analysis, use: Use) -> Value | None:
    if len(use.arguments) < 2:  # noqa: PLR2004 - an object and a name
        return UNKNOWN
    default = use.arguments[2] if len(use.arguments) > 2 else None  # noqa: PLR2004
    return resolved_attribute(a, use.arguments[0], use.arguments[1], use.node, default=default)


def _setattr(a: Analysis, use: Use) -> Value | None:
    if len(use.arguments) < 3:  # noqa: PLR2004 - an object, a name and a value
        return UNKNOWN
    base, name, value = use.arguments[:3]
    names = [each for each in name.constants if isinstance(each, str)]
    if base.refs:
        for each in names[:4]:
            note_patch(a, base, each, value, use.node)
        for ref in base.refs:
            found = a.class_of(ref)
            if found is not None and len(names) == 1 and value is not UNKNOWN:
                old = found.attributes.get(names[0])
                plain = a.plain(value)
                found.attributes[names[0]] = plain if old is None else join(old, plain)
        if not names and any(
            a.entry(ref)[0] in catalogue.MODULES_OF_POWER for ref in base.refs if not ref.startswith(":")
        ):
            a.fact(
                Capability.PATCHING,
                f"{a.entry(base.refs[0])[0]}.…",
                use.node,
                (),
                (name.marks & FLOWING) | BIT[Mark.UNRESOLVED],
            )
    return UNKNOWN


def _import(a: Analysis, use: Use) -> Value | None:
    listed = use.argument(3, "fromlist")
    whole = (
        listed is not UNKNOWN and listed.const not in {None, ()}
        if not isinstance(listed.const, (list, dict))
        else bool(listed.const)
    )
    return import_by_name(a, use.argument(0, "name"), use.node, use.name, whole=whole)


def _import_module(a: Analysis, use: Use) -> Value | None:
    name = use.argument(0, "name")
    if name.text is not None and name.text.startswith(".") and (len(use.arguments) > 1 or "package" in use.keywords):
        return UNKNOWN
    package = use.argument(1, "package")
    if name.const is NOTHING and not name.choices and package.marks & OWN and not name.marks & BIT[Mark.DECODED]:
        return UNKNOWN
    return import_by_name(a, name, use.node, use.name)


def _globals(a: Analysis, use: Use) -> Value | None:
    del a
    if use.arguments:
        refs = tuple(f"{ref}.__dict__" for ref in use.arguments[0].refs[:2] if not ref.startswith(":"))
        return Value(refs=refs) if refs else UNKNOWN
    return named(f"{use.name}()")


def _super(a: Analysis, use: Use) -> Value | None:
    """``super()``: an instance of what the class inherits from."""
    del use
    owner = a.record.owner
    scope = a.scope
    while owner is None and scope.parent is not None:
        scope = scope.parent
        owner = scope.record.owner
    if owner is None or not owner.bases:
        return UNKNOWN
    return Value(refs=tuple(f"{ref}()" for ref in owner.bases if not ref.endswith("()"))[:4])


def _partial(a: Analysis, use: Use) -> Value | None:
    del a
    if not use.arguments:
        return UNKNOWN
    function = use.arguments[0]
    return Value(
        refs=function.refs,
        marks=function.marks,
        bound=(use.arguments[1:], dict(use.keywords)),
        parameter=function.parameter,
    )


def _attrgetter(a: Analysis, use: Use) -> Value | None:
    del a
    return (
        Value(refs=("operator.attrgetter()",), bound=([], {"\0name": use.arguments[0]})) if use.arguments else UNKNOWN
    )


def _attribute_got(a: Analysis, use: Use) -> Value | None:
    name = use.keywords.get("\0name", UNKNOWN)
    if not use.arguments:
        return UNKNOWN
    value = use.arguments[0]
    if isinstance(name.const, str) and "." in name.const:
        for part in name.const.split(".")[:6]:
            value = resolved_attribute(
                a, value, Value(const=part, marks=name.marks), use.node, callee="operator.attrgetter"
            )
        return value
    return resolved_attribute(a, value, name, use.node, callee="operator.attrgetter")


def _itemgetter(a: Analysis, use: Use) -> Value | None:
    del a
    return (
        Value(refs=("operator.itemgetter()",), bound=([], {"\0name": use.arguments[0]})) if use.arguments else UNKNOWN
    )


def _item_got(a: Analysis, use: Use) -> Value | None:

    return subscripted(a, use.arguments[0], use.keywords.get("\0name", UNKNOWN), use.node) if use.arguments else UNKNOWN


def _methodcaller(a: Analysis, use: Use) -> Value | None:
    del a
    return (
        Value(
            refs=("operator.methodcaller()",),
            bound=([], {"\0name": use.arguments[0], "\0given": Value(items=dict(enumerate(use.arguments[1:])))}),
        )
        if use.arguments
        else UNKNOWN
    )


def _method_called(a: Analysis, use: Use) -> Value | None:
    from pinkeeper.review.capabilities.python.calls import invoke  # noqa: PLC0415 - they need each other

    if not use.arguments:
        return UNKNOWN
    function = resolved_attribute(
        a, use.arguments[0], use.keywords.get("\0name", UNKNOWN), use.node, callee="operator.methodcaller"
    )
    given = use.keywords.get("\0given", UNKNOWN).items or {}
    return invoke(a, use.node, function, list(given.values()), {})


def _operator_getitem(a: Analysis, use: Use) -> Value | None:

    return subscripted(a, use.arguments[0], use.arguments[1], use.node) if len(use.arguments) > 1 else UNKNOWN


def _getenv(a: Analysis, use: Use) -> Value | None:
    default = use.arguments[1] if len(use.arguments) > 1 else use.keywords.get("default")
    return read_variable(a, use.argument(0, "key"), use.node, "os.getenv", default)


def _path(a: Analysis, use: Use) -> Value | None:
    del a
    if use.arguments and all(isinstance(each.const, str) for each in use.arguments):
        const = codecs_known.apply("pathlib.Path", [each.const for each in use.arguments], {})
        return Value(const=const, refs=("pathlib.Path()",), marks=_flow(use))
    texts_known = [_HOLE if each.shown is None else each.shown for each in use.arguments]
    first = use.arguments[0] if use.arguments else UNKNOWN
    choices = first.choices if len(use.arguments) == 1 else ()
    text = "/".join(texts_known) if use.arguments else None
    return Value(text=text if text != _HOLE else None, choices=choices, refs=("pathlib.Path()",), marks=_flow(use))


def _flow(use: Use) -> int:
    marks = 0
    for each in use.arguments:
        marks |= each.marks & FLOWING
    return marks


def _path_join(a: Analysis, use: Use) -> Value | None:
    marks = _flow(use)
    if use.arguments and all(isinstance(each.const, str) for each in use.arguments):
        const = codecs_known.apply("os.path.join", [each.const for each in use.arguments], {})
        if isinstance(const, str):
            a.text(const, use.node)
            return Value(const=const, marks=marks)
    known = [each.shown for each in use.arguments]
    listed = [at for at, each in enumerate(use.arguments) if each.choices and known[at] is None]
    if len(listed) == 1:
        at = listed[0]
        choices = tuple(
            "/".join(_HOLE if part is None else part for part in (*known[:at], each, *known[at + 1 :])).replace(
                "//", "/"
            )
            for each in use.arguments[at].choices[:16]
            if isinstance(each, str)
        )
        return Value(choices=choices, marks=marks)
    if all(each is None for each in known):
        return Value(marks=marks) if marks else UNKNOWN
    text = "/".join(_HOLE if part is None else part for part in known)[:4000].replace("//", "/")
    a.text(text, use.node)
    return Value(text=text, marks=marks)


def _constant_place(text: str, bits: int = 0, refs: tuple[str, ...] = ()) -> Effect:
    return lambda _, __: Value(text=text, marks=bits, refs=refs)


def _looks_at_path(a: Analysis, use: Use) -> Value | None:
    """What looks at a path without opening it."""
    secret = note_secret_path(a, use.node, use.name, use.argument(0, "path", "pathname", "top", "filenames"))
    marks = _flow(use) | secret
    return Value(marks=marks & ~FOLDED) if marks & ~FOLDED else UNKNOWN


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


def _subclasses(a: Analysis, use: Use) -> Value | None:
    a.fact(Capability.REFLECTION, "object.__subclasses__", use.node, (), 0)
    return UNKNOWN


def _native(a: Analysis, use: Use) -> Value | None:
    a.fact(Capability.NATIVE, use.name, use.node, shown(use), marks_given(a, use))
    return a.result_named(f"{use.ref}()")


def _stepped(a: Analysis, use: Use) -> Value | None:
    """What goes through constants with a function."""
    marks = _flow(use)
    if use.name == "builtins.map" and not use.arguments:
        return None
    if isinstance(use.node, ast.Call) and all(each.const is not NOTHING for each in use.arguments[1:]):
        const = a.folded(use.node)
        if const is not NOTHING:
            return Value(const=const, marks=marks | FOLDED)
    if use.name == "builtins.map":
        return None
    return Value(marks=marks) if marks else UNKNOWN


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
    "builtins.getattr": _getattr,
    "inspect.getattr_static": _getattr,
    "builtins.setattr": _setattr,
    "builtins.__import__": _import,
    "importlib.import_module": _import_module,
    "pydoc.locate": _import_module,
    "pkgutil.resolve_name": _import_module,
    "builtins.globals": _globals,
    "builtins.locals": _globals,
    "builtins.vars": _globals,
    "builtins.super": _super,
    "functools.partial": _partial,
    "functools.reduce": _stepped,
    "builtins.map": _stepped,
    "builtins.filter": _stepped,
    "operator.attrgetter": _attrgetter,
    "operator.itemgetter": _itemgetter,
    "operator.methodcaller": _methodcaller,
    "operator.getitem": _operator_getitem,
    "os.getenv": _getenv,
    "environs.Env.str": _getenv,
    "decouple.config": _getenv,
    "pathlib.Path": _path,
    "pathlib.PurePath": _path,
    "pathlib.Path.home": _constant_place("~", 0, ("pathlib.Path()",)),
    "os.path.join": _path_join,
    "posixpath.join": _path_join,
    "tempfile.gettempdir": _constant_place("/tmp", BIT[Mark.TEMPORARY]),  # noqa: S108 - the name of one
    "tempfile.gettempdirb": _constant_place("/tmp", BIT[Mark.TEMPORARY]),  # noqa: S108
    "tempfile.mkdtemp": _constant_place("/tmp/…", BIT[Mark.TEMPORARY]),  # noqa: S108
    "tempfile.mktemp": _constant_place("/tmp/…", BIT[Mark.TEMPORARY]),  # noqa: S108
    "tempfile.TemporaryDirectory": _constant_place("/tmp/…", BIT[Mark.TEMPORARY]),  # noqa: S108
    "site.getsitepackages": _constant_place("site-packages"),
    "site.getusersitepackages": _constant_place("site-packages"),
    "sysconfig.get_path": _constant_place("site-packages"),
    "distutils.sysconfig.get_python_lib": _constant_place("site-packages"),
    **dict.fromkeys(
        [
            "os.listdir",
            "os.scandir",
            "os.walk",
            "os.stat",
            "os.access",
            "os.path.exists",
            "os.path.isfile",
            "os.path.isdir",
            "glob.glob",
            "glob.iglob",
            "configparser.ConfigParser.read",
            "configparser.RawConfigParser.read",
            "dotenv.dotenv_values",
            "dotenv.load_dotenv",
            "sqlite3.connect",
            "linecache.getlines",
            "zipfile.ZipFile",
            "tarfile.TarFile",
        ],
        _looks_at_path,
    ),
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
    "builtins.object.__subclasses__": _subclasses,
    "numpy.load": _numpy_load,
    **dict.fromkeys(("yaml.load", "yaml.load_all", "torch.load"), _load),
    "setuptools.setup": _setup,
    "distutils.core.setup": _setup,
}

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
_STARTING: Final = word_set(
    "system popen execve execl execv execvp fork vfork posix_spawn WinExec CreateProcessA CreateProcessW "
    "ShellExecuteA ShellExecuteW"
)
_CALLED_AGAIN: Final[dict[str, Effect]] = {
    "operator.attrgetter()": _attribute_got,
    "operator.itemgetter()": _item_got,
    "operator.methodcaller()": _method_called,
}


def effect_of(name: str) -> Effect | None:
    """What a call of something with this canonical name does, where it is more than an entry of the catalogue says."""
    found = _EFFECTS.get(name)
    if found is not None or not name.startswith("ctypes."):
        return found
    if name.startswith(_LIBRARIES) and catalogue.entry(name) is None and name.count(".") > 1:
        return start_process if name.rpartition(".")[2] in _STARTING else _native
    return None


def effect_of_result(ref: str) -> Effect | None:
    """What a call of what a call gave does."""
    return _CALLED_AGAIN.get(ref)
