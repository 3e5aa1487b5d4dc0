"""What a text says about what it is for: URLs, addresses, paths of secrets and of start-up files, command lines."""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import Final

from pinkeeper.model.lazy_pattern import lazy_pattern
from pinkeeper.review.capabilities.python.value import BIT
from pinkeeper.review.capabilities.python.word_sets import word_set
from pinkeeper.review.capabilities.summary import LiteralKind, Mark

__all__ = [
    "asks_for_secrets",
    "command_marks",
    "downloads",
    "is_elsewhere",
    "is_foreign_variable",
    "is_gate_variable",
    "is_hidden",
    "is_metadata",
    "is_persistent",
    "is_secret_path",
    "is_temporary",
    "kinds",
]

_SEARCH_LIMIT: Final = 20_000
_COMMAND_LIMIT: Final = 2000  # what is searched for in commands takes the square of their length

_URL: Final = lazy_pattern(
    r"\b(?:https?|ftps?|wss?|tcp|udp|ssh|git\+https?|socks5h?|sftp|dns|rtmp|ldaps?|rmi)://"
    r"(?:[^\s/'\"<>\\)\]}`\[]*\[[0-9a-f:.]{2,40}\][^\s'\"<>\\)\]}`]*|[^\s'\"<>\\)\]}`\[]{3,}[^\s'\"<>\\)\]}`]*)",
    re.IGNORECASE,
)
_ADDRESS: Final = lazy_pattern(
    r"(?<![\w.\-/])(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}(?![\w.\-])(?::\d{1,5})?"
)
_SECRET_PATH: Final = lazy_pattern(
    r"(?:^|[/\\~\s'\"=])(?:"
    r"\.aws[/\\]?(?:credentials|config)?|\.ssh(?:[/\\][\w.*-]*)?|id_(?:rsa|dsa|ecdsa|ed25519)|\.netrc|_netrc|"
    r"\.pypirc|\.npmrc|\.yarnrc|"
    r"\.git-credentials|\.kube(?:[/\\]config)?|\.docker[/\\]config\.json|\.dockercfg|\.config[/\\]gcloud|"
    r"\.gcloud|gcloud[/\\]"
    r"(?:application_default_credentials\.json|credentials\.db|access_tokens\.db)|"
    r"application_default_credentials\.json|\.azure|"
    r"\.boto|\.s3cfg|\.pgpass|\.my\.cnf|\.vault-token|\.terraform\.d[/\\]credentials\S*|\.gnupg|"
    r"\.password-store|\.config[/\\]gh[/\\]hosts\.yml|"
    r"\.config[/\\]rclone|\.cargo[/\\]credentials(?:\.toml)?|\.gem[/\\]credentials|\.m2[/\\]settings\.xml|"
    r"\.gradle[/\\]gradle\.properties|"
    r"\.bash_history|\.zsh_history|\.python_history|\.mysql_history|\.psql_history|\.local[/\\]share[/\\]keyrings|"
    r"Login Data|Local State|Web Data|logins\.json|key[34]\.db|cookies\.sqlite|\.electrum|\.bitcoin|\.ethereum|"
    r"wallet\.dat|"
    r"Exodus[/\\]exodus\.wallet|\.config[/\\]solana|\.mozilla[/\\]firefox|\.config[/\\]google-chrome|"
    r"Library[/\\]Keychains|Library[/\\]Application Support[/\\]Google[/\\]Chrome|Local Storage[/\\]leveldb"
    r")(?=$|[/\\\s'\"*;|&)])"
    r"|/etc/shadow\b|/etc/(?:master\.)?passwd\b|/proc/(?:self|[\d*?…{}\[\]-]+)/environ|/var/run/secrets|/run/secrets/|"
    r"/\.env(?:\.\w+)?$|^\.env(?:\.\w+)?$|nkbihfbeogaeaoehlefnkodbefgpgknn"
)
_METADATA: Final = lazy_pattern(
    r"169\.254\.169\.254|169\.254\.170\.2|metadata\.google\.internal|100\.100\.100\.200|fd00:ec2::254|"
    r"/latest/meta-data|"
    r"/latest/api/token\b|computeMetadata/v1"
)
_PERSISTENT: Final = lazy_pattern(
    r"/etc/cron|/var/spool/cron|/etc/systemd/system|\.config[/\\]systemd|/(?:usr/)?lib/systemd/system|"
    r"LaunchAgents|LaunchDaemons|"
    r"\.config[/\\]autostart|/etc/xdg/autostart|/etc/init\.d|/etc/rc\.local|/etc/profile\b|/etc/ld\.so\.preload|"
    r"(?:^|[/\\~])\.(?:bashrc|bash_profile|bash_login|zshrc|zprofile|zshenv|profile|xinitrc|xprofile|"
    r"pam_environment)\b|config\.fish|"
    r"Start Menu[/\\]Programs[/\\]Start|CurrentVersion[/\\]+Run|authorized_keys|\.git[/\\]hooks|"
    r"(?:site|user)customize\.py\b|\w\.pth$|Winlogon|\\Environment\\UserInitMprLogonScript"
)
# Settings of other tools, in which they find what to start or where to go. To name one on a command line is no harm.
_SETTINGS: Final = lazy_pattern(
    r"(?:^|[/\\])pip\.(?:conf|ini)$|(?:^|[/\\])uv\.toml$|(?:^|[/\\~])\.(?:npmrc|yarnrc(?:\.yml)?|condarc|gitconfig)$|"
    r"\.ssh[/\\](?:config|rc)$|"
    r"\.github[/\\]workflows\b|(?:^|[/\\])\.gitlab-ci\.yml$|(?:^|[/\\])\.pre-commit-config\.yaml$|"
    r"\.vscode[/\\](?:tasks|settings|launch)\.json$|\.(?:claude|cursor|codex|gemini)[/\\][\w/\\.-]*\.(?:json|toml|mdc)$|"
    r"(?:^|[/\\])\.mcp\.json$|claude_desktop_config\.json$|"
    r"profile_default[/\\]startup\b|\.jupyter[/\\]\w+\.(?:py|json)$|_profile\.ps1$|/etc/sudoers|/etc/ld\.so\.conf"
)
# Somewhere else than on this machine, as far as it is written out.
_ELSEWHERE: Final = lazy_pattern(r"(?:https?|socks\w*|grpcs?)://(?!localhost|127\.|0\.0\.0\.0|\[::1\])[^\s{…]")
_PERSISTENT_COMMAND: Final = lazy_pattern(
    r"\bcrontab\s+(?!-l)|\bsystemctl\s+(?:--user\s+)?(?:enable|daemon-reload)|\blaunchctl\s+(?:load|bootstrap)|"
    r"\bschtasks\b.{0,200}?/create|"
    r"\breg(?:\.exe)?\s+add\b.{0,200}?\\Run|\bupdate-rc\.d\b|\bNew-ScheduledTask|\bsc(?:\.exe)?\s+create\b",
    re.IGNORECASE | re.DOTALL,
)
_TEMPORARY: Final = lazy_pattern(
    r"(?:^|[\s'\"=:>;|&(])(?:/private)?(?:/var)?/tmp(?:/|$|[\s'\"])|/dev/shm\b|%(?:TEMP|TMP)%|\$(?:\{|"
    r"env:)?(?:TMPDIR|TEMP|TMP)\b|"
    r"AppData[/\\]+Local[/\\]+Temp",
    re.IGNORECASE,
)
_COMMAND: Final = lazy_pattern(
    r"^\s*(?:sudo\s+|nohup\s+|env\s+|exec\s+|setsid\s+|/\w+/(?:\w+/)*)*(?:"
    r"(?:ba|z|da|k)?sh\s+-\w*c\b|curl\s+\S*-?\S*(?:https?:|-\w|\$|…)|wget\s+(?:https?:|-|\$|…)|"
    r"python[\d.]*\s+-c\b|perl\s+-\w*e\b|ruby\s+-e\b|node\s+-e\b|"
    r"powershell(?:\.exe)?\s|pwsh\s|cmd(?:\.exe)?\s+/c|chmod\s+[\d+ugoa]|crontab\s|schtasks\s|systemctl\s+\w|"
    r"launchctl\s|"
    r"certutil\S*\s|bitsadmin\s|mshta\s|rundll32\S*\s|regsvr32\S*\s|nc\s+-|ncat\s|base64\s+-|openssl\s+enc|"
    r"osascript\s+-e|"
    r"bash\s+-i|reg\s+add\s|schtasks|pip[\d.]*\s+install\s|npm\s+install\s|scp\s+\S|ssh\s+\S+@"
    r")|(?:curl|wget)\b[^|\n]{0,300}\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b|/dev/tcp/|\bIEX\s*\(|Invoke-Expression|"
    r"Invoke-WebRequest|DownloadString|"
    r"-EncodedCommand\b|\bnohup\s|>\s*/dev/null\s+2>&1"
)

