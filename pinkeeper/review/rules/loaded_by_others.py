"""What other programs load of their own accord: plug-ins by entry point, and files in places that they look into."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pinkeeper.model.comparison import ChangeStatus
from pinkeeper.model.finding import Severity
from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.material import Material
from pinkeeper.review.rules.rule import Rule, Sighting

__all__ = ["RULE"]

# Groups whose entry points run in whatever the named program does, only for being installed beside it.
_GROUPS = {
    "pytest11": "every run of pytest",
    "tox": "every run of tox",
    "flake8.extension": "every run of flake8",
    "flake8.report": "every run of flake8",
    "distutils.commands": "builds of other packages",
    "distutils.setup_keywords": "builds of other packages",
    "setuptools.finalize_distribution_options": "builds of other packages",
    "setuptools.file_finders": "builds of other packages",
    "egg_info.writers": "builds of other packages",
    "hatch": "builds of other packages",
    "pyinstaller40": "programs that PyInstaller freezes",
    "poetry.plugin": "every run of Poetry",
    "poetry.application.plugin": "every run of Poetry",
    "pdm": "every run of PDM",
    "conda": "every run of conda",
    "twine.registered_commands": "every run of twine",
    "keyring.backends": "whoever asks keyring for a secret",
    "opentelemetry_distro": "every instrumented program",
    "opentelemetry_configurator": "every instrumented program",
    "opentelemetry_instrumentor": "every instrumented program",
    "airflow.plugins": "every part of Airflow",
    "apache_airflow_provider": "every part of Airflow",
    "torch.backends": "whoever imports torch",
    "triton.backends": "whoever imports triton",
    "jax_plugins": "every program that uses JAX",
    "numba_extensions": "every program that compiles with numba",
    "vllm.general_plugins": "every process of vLLM",
    "vllm.platform_plugins": "every process of vLLM",
}

# Places below the environment's own folder, or the system's, into which somebody looks without being asked to.
_PLACES = (
    (
        re.compile(r"(?:^|/)etc/profile(?:\.d/.|$)|(?:^|/)etc/(?:bash\.)?bashrc(?:$|\.d/)|(?:^|/)etc/zsh/"),
        "every shell",
    ),
    (re.compile(r"(?:^|/)(?:etc|lib|share)/fish/(?:vendor_)?conf\.d/."), "every shell"),
    (re.compile(r"(?:^|/)(?:etc/cron(?:tab$|\.)|var/spool/cron/)"), "the system's clock"),
    (re.compile(r"(?:^|/)systemd/(?:system|user)/[^/]+\.(?:service|timer|path|socket)$"), "the system's services"),
    (re.compile(r"(?:^|/)etc/(?:init\.d|rc\.local|rc\d\.d)(?:/|$)"), "the start of the system"),
    (re.compile(r"(?:^|/)autostart/[^/]+\.desktop$|LaunchAgents/|LaunchDaemons/"), "every login"),
    (
        re.compile(r"(?:^|/)etc/(?:ld\.so\.(?:preload$|conf\.d/)|sudoers(?:\.d/|$)|udev/rules\.d/|pam\.d/)"),
        "the system",
    ),
    (re.compile(r"(?:^|/)etc/jupyter/(?:jupyter_[a-z_]*config\.(?:d/|py$|json$)|nbconfig/)"), "every Jupyter server"),
    (re.compile(r"(?:^|/)etc/ipython/(?:startup/|ipython_config\.py$)|profile_default/startup/"), "every IPython"),
    (
        re.compile(r"^(?:pip|uv|pydistutils)\.(?:conf|ini|cfg|toml)$|(?:^|/)etc/(?:pip\.conf|uv/uv\.toml)$"),
        "installers",
    ),
    (re.compile(r"^pyvenv\.cfg$"), "the interpreter of the environment"),
    (re.compile(r"(?:^|/)\.git/hooks/.|(?:^|/)share/git-core/templates/hooks/."), "git"),
)
_DATA = lazy_pattern(r"[^/]+\.data/(?:data|scripts|headers)/(?P<rest>.+)")
_COMPLETIONS = lazy_pattern(
    r"(?:^|/)share/(?:bash-completion/completions|zsh/site-functions|fish/vendor_completions\.d)/."
)


def _look(material: Material) -> Iterable[Sighting]:
    yield from _plug_ins(material)
    yield from _files(material)


def _plug_ins(material: Material) -> Iterator[Sighting]:
    for change in material.fields:
        if change.field != "entry point":
            continue
        had = {_group(text) for text in change.old}
        for text in change.new:
            group = _group(text)
            if group in _GROUPS:
                known = group in had or _stood_before(group, material)
                yield Sighting(
                    severity=Severity.MEDIUM if known else Severity.HIGH,
                    summary=f"from now on it runs in {_GROUPS[group]}: the entry point {text[:120]}",
                    subject=f"entry point {text}",
                )


def _group(text: str) -> str:
    return text.partition(": ")[0].strip()


def _stood_before(group: str, material: Material) -> bool:
    """Whether the old release had an entry point of the group, which need not be among those that differ."""
    contents = material.old.main
    path = next((path for path in contents.entries if path.endswith(".dist-info/entry_points.txt")), None)
    return path is not None and f"[{group}]".encode() in contents.read(path)


def _files(material: Material) -> Iterator[Sighting]:
    had = {who for path in material.old.main.entries if (who := _reader(path)) is not None}
    for change in material.changes:
        path = change.new_path
        who = None if path is None or change.status is ChangeStatus.REMOVED else _reader(path)
        if who is not None and change.status in {ChangeStatus.ADDED, ChangeStatus.CHANGED, ChangeStatus.RENAMED}:
            is_new = change.status is not ChangeStatus.CHANGED
            yield Sighting(
                severity=Severity.HIGH if is_new and who not in had else Severity.MEDIUM,
                summary=f"a file where {who} will find it, {'new' if is_new else 'changed'}: {path}",
                path=path,
                subject=f"place {path}",
            )


def _reader(path: str) -> str | None:
    """Who looks into the place where a file is put; None for nobody."""
    found = _DATA.fullmatch(path)
    if found is None:
        return None
    rest = found["rest"]
    if _COMPLETIONS.search(rest):
        return None  # they are read when somebody types the name of the package's own command
    return next((who for pattern, who in _PLACES if pattern.search(rest)), None)


RULE = Rule(
    id="loaded-by-others",
    severity=Severity.HIGH,
    title="another program will load it unasked",
    means=(
        "A plug-in that a test runner, a build or a keyring loads only because it is installed, or a file in a place "
        "where a shell, a server, an installer or the system looks. Nobody imports the package, and its code runs."
    ),
    attack="A pytest plug-in in a library that had none: the payload ran in the CI of whoever tested anything.",
    judge="A plug-in for that program says so in its name and description. What does it do when it is loaded?",
    look=_look,
)
