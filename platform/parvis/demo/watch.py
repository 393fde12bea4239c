"""What happens when a part ends by itself."""

import asyncio
import time
from collections.abc import Callable

from parvis.demo.announcement import say
from parvis.demo.child import Child, ChildError
from parvis.demo.running import Part, Running

LOOK_SECONDS = 0.3
# How long web or worker rests before it is started again, by how often it ended lately.
PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0)
LATELY_SECONDS = 120.0


async def until_it_ends(part: Part) -> None:
    """Raise ChildError once `part` ends: the rest makes no sense without it."""
    while part.is_alive():  # noqa: ASYNC110 -- another process sets no event of ours
        await asyncio.sleep(LOOK_SECONDS)
    raise ChildError(part.obituary())


async def keep_running(child: Child, start: Callable[[], Child], running: Running) -> None:
    """Start `child` again each time it ends; raise ChildError when it ends too often."""
    ends: list[float] = []
    while True:
        try:
            await until_it_ends(child)
        except ChildError as error:
            say(str(error))
        await asyncio.to_thread(running.stop, child)  # what it had started must go as well
        child = await _again(child.name, start, ends)


async def _again(name: str, start: Callable[[], Child], ends: list[float]) -> Child:
    while True:
        now = time.monotonic()
        ends[:] = [at for at in ends if now - at < LATELY_SECONDS] + [now]
        if len(ends) > len(PAUSES):
            raise ChildError(f"{name} ended {len(ends)} times in two minutes: giving up")
        pause = PAUSES[len(ends) - 1]
        say(f"{name} starts again in {pause:g} s")
        await asyncio.sleep(pause)
        try:
            return await asyncio.to_thread(start)
        except ChildError as error:
            say(str(error))