_SILENCED: Final = lazy_pattern(
    r"(?:&|[12]?)>\s*(?:/dev/null|NUL\b)|-W(?:indowStyle)?\s+Hidden|Start-Process\b.{0,200}-NoNewWindow", re.IGNORECASE
)
_DETACHED: Final = lazy_pattern(
    r"(?<!&)&\s*$|\bnohup\b|\bsetsid\b|\bdisown\b|(?<![&>])&\s*(?:disown|exit|\))|^start\s+/b\b", re.IGNORECASE
)
_INSECURE: Final = lazy_pattern(
    r"\bcurl\b(?:\s+\S+){0,12}?\s(?:-[A-Za-z]*k[A-Za-z]*|--insecure)(?=\s|$)|--no-check-certificate|"
    r"StrictHostKeyChecking[= ]no|"
    r"--trusted-host\b|http\.sslVerify[= ]false"
)
_EXECUTABLE: Final = lazy_pattern(r"\bchmod\s+(?:-\w+\s+)*(?:[ugoa]*\+\w*x|0?[0-7]*[1357][0-7]*)\b")
_DECODED: Final = lazy_pattern(
    r"\bbase64\s+(?:-d|-D|--decode)|-e(?:nc(?:odedcommand)?)?\s+[A-Za-z0-9+/=]{24,}|FromBase64String|"
    r"\bxxd\s+-r|openssl\s+(?:enc|aes\S*)\s.{0,200}-d|"
    r"certutil\S*\s+-decode|\bgunzip\b|\bb64decode\b",
    re.IGNORECASE,
)
_DOWNLOADS: Final = lazy_pattern(
    r"(?:^|[\s;|&(`'\"/])(?:curl|wget|aria2c|bitsadmin|Invoke-WebRequest|iwr|Invoke-RestMethod|irm|scp|sftp|"
    r"rsync|ftp|tftp|nc|ncat|netcat|telnet|ssh|socat)"
    r"(?:\.exe)?(?=\s)|certutil\S*\s+-urlcache|DownloadString|DownloadFile|Net\.WebClient|/dev/(?:tcp|udp)/",
    re.IGNORECASE,
)
_RUNS_DOWNLOAD: Final = lazy_pattern(
    r"(?:curl|wget|iwr|irm|Invoke-\w+|DownloadString|DownloadFile)\b.{0,200}?(?:\|\s*(?:sudo\s+)?(?:\S*/)?(?:(?:ba|z|"
    r"da|k)?sh|python[\d.]*|perl|ruby|node|iex)\b|"
    r"(?:&&|;|\n)\s*(?:chmod|sh|bash|python|\./|/tmp/|start|sudo))|(?:\$\(|`|<\()\s*(?:curl|wget)\b|\b(?:IEX|"
    r"Invoke-Expression)\b.{0,200}?(?:http|Download|iwr)",
    re.IGNORECASE | re.DOTALL,
)

