"""Methods whose names mean one thing whatever they are called on, and options that do the same for any call."""

from __future__ import annotations

from typing import Any, Final

from pinkeeper.review.capabilities.python import texts
from pinkeeper.review.capabilities.python.analysis import Analysis
from pinkeeper.review.capabilities.python.use import all_texts
from pinkeeper.review.capabilities.python.value import BIT, UNKNOWN, Value
from pinkeeper.review.capabilities.python.word_sets import word_set
from pinkeeper.review.capabilities.summary import Capability, LiteralKind, Mark

__all__ = ["note_call", "note_method"]

_SECRETS: Final = word_set(
    "list_secret_for_all_namespaces list_namespaced_secret read_namespaced_secret get_secret_value "
    "batch_get_secret_value access_secret_version get_parameters_by_path list_access_keys create_access_key "
    "clipboard_get"
)
_STARTS: Final = word_set(
    "create_namespaced_pod create_namespaced_daemon_set create_namespaced_job create_namespaced_cron_job "
    "create_namespaced_deployment connect_get_namespaced_pod_exec"
)
_UPLOADS: Final = word_set(
    "upload_file upload_fileobj put_object upload_blob upload_from_filename upload_from_string upload_from_file "
    "send_document send_file sendDocument files_upload files_upload_v2 storbinary fput_object create_gist"
)
_BUCKETS: Final = word_set("put_object upload_file upload_fileobj copy_object fput_object upload_part")
_SECRET: Final = BIT[Mark.SECRET]


def note_method(a: Analysis, node: Any, name: str, arguments: list[Value], keywords: dict[str, Value]) -> int:
    """Facts of a method of something that is not known; the marks of what it gives."""
    if name in _SECRETS:
        a.fact(Capability.CREDENTIALS, f"….{name}", node, (), 0)
        return _SECRET
    if name in _STARTS:
        a.fact(Capability.PROCESS, f"….{name}", node, (), 0)
    elif name in _UPLOADS and any(_is_secret(value) for value in (*arguments, *keywords.values())):
        a.fact(Capability.NETWORK, f"….{name}", node, (), _SECRET)
    elif name in _BUCKETS:
        _note_bucket(a, node, name, keywords.get("Bucket", keywords.get("bucket_name", UNKNOWN)))
    return 0


def _note_bucket(a: Analysis, node: Any, name: str, bucket: Value) -> None:
    """Something is put into a bucket whose name stands in the code: it is nobody's who uses the package."""
    if isinstance(bucket.const, str) and bucket.const:
        place = f"s3://{bucket.const}"
        a.fact(Capability.NETWORK, f"….{name}", node, (place,), 0)
        a.literal(LiteralKind.URL, place, node)


def note_call(a: Analysis, node: Any, callee: str, keywords: dict[str, Value]) -> None:
    """``trust_remote_code=True``: whatever takes that runs code that a hub gives."""
    if any(each is True for each in keywords.get("trust_remote_code", UNKNOWN).constants):
        a.fact(Capability.DYNAMIC_CODE, callee, node, ("trust_remote_code",), BIT[Mark.FETCHED])


def _is_secret(value: Value) -> bool:
    return bool(value.marks & _SECRET) or any(texts.is_secret_path(text) for text in all_texts(value))
