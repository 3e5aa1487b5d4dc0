"""What calls what it is given: threads, exit handlers, pools, hooks, maps."""

from __future__ import annotations

from typing import Any, Final

from pinkeeper.review.capabilities.python.analysis import Analysis
from pinkeeper.review.capabilities.python.containers import element_of
from pinkeeper.review.capabilities.python.value import NOTHING, UNKNOWN, Value, constant

__all__ = ["METHODS", "RUNNERS", "Runner", "handed"]

Runner = tuple[int, str, str]
"""Where a callable stands among the arguments: its index, its keyword, and the keyword of what it will be given."""

RUNNERS: Final[dict[str, Runner]] = {
    "threading.Thread": (1, "target", "args"),
    "threading.Timer": (1, "function", "args"),
    "_thread.start_new_thread": (0, "function", "args"),
    "_thread.start_new": (0, "function", "args"),
    "multiprocessing.Process": (1, "target", "args"),
    "multiprocessing.context.Process": (1, "target", "args"),
    "atexit.register": (0, "func", ""),
    "signal.signal": (1, "handler", "-"),
    "weakref.finalize": (1, "func", ""),
    "weakref.ref": (1, "callback", "-"),
    "sys.addaudithook": (0, "hook", "-"),
    "sys.settrace": (0, "function", "-"),
    "sys.setprofile": (0, "function", "-"),
    "sys.set_asyncgen_hooks": (0, "firstiter", "-"),
    "threading.settrace": (0, "func", "-"),
    "threading.setprofile": (0, "func", "-"),
    "gc.callbacks.append": (0, "", "-"),
    "os.register_at_fork": (0, "after_in_child", "-"),
    "codecs.register": (0, "search_function", "-"),
    "builtins.map": (0, "", ""),
    "builtins.filter": (0, "", ""),
    "builtins.iter": (0, "", "-"),
    "builtins.sorted": (9, "key", "-"),
    "builtins.min": (9, "key", "-"),
    "builtins.max": (9, "key", "-"),
    "functools.reduce": (0, "", "-"),
    "itertools.starmap": (0, "", "-"),
    "asyncio.to_thread": (0, "func", ""),
    "asyncio.run": (9, "", "-"),
    "contextlib.ExitStack.callback": (0, "", ""),
    "anyio.run": (0, "func", ""),
    "trio.run": (0, "async_fn", ""),
    "concurrent.futures.ThreadPoolExecutor.submit": (0, "fn", ""),
    "concurrent.futures.ThreadPoolExecutor.map": (0, "fn", ""),
    "concurrent.futures.ProcessPoolExecutor.submit": (0, "fn", ""),
    "concurrent.futures.ProcessPoolExecutor.map": (0, "fn", ""),
    "multiprocessing.Pool.map": (0, "func", ""),
    "multiprocessing.Pool.apply": (0, "func", "args"),
    "multiprocessing.Pool.apply_async": (0, "func", "args"),
    "timeit.timeit": (0, "stmt", "-"),
    "sched.scheduler.enter": (2, "action", "-"),
    "functools.cached_property": (0, "", "-"),
    "asyncio.get_event_loop.run_in_executor": (1, "func", ""),
    "asyncio.get_event_loop.call_soon": (0, "callback", ""),
    "asyncio.get_event_loop.call_later": (1, "callback", ""),
}
"""By canonical name."""

METHODS: Final[dict[str, Runner]] = {
    "submit": (0, "fn", ""),
    "apply_async": (0, "func", "args"),
    "starmap": (0, "func", "-"),
    "imap": (0, "func", "-"),
    "imap_unordered": (0, "func", "-"),
    "run_in_executor": (1, "func", ""),
    "call_soon": (0, "callback", ""),
    "call_soon_threadsafe": (0, "callback", ""),
    "call_later": (1, "callback", ""),
    "call_at": (1, "callback", ""),
    "add_done_callback": (0, "", "-"),
    "start_soon": (0, "", ""),
    "spawn": (0, "", ""),
    "run_sync": (0, "", ""),
    "map": (0, "func", ""),
    "apply": (0, "func", "-"),
}
"""By the name of the method, whoever has it."""


def handed(a: Analysis, node: Any, runner: Runner, arguments: list[Value], keywords: dict[str, Value]) -> Value:
    """What is handed on is called: now or later, with what it is given. Gives what that call gives."""
    index, keyword, given_by = runner
    function = arguments[index] if index < len(arguments) else keywords.get(keyword, UNKNOWN) if keyword else UNKNOWN
    if not function.refs and function.parameter < 0:
        return UNKNOWN
    from pinkeeper.review.capabilities.python.calls import invoke  # noqa: PLC0415 - they need each other

    given: list[Value] = []
    named: dict[str, Value] = {}
    if given_by == "":
        given = arguments[index + 1 :]
        if index == 0 and keyword == "":
            given = [element_of(a, each) for each in given]
        named = {name: value for name, value in keywords.items() if name != keyword}
    elif given_by != "-":
        given = _elements(keywords.get(given_by, arguments[index + 1] if index + 1 < len(arguments) else UNKNOWN))
        more = keywords.get("kwargs", UNKNOWN)
        if more.items is not None:
            named = {name: value for name, value in more.items.items() if isinstance(name, str)}
    return invoke(a, node, function, given, named)


def _elements(value: Value) -> list[Value]:
    if isinstance(value.const, (list, tuple)):
        return [constant(each, value.marks) for each in value.const[:16]]
    if value.items is not None:
        return list(value.items.values())[:16]
    return [Value(marks=value.marks)] if value.const is NOTHING and value.marks else []