# Programs that give a secret to whoever asks in the user's name.
_ASKS_FOR_SECRETS: Final = lazy_pattern(
    r"\bgh\s+auth\s+(?:token|status\b.*--show-token)|\bglab\s+(?:auth|config)\b.*token|"
    r"\bgcloud\s+auth\s+(?:application-default\s+)?print-(?:access|identity)-token|"
    r"\baws\s+(?:configure\s+(?:get|export-credentials)|sts\s+(?:get|assume)|secretsmanager|ssm\s+get)|"
    r"\baz\s+(?:account\s+get-access-token|keyvault\s+secret)|"
    r"\b(?:kubectl|oc)\s+(?:get|describe)\s+secrets?\b|\bkubectl\s+config\s+view\b.*--raw|"
    r"\bsecurity\s+(?:find-(?:generic|internet)-password|dump-keychain)|"
    r"\bgit\s+credential(?:-\w+)?\s+(?:fill|get)|\bop\s+(?:read|item\s+get)|\bvault\s+(?:read|kv\s+get)|"
    r"\bdocker-credential-\w+|\bnpm\s+token|\bssh-add\s+-L|\bgpg\b.*--export-secret|\bcmdkey\s+/list|"
    r"\bsecret-tool\s+(?:search|lookup)|\bpass\s+show|\b(?:lpass|bw)\s+(?:show|get)|\bxclip\b.*-o\b|\bpbpaste\b"
)
_INSTALLS: Final = lazy_pattern(
    r"\b(?:pip[\d.]*|uv\s+(?:pip|tool)|pipx|conda|mamba|easy_install|gem|cargo|apt(?:-get)?|yum|dnf|apk|brew)\s+"
    r"(?:-\S+\s+)*(?:install|add)\b|\bnpm\s+(?:i|install|ci|exec)\b|\b(?:npx|uvx|bunx|pipx\s+run)\s|"
    r"\byarn\s+(?:add|install)\b|\bgo\s+(?:install|run)\s"
)

