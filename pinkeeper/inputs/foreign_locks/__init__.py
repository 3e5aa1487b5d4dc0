"""The pins of locks that other tools wrote in formats of their own, so that a first lock can keep them."""

from pinkeeper.inputs.foreign_locks.pin import ForeignPin
from pinkeeper.inputs.foreign_locks.reader import read_foreign_lock

__all__ = ["ForeignPin", "read_foreign_lock"]
