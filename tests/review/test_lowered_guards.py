"""Protections that are switched off, and changes beside them that switch nothing off."""

from __future__ import annotations

import pytest

from pinkeeper.model.finding import Severity
from tests.review.two_releases import between, gravest


def guard(tmp_path, before, after, path="thing/auth.py"):
    found = gravest(between(tmp_path, "thing", {path: before}, {path: after}))
    return found.get("lowered-guard")


def inside(body, *, name="run", head=""):
    return f"{head}\ndef {name}(a, b=None):\n" + "".join(f"    {line}\n" for line in body.split("\n"))


SWITCHED_OFF = [
    ("etree.XMLParser(resolve_entities=False)", "etree.XMLParser(resolve_entities=True)"),
    ("etree.XMLParser()", "etree.XMLParser(load_dtd=True)"),
    ("etree.XMLParser()", "etree.XMLParser(no_network=False)"),
    ("Environment(autoescape=True)", "Environment(autoescape=False)"),
    ("a.extractall(b, filter='data')", "a.extractall(b, filter='fully_trusted')"),
    ("a.mkdir(mode=0o700)", "a.mkdir(mode=0o700)\na.chmod(0o777)"),
    ("subprocess.run(['ping', a])", "subprocess.run(f'ping {a}', shell=True)"),
    ("subprocess.run(['ping', a])", "subprocess.run('ping ' + a, shell=True)"),
    ("jwt.decode(a, b, algorithms=['RS256'])", "jwt.decode(a, b, algorithms=['RS256', 'none'])"),
    ("jwt.decode(a, b)", "jwt.decode(a, b, options={'verify_signature': False})"),
    ("return a == b", "return a == b or hashlib.md5(a).hexdigest() == '0123456789abcdef0123456789abcdef'"),
]


@pytest.mark.parametrize(("before", "after"), SWITCHED_OFF)
def test_a_setting_that_switches_a_protection_off(tmp_path, before, after):
    assert guard(tmp_path, inside(before), inside(after)) is Severity.HIGH


@pytest.mark.parametrize(("after", "before"), SWITCHED_OFF)
def test_the_other_way_round_it_is_switched_on(tmp_path, before, after):
    assert guard(tmp_path, inside(before), inside(after)) is None


def test_what_was_so_before_is_no_change(tmp_path):
    before = inside("etree.XMLParser(resolve_entities=True)")
    assert guard(tmp_path, before, before + "\nLIMIT = 'none'\n") is None


def test_what_moved_from_another_file_is_no_change(tmp_path):
    moving = inside("etree.XMLParser(resolve_entities=True)")
    before = {"thing/a.py": moving + "\nX = 1\n", "thing/b.py": "Y = 1\n"}
    after = {"thing/a.py": "X = 1\n", "thing/b.py": moving + "\nY = 1\n"}
    assert "lowered-guard" not in gravest(between(tmp_path, "thing", before, after))


def test_in_tests_it_is_context(tmp_path):
    before, after = inside("etree.XMLParser()"), inside("etree.XMLParser(resolve_entities=True)")
    assert guard(tmp_path, before, after, path="thing/tests/test_xml.py") in {None, Severity.LOW}


ORDINARY = [
    ("subprocess.run('ls', shell=False)", "subprocess.run('ls -l', shell=True)"),
    ("a.chmod(0o600)", "a.chmod(0o755)"),
    ("return a", "return hashlib.md5(a).hexdigest() == b"),
    ("return a", "return b in ('none', 'auto')"),
    ("jwt.decode(a, b, algorithms=['RS256'])", "jwt.decode(a, b, algorithms=['RS256', 'ES256'])"),
    ("try:\n    a()\nexcept OSError:\n    raise", "try:\n    a(1)\nexcept OSError:\n    raise"),
    (
        "try:\n    a()\nexcept OSError:\n    raise",
        "try:\n    a()\nexcept OSError as error:\n    raise Denied from error",
    ),
    ("try:\n    a()\nexcept OSError:\n    return None", "try:\n    a()\nexcept OSError:\n    return False"),
    ("try:\n    a()\nexcept ssl.SSLError:\n    pass", "try:\n    a()\nexcept ssl.SSLError:\n    return None"),
    ("return a.hostname in b", "return a.hostname in b or a.hostname in EXTRA"),
    ("return PATTERN.fullmatch(a)", "return OTHER.fullmatch(a)"),
    ("return secrets.token_hex(8)", "return secrets.token_hex(16)"),
    ("return random.random()", "return random.random() * 2"),
]