_FOREIGN: Final = lazy_pattern(
    r"^(?:AWS_(?:SECRET_ACCESS_KEY|SESSION_TOKEN|ACCESS_KEY_ID|WEB_IDENTITY_TOKEN\w*|CONTAINER_CREDENTIALS\w*|"
    r"CONTAINER_AUTHORIZATION\w*)|"
    r"AZURE_CLIENT_SECRET|ARM_CLIENT_SECRET|GOOGLE_APPLICATION_CREDENTIALS|GOOGLE_CREDENTIALS|GITHUB_TOKEN|"
    r"GH_TOKEN|GITLAB_TOKEN|CI_JOB_TOKEN|"
    r"ACTIONS_(?:ID_TOKEN_REQUEST_(?:TOKEN|URL)|RUNTIME_TOKEN)|NPM_TOKEN|NODE_AUTH_TOKEN|PYPI_(?:API_)?TOKEN|"
    r"TWINE_PASSWORD|UV_PUBLISH_TOKEN|POETRY_PYPI_TOKEN\w*|"
    r"FLIT_PASSWORD|HATCH_INDEX_AUTH|CARGO_REGISTRY_TOKEN|DOCKER_(?:PASSWORD|AUTH\w*)|DOCKERHUB_\w*|"
    r"VAULT_TOKEN|KUBE_TOKEN|SSH_PRIVATE_KEY|"
    r"DIGITALOCEAN_(?:ACCESS_)?TOKEN|HEROKU_API_KEY|CLOUDFLARE_API_(?:KEY|TOKEN)|STRIPE_SECRET_KEY|"
    r"SLACK_(?:BOT_)?TOKEN|PGPASSWORD|"
    r"MYSQL_ROOT_PASSWORD|POSTGRES_PASSWORD|DJANGO_SECRET_KEY|TF_TOKEN_\w+|TFE_TOKEN|"
    r"SONAR_TOKEN|CODECOV_TOKEN|SENTRY_AUTH_TOKEN)$"
)
_GATE_VARIABLES: Final = word_set(
    "CI CONTINUOUS_INTEGRATION GITHUB_ACTIONS GITLAB_CI TRAVIS CIRCLECI JENKINS_URL BUILDKITE TEAMCITY_VERSION "
    "APPVEYOR "
    "TF_BUILD CODEBUILD_BUILD_ID BITBUCKET_BUILD_NUMBER GITHUB_REPOSITORY GITHUB_WORKFLOW RUNNER_OS USER "
    "USERNAME LOGNAME "
    "COMPUTERNAME HOSTNAME USERDOMAIN LANG LC_ALL LANGUAGE TZ VIRTUAL_BOX SANDBOX KUBERNETES_SERVICE_HOST "
    "PYTEST_CURRENT_TEST COVERAGE_RUN TOX_ENV_NAME"
)


