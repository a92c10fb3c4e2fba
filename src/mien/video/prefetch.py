"""Work ahead: the next frames are decoded while this one is looked at."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from queue import Full, Queue
from threading import Event, Thread
from typing import TypeVar

T = TypeVar("T")
_POLL = 0.1  # seconds after which a waiting thread looks whether anybody still wants its items


def prefetch(items: Iterable[T], depth: int) -> Generator[T]:
    """The same items, of which up to `depth` are made ahead in a thread of their own.

    An error on the way is raised where its item would have come. Closing the generator ends the thread and closes
    `items`, if it can be closed.
    """
    queue: Queue[tuple[T | None, BaseException | None]] = Queue(depth)
    unwanted = Event()

    def put(item: T | None, end: BaseException | None = None) -> bool:
        while not unwanted.is_set():
            try:
                queue.put((item, end), timeout=_POLL)
                return True
            except Full:
                continue
        return False

    def work() -> None:
        iterator = iter(items)
        try:
            for item in iterator:
                if not put(item):
                    break
            else:
                put(None, StopIteration())
        except BaseException as error:
            put(None, error)
        finally:
            if hasattr(iterator, "close"):
                iterator.close()

    thread = Thread(target=work, name="mien-prefetch", daemon=True)
    thread.start()
    try:
        while True:
            item, end = queue.get()
            if isinstance(end, StopIteration):
                return
            if end is not None:
                raise end
            yield item  # type: ignore[misc]
    finally:
        unwanted.set()
        thread.join()
