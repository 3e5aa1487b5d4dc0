"""A command-line tool that reads log files: entry points, setuptools with a setup.py, src layout, no network at all."""

# ruff: noqa: E501 - what is planted is kept on lines of its own length

from __future__ import annotations

from tests.review.corpus.draft import Draft, source

__all__ = ["new", "old"]

_CLI = source(
    '''
    """The command line."""

    import argparse
    import sys

    from tidelog import __version__
    from tidelog.formats import FORMATS, guess
    from tidelog.parsing import read_entries
    from tidelog.render import render_table


    def build_parser():
        parser = argparse.ArgumentParser(prog="tidelog", description="Summaries of log files.")
        parser.add_argument("paths", nargs="*", default=["-"], help="log files, - for standard input")
        parser.add_argument("--format", choices=sorted(FORMATS), help="how lines are written; guessed by default")
        parser.add_argument("--by", default="status", help="the field to count by")
        parser.add_argument("--version", action="version", version=f"tidelog {__version__}")
        return parser


    def summarise(entries, field):
        """Count entries by a field."""
        counts = {}
        for entry in entries:
            key = entry.get(field, "-")
            counts[key] = counts.get(key, 0) + 1
        return counts


    def main(argv=None):
        options = build_parser().parse_args(argv)
        total = {}
        for path in options.paths:
            stream = sys.stdin if path == "-" else open(path, encoding="utf-8", errors="replace")
            with stream:
                lines = iter(stream)
                form = FORMATS[options.format] if options.format else guess(path)
                for key, count in summarise(read_entries(lines, form), options.by).items():
                    total[key] = total.get(key, 0) + count
        print(render_table(total, title=options.by))
        return 0


    if __name__ == "__main__":
        sys.exit(main())
    '''
)

_PARSING = source(
    '''
    """From lines to entries."""

    import re
    from datetime import datetime

    _SPACES = re.compile(r"\\s+")


    def parse_time(text):
        """A moment as logs write it, or None."""
        for form in ("%d/%b/%Y:%H:%M:%S %z", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d %H:%M:%S"):
            try:
                return datetime.strptime(text, form)
            except ValueError:
                continue
        return None


    def tidy(text):
        return _SPACES.sub(" ", text).strip()


    def read_entries(lines, form):
        """Entries of those lines that fit the format."""
        for line in lines:
            line = tidy(line)
            if not line:
                continue
            entry = form.parse(line)
            if entry is not None:
                yield entry
    '''
)

_FORMATS = source(
    '''
    """How logs are written."""

    from tidelog.formats.apache import ApacheFormat
    from tidelog.formats.jsonl import JSONLinesFormat

    FORMATS = {form.name: form for form in (ApacheFormat(), JSONLinesFormat())}


    def guess(path):
        """The format of a file by its name."""
        return FORMATS["jsonl"] if path.endswith((".json", ".jsonl")) else FORMATS["apache"]
    '''
)

_APACHE = source(
    """
    import re

    from tidelog.parsing import parse_time

    _LINE = re.compile(
        r\'(?P<host>\\S+) \\S+ (?P<user>\\S+) \\[(?P<time>[^\\]]+)\\] "(?P<request>[^"]*)" (?P<status>\\d{3}) (?P<size>\\S+)\'
    )


    class ApacheFormat:
        name = "apache"

        def parse(self, line):
            match = _LINE.match(line)
            if match is None:
                return None
            entry = match.groupdict()
            entry["time"] = parse_time(entry["time"])
            return entry
    """
)

_JSONL = source(
    """
    import json


    class JSONLinesFormat:
        name = "jsonl"

        def parse(self, line):
            try:
                entry = json.loads(line)
            except ValueError:
                return None
            return entry if isinstance(entry, dict) else None
    """
)

_RENDER = source(
    '''
    """Tables for a terminal."""

    BAR = "#"


    def render_table(counts, title, width=40):
        if not counts:
            return "nothing found"
        widest = max(len(str(key)) for key in (*counts, title))
        most = max(counts.values())
        rows = [f"{title:<{widest}}  count"]
        for key, count in sorted(counts.items(), key=lambda item: (-item[1], str(item[0]))):
            rows.append(f"{key!s:<{widest}}  {count:>6} {BAR * max(1, round(width * count / most))}")
        return "\\n".join(rows)
    '''
)

_SETUP_PY = source(
    """
    from pathlib import Path

    from setuptools import find_packages, setup

    here = Path(__file__).parent

    setup(
        name="tidelog",
        version="1.8.2",
        description="Summaries of log files",
        long_description=(here / "README.rst").read_text(encoding="utf-8"),
        packages=find_packages("src"),
        package_dir={"": "src"},
        python_requires=">=3.8",
        package_data={"tidelog": ["data/*.json"]},
        entry_points={"console_scripts": ["tidelog = tidelog.cli:main"]},
    )
    """
)


