"""Numbers in addresses: a question's number as a place in a list."""

from typing import Annotated, TypeAlias

from litestar.params import QueryParameter

# As large as PostgreSQL's integer: a larger one is refused here, not there.
LARGEST = 2**31 - 1
NumberInQuery: TypeAlias = Annotated[int, QueryParameter(ge=0, le=LARGEST)]