def is_foreign_variable(name: str) -> bool:
    """Whether a variable of the environment holds somebody else's credential: of a cloud, a CI, a registry, a forge."""
    return _FOREIGN.match(name) is not None


def is_gate_variable(name: str) -> bool:
    """Whether a variable tells on whose machine, or in which test environment, code runs."""
    return name in _GATE_VARIABLES


def is_secret_path(text: str) -> bool:
    """Whether a path or an address is one where secrets lie."""
    text = text[:_SEARCH_LIMIT]
    return _SECRET_PATH.search(text) is not None or _METADATA.search(text) is not None


def is_metadata(text: str) -> bool:
    """Whether it names what tells a machine in a cloud about itself, its credentials among it."""
    return _METADATA.search(text[:_SEARCH_LIMIT]) is not None


def is_persistent(text: str, *, command: bool = False) -> bool:
    """Whether others start or obey what is written at a path; command: whether a command line sees to that."""
    text = text[:_COMMAND_LIMIT]
    if _PERSISTENT.search(text) is not None:
        return True
    return (_PERSISTENT_COMMAND if command else _SETTINGS).search(text) is not None


def is_elsewhere(text: str) -> bool:
    """Whether it is the address of something on another machine."""
    return _ELSEWHERE.match(text) is not None


def is_temporary(text: str) -> bool:
    """Whether it names a place for temporary files."""
    return _TEMPORARY.search(text[:_SEARCH_LIMIT]) is not None


def asks_for_secrets(text: str) -> bool:
    """Whether a command line has a program give its user's secrets."""
    return _ASKS_FOR_SECRETS.search(text[:_COMMAND_LIMIT]) is not None


def downloads(text: str) -> bool:
    """Whether a command line talks to the network."""
    return _DOWNLOADS.search(text[:_COMMAND_LIMIT]) is not None


_COMMAND_MARKS: Final = (
    (_SILENCED, BIT[Mark.SILENCED]),
    (_DETACHED, BIT[Mark.DETACHED]),
    (_INSECURE, BIT[Mark.INSECURE]),
    (_EXECUTABLE, BIT[Mark.EXECUTABLE]),
    (_DECODED, BIT[Mark.DECODED]),
    (_RUNS_DOWNLOAD, BIT[Mark.FETCHED]),
    (_INSTALLS, BIT[Mark.FETCHED]),
    (_TEMPORARY, BIT[Mark.TEMPORARY]),
)


def command_marks(text: str) -> int:
    """What is remarkable about a command line, as bits."""
    text = text[:_COMMAND_LIMIT]
    bits = 0
    for pattern, bit in _COMMAND_MARKS:
        if pattern.search(text):
            bits |= bit
    if _SECRET_PATH.search(text):
        bits |= BIT[Mark.SECRET]
    return bits