def old() -> Draft:
    """The release that is in use."""
    return Draft(
        name="tidelog",
        version="1.8.2",
        summary="Summaries of log files",
        lines=["Author: The tidelog developers", "Project-URL: Homepage, https://tidelog.example"],
        requires_python=">=3.8",
        entry_points="[console_scripts]\ntidelog = tidelog.cli:main\n",
        layout="src/",
        installed={
            path: text.encode()
            for path, text in {
                "tidelog/__init__.py": '"""Summaries of log files."""\n\n__version__ = "1.8.2"\n',
                "tidelog/__main__.py": "from tidelog.cli import main\n\nraise SystemExit(main())\n",
                "tidelog/cli.py": _CLI,
                "tidelog/parsing.py": _PARSING,
                "tidelog/render.py": _RENDER,
                "tidelog/formats/__init__.py": _FORMATS,
                "tidelog/formats/apache.py": _APACHE,
                "tidelog/formats/jsonl.py": _JSONL,
                "tidelog/data/agents.json": '{"bots": ["examplebot", "crawler"], "browsers": ["gecko", "webkit"]}\n',
            }.items()
        },
        around={
            path: text.encode()
            for path, text in {
                "setup.py": _SETUP_PY,
                "pyproject.toml": '[build-system]\nrequires = ["setuptools>=61"]\nbuild-backend = "setuptools.build_meta"\n',
                "README.rst": "tidelog\n=======\n\nSummaries of log files.\n",
                "CHANGES.rst": "1.8.2\n-----\n\n* Faster reading.\n",
                "tests/test_parsing.py": "from tidelog.parsing import tidy\n\n\ndef test_tidy():\n    assert tidy(' a  b ') == 'a b'\n",
                "tests/test_cli.py": source(
                    """
                    import subprocess
                    import sys


                    def test_version():
                        done = subprocess.run([sys.executable, "-m", "tidelog", "--version"], capture_output=True)
                        assert done.returncode == 0
                    """
                ),
            }.items()
        },
    )


def new() -> Draft:
    """The next minor release: one more format, a JSON output, types here and there, a file split in two."""
    draft = old()
    draft.version = "1.9.0"
    draft.put("tidelog/__init__.py", '"""Summaries of log files."""\n\n__version__ = "1.9.0"\n')
    draft.put(
        "tidelog/formats/logfmt.py",
        source(
            '''
            import re

            _PAIR = re.compile(r\'(\\w+)=("[^"]*"|\\S+)\')


            class LogfmtFormat:
                """``level=info msg="it works"``."""

                name = "logfmt"

                def parse(self, line):
                    pairs = _PAIR.findall(line)
                    return {key: value.strip(\'"\') for key, value in pairs} or None
            '''
        ),
    )
    draft.after(
        "tidelog/formats/__init__.py", "import JSONLinesFormat", "from tidelog.formats.logfmt import LogfmtFormat\n"
    )
    draft.replace("tidelog/formats/__init__.py", "JSONLinesFormat())}", "JSONLinesFormat(), LogfmtFormat())}")
    # parse_time gets a file of its own
    times = source(
        '''
        """Moments."""

        from datetime import datetime

        FORMS = ("%d/%b/%Y:%H:%M:%S %z", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d %H:%M:%S", "%b %d %H:%M:%S")


        def parse_time(text):
            """A moment as logs write it, or None."""
            for form in FORMS:
                try:
                    return datetime.strptime(text, form)
                except ValueError:
                    continue
            return None
        '''
    )
    draft.put("tidelog/times.py", times)
    parsing = draft.text("tidelog/parsing.py")
    start, end = parsing.index("def parse_time"), parsing.index("def tidy")
    draft.put("tidelog/parsing.py", (parsing[:start] + parsing[end:]).replace("from datetime import datetime\n", ""))
    draft.replace("tidelog/formats/apache.py", "tidelog.parsing", "tidelog.times")
    draft.after(
        "tidelog/cli.py",
        'parser.add_argument("--by"',
        """
        parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
        parser.add_argument("-o", "--output", help="write there instead of standard output")
        """,
        indent=4,
    )
    draft.replace("tidelog/cli.py", "import argparse\n", "import argparse\nimport json\n")
    draft.replace(
        "tidelog/cli.py",
        "    print(render_table(total, title=options.by))\n",
        source(
            """
                text = json.dumps(total, indent=2) if options.json else render_table(total, title=options.by)
                if options.output:
                    with open(options.output, "w", encoding="utf-8") as file:
                        file.write(text + "\\n")
                else:
                    print(text)
            """
        ),
    )
    draft.replace("setup.py", 'version="1.8.2"', 'version="1.9.0"')
    draft.replace("setup.py", 'python_requires=">=3.8"', 'python_requires=">=3.9"')
    draft.requires_python = ">=3.9"
    draft.put_around(
        "CHANGES.rst",
        "1.9.0\n-----\n\n* ``--json`` and ``--output``.\n* logfmt.\n\n1.8.2\n-----\n\n* Faster reading.\n",
    )
    draft.put_around(
        "tests/test_logfmt.py",
        "from tidelog.formats.logfmt import LogfmtFormat\n\n\ndef test_pairs():\n    assert LogfmtFormat().parse('a=1 b=2') == {'a': '1', 'b': '2'}\n",
    )
    return draft