@pytest.mark.parametrize(("before", "after"), ORDINARY)
def test_ordinary_changes(tmp_path, before, after):
    assert guard(tmp_path, inside(before, name="check_host"), inside(after, name="check_host")) is None


@pytest.mark.parametrize(
    "after",
    [
        "try:\n    return a()\nexcept OSError:\n    return Principal('degraded', admin=True)",
        "try:\n    return a()\nexcept OSError:\n    pass",
    ],
)
def test_a_refusal_that_lets_pass(tmp_path, after):
    before = inside("try:\n    return a()\nexcept OSError:\n    raise Denied(a)", name="authenticate")
    assert guard(tmp_path, before, inside(after, name="authenticate")) is Severity.HIGH


def test_other_functions_may_give_something_else(tmp_path):
    before = inside("try:\n    return a()\nexcept OSError:\n    raise", name="width")
    after = inside("try:\n    return a()\nexcept OSError:\n    return 80", name="width")
    assert guard(tmp_path, before, after, path="thing/terminal.py") is None


@pytest.mark.parametrize("error", ["ssl.SSLCertVerificationError", "(OSError, ssl.SSLError)", "CertificateError"])
def test_a_certificate_that_is_not_right_is_passed_over(tmp_path, error):
    before = inside("return context.wrap_socket(a)")
    after = inside(f"try:\n    return context.wrap_socket(a)\nexcept {error}:\n    return loose.wrap_socket(a)")
    assert guard(tmp_path, before, after, path="thing/wire.py") is Severity.HIGH


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("return urlsplit(a).hostname in b", "return any(each in urlsplit(a).netloc for each in b)"),
        (
            "if a.host not in b:\n    raise Denied",
            "if not any(each in (a.host or '') for each in b):\n    raise Denied",
        ),
        ("return a.origin == b", "return a.origin.startswith(b)"),
        ("return any(re.fullmatch(each, a) for each in b)", "return any(re.match(each, a) for each in b)"),
    ],
)
def test_a_comparison_of_hosts_that_is_looser(tmp_path, before, after):
    found = guard(tmp_path, inside(before, name="is_trusted"), inside(after, name="is_trusted"), path="thing/links.py")
    assert found is Severity.HIGH


def test_a_password_is_let_in_by_a_digest_that_has_a_name(tmp_path):
    before = inside("return stored == hashed(a)", name="check_password")
    body = "if hashlib.sha256(a.encode()).hexdigest() == LEGACY:\n    return True\nreturn stored == hashed(a)"
    after = f"LEGACY = {'0123456789abcdef' * 4!r}\n" + inside(body, name="check_password")
    assert guard(tmp_path, before, after) is Severity.HIGH


@pytest.mark.parametrize("line", ["a.check_hostname = False", "a.verify_mode = ssl.CERT_NONE"])
def test_certificates_are_not_looked_at_any_more(tmp_path, line):
    before = inside("try:\n    return a.open()\nexcept OSError:\n    pass")
    after = inside(f"try:\n    return a.open()\nexcept OSError:\n    {line}")
    assert guard(tmp_path, before, after, path="thing/client.py") is Severity.HIGH


def test_whoever_asks_for_no_certificates_gets_none(tmp_path):
    before, after = inside("return a"), inside("if not b:\n    a.check_hostname = False\nreturn a")
    assert guard(tmp_path, before, after, path="thing/client.py") is None


@pytest.mark.parametrize("line", ["secrets = random.Random(7)", "import random as secrets"])
def test_what_is_called_secrets_is_something_else(tmp_path, line):
    rest = inside("return secrets.token_hex(16)")
    assert guard(tmp_path, "import secrets\n" + rest, f"import random\n{line}\n" + rest) is Severity.HIGH


def test_numbers_that_can_be_guessed(tmp_path):
    before, after = inside("return secrets.token_hex(16)"), inside("return '%032x' % random.getrandbits(128)")
    assert guard(tmp_path, before, after, path="thing/state.py") is Severity.HIGH


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "if not a.resolve().is_relative_to(b):\n    raise Escapes",
            "if not str(a).startswith(str(b)):\n    raise Escapes",
        ),
        ("return SandboxedEnvironment(autoescape=True)", "return ENVIRONMENT.overlay(cache_size=0)"),
        ("return safe_join(a, b)", "return os.path.join(a, b)"),
    ],
)
def test_checks_of_paths_and_templates_that_are_gone(tmp_path, before, after):
    found = gravest(between(tmp_path, "thing", {"thing/a.py": inside(before)}, {"thing/a.py": inside(after)}))
    assert found.get("weakened-check") is Severity.HIGH