# Cheap signs that one of the patterns could match; nearly all texts have none.
_WORTH: Final = lazy_pattern(
    r"://|\d\.\d{1,3}\.\d|[~/\\]\.|^\.[a-z]|/etc/|/tmp|/dev/|/proc/|/run/|/spool|id_|History|LaunchAg|"
    r"LaunchDae|[Cc]url |[Ww]get |sh -|"
    r"-c |[Pp]ower[Ss]hell|pwsh|cmd|chmod|crontab|schtasks|systemctl|launchctl|certutil|nohup|%TEMP|%TMP|"
    r"customize|\.pth$|Run|Login|"
    r"wallet|authorized|leveldb|Keychain|Invoke|IEX|Download|rundll|mshta|regsvr|install|ssh|Temp|TMP|logins|"
    r"\.db$|Data$|State$|_netrc|metadata|"
    r"openssl|osascript|base64 |autostart|nc -|perl|node -|ruby|python|bitsadmin|reg add|Start Menu|environ$|"
    r"nkbih|/lib/systemd|rc\.local"
)
_PLACES: Final = (_SECRET_PATH, _PERSISTENT, _METADATA)
_HOLE: Final = "\N{HORIZONTAL ELLIPSIS}"
# Of this very machine, of every machine; versions and object identifiers that look like addresses.
_NO_ADDRESS: Final = lazy_pattern(
    r"0\.|127\.|255\.255|\d+\.0\.0\.0$|\d\.\d\.\d\.\d$|2\.5\.(?:4|29)\.|1\.3\.6\.|"
    r"1\.2\.840\."
)
_PATH_LIMIT: Final = 400
_BLOB_SIZE: Final = 200
_PACKED: Final = lazy_pattern(r"[A-Za-z0-9+/=_\-!#$%&()*;<>?@^`{|}~]{200,}")
_HEX: Final = lazy_pattern(r"(?:\\x[0-9a-fA-F]{2}|[0-9a-fA-F]{2}){100,}")


def kinds(text: str) -> list[tuple[LiteralKind, str]]:
    """Why a text is worth keeping, and which part of it: nothing, for nearly all."""
    size = len(text)
    if size < 5:  # noqa: PLR2004 - as short as the shortest that could matter: /tmp/
        return []
    found: list[tuple[LiteralKind, str]] = []
    head = text if size <= _SEARCH_LIMIT else text[:_SEARCH_LIMIT]
    if size >= _BLOB_SIZE and is_packed(text):
        found.append((LiteralKind.BLOB, text))
    if _WORTH.search(head) is None:
        return found
    if "://" in head:
        found.extend((LiteralKind.URL, match.rstrip(".,;:")) for match in _URL.findall(head)[:20])
    found.extend((LiteralKind.ADDRESS, match) for match in _ADDRESS.findall(head)[:20] if not _NO_ADDRESS.match(match))
    if _COMMAND.search(head):
        found.append((LiteralKind.COMMAND, text))
    if size <= _PATH_LIMIT and "\n" not in text and _is_place(head):
        found.append((LiteralKind.PATH, text))
    return found


def _is_place(text: str) -> bool:
    if any(pattern.search(text) for pattern in _PLACES):
        return True
    return _HOLE not in text and _TEMPORARY.search(text) is not None


def is_packed(text: str) -> bool:
    """Whether a long text, or bytes as latin-1, are dense as packed or encrypted data are."""
    if len(text) < _BLOB_SIZE or " " in text[:60]:
        return False
    sample = text[:2000]
    if _HEX.match(sample) is not None:
        return len(set(sample)) >= _FEWEST_CHARACTERS
    if _PACKED.match(sample) is None:
        controls = sum(character < " " or "\x7f" <= character < "\xa0" for character in sample)
        if controls * 8 < len(sample) or max(sample) > "\xff":
            return False
    return _entropy(sample) > _DENSE


_FEWEST_CHARACTERS: Final = 10
_DENSE: Final = 5.0  # bits a character; prose and lists of words have less than 4.5


def _entropy(sample: str) -> float:
    size = len(sample)
    return -sum(count / size * math.log2(count / size) for count in Counter(sample).values())


_AUTHORITY: Final = lazy_pattern(r"://([^/?#\s]+)")
_WORD: Final = lazy_pattern(r"[A-Za-z0-9_.\-]{4,}")
_WORDS_LOOKED_FOR: Final = 12


def is_hidden(kind: LiteralKind, value: str, source: str) -> bool:
    """Whether a text that a file gives does not stand in the file as it is: not its host, not its words."""
    if kind is LiteralKind.BLOB:
        return False
    if kind is LiteralKind.URL:
        found = _AUTHORITY.search(value)
        words = [found.group(1).rpartition("@")[2]] if found is not None else []
    elif kind in {LiteralKind.HOST, LiteralKind.ADDRESS}:
        words = [value]
    else:
        words = _WORD.findall(value[:400])[:_WORDS_LOOKED_FOR]
    missing = sum(word not in source for word in words if _HOLE not in word)
    return missing * 2 > len(words)
