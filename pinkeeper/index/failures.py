"""What a failed request means: whether another try can help, what to say, and what the user can do."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from msgspec import Struct

from pinkeeper.model.url import redact

if TYPE_CHECKING:
    import httpx

__all__ = ["Failure", "failure_of", "failure_of_status", "retry_after"]

_WORTH_ANOTHER_TRY = frozenset({408, 425, 429, 500, 502, 503, 504})


class Failure(Struct, frozen=True, kw_only=True):
    """One failed try. hopeless: the next would fail as this one did."""

    what: str
    hopeless: bool = False
    status: int | None = None
    remedy: str | None = None


def failure_of_status(status: int) -> Failure:
    """Read a status that was not asked for (RFC 9110, section 15)."""
    try:
        phrase = f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        phrase = str(status)
    remedy = None
    match status:
        case HTTPStatus.UNAUTHORIZED:
            what = f"it asks for credentials ({phrase})"
            remedy = "give them in the URL, in a netrc file, or in a keyring (pip install 'pinkeeper[keyring]')"
        case HTTPStatus.FORBIDDEN:
            what = f"it refuses to answer ({phrase})"
            remedy = "check the index URL and what your credentials allow"
        case HTTPStatus.NOT_FOUND | HTTPStatus.GONE:
            what = f"there is nothing at this address ({phrase})"
        case HTTPStatus.TOO_MANY_REQUESTS:
            what = f"it asks for fewer requests ({phrase})"
            remedy = "try again later"
        case _:
            what = f"it answered {phrase}"
            remedy = "try again later" if status in _WORTH_ANOTHER_TRY else None
    return Failure(what=what, status=status, hopeless=status not in _WORTH_ANOTHER_TRY, remedy=remedy)


def failure_of(error: httpx.TransportError | httpx.DecodingError, *, host: str) -> Failure:
    """Read what went wrong below HTTP."""
    from pinkeeper.index.http_library import httpx  # noqa: PLC0415

    if (certificate := _tls_problem(error)) is not None:
        return Failure(
            what=f"the TLS connection failed: {certificate}",
            hopeless=True,
            remedy=f"--cert FILE with the right CA, or --trusted-host {host}",
        )
    match error:
        case httpx.ConnectTimeout() | httpx.ReadTimeout() | httpx.WriteTimeout() | httpx.PoolTimeout():
            return Failure(what="it did not answer in time", remedy="try again later")
        case httpx.ProxyError():
            return Failure(what=f"the proxy failed: {redact(str(error))}", remedy="check HTTPS_PROXY and HTTP_PROXY")
        case httpx.ConnectError():
            return Failure(
                what=f"it cannot be reached: {_unreached(error)}",
                remedy="check the index URL, the network, and proxy settings",
            )
        case httpx.UnsupportedProtocol():
            return Failure(what=f"the address cannot be used: {redact(str(error))}", hopeless=True)
        case httpx.DecodingError():
            return Failure(what="its answer is packed in a way that cannot be read", hopeless=True)
        case _:
            return Failure(
                what=f"the connection broke: {redact(str(error)) or type(error).__name__}", remedy="try again later"
            )


def _unreached(error: httpx.ConnectError) -> str:
    text = redact(str(error))
    match text.partition("]")[0].removeprefix("[Errno "):
        case "111" | "61" | "10061":
            return "nothing listens at this address (connection refused)"
        case "-2" | "-3" | "-5" | "8" | "11001":
            return "its name is not known (DNS)"
        case _:
            return text or "no connection"


def retry_after(header: str | None, *, now: float) -> float | None:
    """Seconds to wait as ``Retry-After`` says (RFC 9110, 10.2.3); None where it says nothing that can be read."""
    if header is None:
        return None
    text = header.strip()
    if text.isdecimal():
        return float(text)
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - seldom sent as a date

    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (ValueError, OverflowError):
        return None


def _tls_problem(error: BaseException) -> str | None:
    """What TLS itself objected to, however deep in the chain; None for connections that broke in another way."""
    import ssl  # noqa: PLC0415 - loads the whole of OpenSSL; only on the way to an error

    chain = [error]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) is not None:
        chain.append(cause)
    for link in chain:
        match link:
            case ssl.SSLCertVerificationError():
                return f"the certificate is not trusted ({link.verify_message})"
            case ssl.SSLEOFError() | ssl.SSLZeroReturnError():
                return None  # cut, not refused: another try may do
            case ssl.SSLError():
                return link.reason or "the handshake failed"
            case _:
                continue
    return "the certificate is not trusted" if "CERTIFICATE_VERIFY_FAILED" in str(error) else None
