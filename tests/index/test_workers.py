from __future__ import annotations

import threading

import pytest

from pinkeeper.index.workers import Workers


def test_results_and_errors_arrive():
    workers = Workers(2)

    def fail() -> None:
        raise ValueError("no")

    assert [future.result(10) for future in [workers.submit(lambda n=n: n * n) for n in range(20)]] == [
        n * n for n in range(20)
    ]
    with pytest.raises(ValueError, match="no"):
        workers.submit(fail).result(10)
    assert workers.submit(lambda: 7).result(10) == 7


def test_no_more_threads_than_allowed_and_all_of_them_where_needed():
    workers = Workers(3)
    barrier = threading.Barrier(3, timeout=10)
    futures = [workers.submit(barrier.wait) for _ in range(6)]
    assert sorted(future.result(10) for future in futures) == [0, 0, 1, 1, 2, 2]


def test_threads_do_not_keep_the_process():
    workers = Workers(1)
    thread = workers.submit(threading.current_thread).result(10)
    assert thread.daemon
